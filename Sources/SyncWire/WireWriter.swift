/// Writes the Protocol Buffers wire format (protobuf.dev, "Encoding") for the few messages that are
/// written by the ten thousand. Fields that equal their default are left out by the caller.
struct WireWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func varint(_ number: UInt8, _ value: UInt64) {
    bytes.append(number << 3)
    append(varint: value)
  }

  /// A signed integer, zigzag.
  mutating func signed(_ number: UInt8, _ value: Int64) {
    varint(number, UInt64(bitPattern: value << 1 ^ value >> 63))
  }

  mutating func fixed64(_ number: UInt8, _ value: UInt64) {
    bytes.append(number << 3 | 1)
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func text(_ number: UInt8, _ value: String) {
    bytes.append(number << 3 | 2)
    append(varint: UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  mutating func blob(_ number: UInt8, _ value: [UInt8]) {
    bytes.append(number << 3 | 2)
    append(varint: UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// An embedded message. Its length is written after its content is known: one byte is kept for
  /// it, and the content moves up in the rare case that it takes more.
  @inline(__always)
  mutating func message(_ number: UInt8, _ content: (inout WireWriter) -> Void) {
    bytes.append(number << 3 | 2)
    let start = bytes.count
    bytes.append(0)
    content(&self)
    let length = bytes.count - start - 1
    guard length >= 0x80 else {
      bytes[start] = UInt8(length)
      return
    }
    var prefix = WireWriter(capacity: 10)
    prefix.append(varint: UInt64(length))
    bytes.replaceSubrange(start...start, with: prefix.bytes)
  }

  /// The head of an embedded message of which the length is known; its content follows.
  mutating func beginMessage(_ number: UInt8, byteCount: Int) {
    bytes.append(number << 3 | 2)
    append(varint: UInt64(byteCount))
  }

  /// How many bytes ``blob(_:_:)`` writes.
  static func blobByteCount(_ value: [UInt8]) -> Int {
    let lengthBits = UInt64.bitWidth - UInt64(value.count | 1).leadingZeroBitCount
    return 1 + (lengthBits + 6) / 7 + value.count
  }

  mutating func id(_ number: UInt8, high: UInt64, low: UInt64) {
    message(number) { writer in
      if high != 0 { writer.fixed64(1, high) }
      if low != 0 { writer.fixed64(2, low) }
    }
  }

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
