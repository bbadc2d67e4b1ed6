/// Appends integers and texts to bytes, compactly: LEB128 for integers, length and UTF-8 for texts.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 64) { bytes.reserveCapacity(capacity) }

  /// Starts anew, in the room that was taken.
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func integer(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func count(_ value: Int) { integer(UInt64(value)) }

  mutating func text(_ value: String) {
    count(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }
}

/// Reads what ``ByteWriter`` wrote. Past the end or out of range it throws.
struct ByteReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte() throws -> UInt8 {
    guard index < bytes.count else { throw StoreError.inconsistent("record metadata ends early") }
    defer { index += 1 }
    return bytes[index]
  }

  mutating func integer() throws -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw StoreError.inconsistent("record metadata holds a number that is too long")
  }

  mutating func count() throws -> Int {
    let value = try integer()
    guard value <= UInt64(bytes.count) * 8 else {
      throw StoreError.inconsistent("record metadata holds an impossible count")
    }
    return Int(value)
  }

  mutating func text() throws -> String {
    let length = try count()
    guard length <= bytes.count - index else {
      throw StoreError.inconsistent("record metadata ends inside a text")
    }
    defer { index += length }
    return String(decoding: bytes[index..<index + length], as: UTF8.self)
  }
}
