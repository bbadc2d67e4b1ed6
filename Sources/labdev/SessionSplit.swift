import DeveloperRig
import Foundation
import SyncControl

/// One import line, read.
struct RecordLine: Decodable {
  var kind: String
  var key: String
  var fields: [String: JSON]

  init(_ line: String) throws {
    self = try JSONDecoder().decode(RecordLine.self, from: Data(line.utf8))
  }

  func text(_ field: String) -> String? {
    guard case .text(let text)? = fields[field] else { return nil }
    return text
  }
}

/// The lines of what was said in rooms, over two laptops: sessions in turn, head counts and ideas with
/// their session, ideas without one in turn.
struct SessionSplit {
  private(set) var parts: [[String]] = [[], []]

  init(_ lines: [String]) throws {
    var laptops: [String: Int] = [:]
    var sessions = 0
    var strays = 0
    for line in lines {
      let record = try RecordLine(line)
      let session = record.kind == "session" ? record.key : record.text("session")
      if record.kind == "session" {
        laptops[record.key] = sessions % 2
        sessions += 1
      }
      if let laptop = session.flatMap({ laptops[$0] }) {
        parts[laptop].append(line)
      } else {
        parts[strays % 2].append(line)
        strays += 1
      }
    }
  }
}
