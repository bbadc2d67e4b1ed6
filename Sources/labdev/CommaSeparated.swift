import Foundation

/// A file of comma-separated values with a header (RFC 4180).
struct CommaSeparated {
  let header: [String]
  let rows: [[String]]

  init(_ path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var rows: [[String]] = []
    var row: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var index = 0
    func endField() {
      row.append(String(decoding: field, as: UTF8.self))
      field = []
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if isQuoted {
        guard byte == UInt8(ascii: "\"") else {
          field.append(byte)
          continue
        }
        // Two quotes stand for one.
        if index < bytes.count, bytes[index] == byte {
          field.append(byte)
          index += 1
        } else {
          isQuoted = false
        }
      } else if byte == UInt8(ascii: "\"") {
        isQuoted = true
      } else if byte == UInt8(ascii: ",") {
        endField()
      } else if byte == UInt8(ascii: "\n") {
        endField()
        rows.append(row)
        row = []
      } else if byte != UInt8(ascii: "\r") {
        field.append(byte)
      }
    }
    if !field.isEmpty || !row.isEmpty {
      endField()
      rows.append(row)
    }
    header = rows.first ?? []
    self.rows = Array(rows.dropFirst())
  }

  /// The column of that name.
  func column(_ name: String) throws -> Int {
    guard let index = header.firstIndex(of: name) else {
      throw MissingColumn(name: name)
    }
    return index
  }

  struct MissingColumn: Error, CustomStringConvertible {
    var name: String
    var description: String { "the file has no column \(name)" }
  }
}
