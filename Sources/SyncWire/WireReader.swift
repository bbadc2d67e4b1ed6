/// Reads the Protocol Buffers wire format (protobuf.dev, "Encoding"). Every read is checked against
/// the end of the enclosing message; no bytes make it trap.
struct WireReader {
  private let bytes: [UInt8]
  private(set) var position: Int
  private var end: Int
  /// The message that is being read, for errors.
  let place: StaticString

  init(_ bytes: [UInt8], place: StaticString) {
    self.init(bytes, from: 0, to: bytes.count, place: place)
  }

  init(_ bytes: [UInt8], from start: Int, to end: Int, place: StaticString) {
    self.bytes = bytes
    self.position = start
    self.end = end
    self.place = place
  }

  struct Field {
    var number: UInt64
    var type: UInt8
  }

  func error(_ reason: WireError.Reason, _ field: StaticString? = nil) -> WireError {
    let place = field.map { "\(self.place).\($0)" } ?? "\(self.place)"
    return WireError(reason, in: place, at: position)
  }

  /// The next field's number and wire type, or `nil` at the end of the message.
  mutating func next() throws(WireError) -> Field? {
    guard position < end else { return nil }
    let key = try rawVarint()
    let field = Field(number: key >> 3, type: UInt8(truncatingIfNeeded: key & 7))
    guard field.number > 0, field.number < 1 << 29 else { throw error(.malformed) }
    return field
  }

  mutating func varint(_ field: Field) throws(WireError) -> UInt64 {
    guard field.type == 0 else { throw error(.wrongType) }
    return try rawVarint()
  }

  mutating func signed(_ field: Field) throws(WireError) -> Int64 {
    let value = try varint(field)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  mutating func fixed64(_ field: Field) throws(WireError) -> UInt64 {
    guard field.type == 1 else { throw error(.wrongType) }
    guard end - position >= 8 else { throw error(.truncated) }
    let value = bytes.withUnsafeBytes {
      $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)
    }
    position += 8
    return UInt64(littleEndian: value)
  }

  mutating func text(_ field: Field) throws(WireError) -> String {
    let range = try delimited(field)
    do throws(UTF8.ValidationError) {
      return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
    } catch {
      throw self.error(.notUTF8)
    }
  }

  /// Where the UTF-8 of a text lies.
  mutating func textRange(_ field: Field) throws(WireError) -> Range<Int> {
    let range = try delimited(field)
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span.extracting(range))
      return range
    } catch {
      throw self.error(.notUTF8)
    }
  }

  mutating func blob(_ field: Field) throws(WireError) -> [UInt8] {
    Array(bytes[try delimited(field)])
  }

  /// A reader of the embedded message, which this one has passed.
  mutating func message(
    _ field: Field, place: StaticString
  ) throws(WireError) -> WireReader {
    let range = try delimited(field)
    return WireReader(bytes, from: range.lowerBound, to: range.upperBound, place: place)
  }

  var isAtEnd: Bool { position == end }

  /// Goes on inside the embedded message, without a reader of its own. Returns what
  /// ``leave(to:)`` takes.
  mutating func enter(_ field: Field) throws(WireError) -> Int {
    let range = try delimited(field)
    let enclosing = end
    position = range.lowerBound
    end = range.upperBound
    return enclosing
  }

  /// Goes on behind the embedded message, all of which has been read.
  mutating func leave(to enclosing: Int) { end = enclosing }

  mutating func id(_ field: Field) throws(WireError) -> (high: UInt64, low: UInt64) {
    var reader = try message(field, place: "ID")
    var id: (high: UInt64, low: UInt64) = (0, 0)
    while let field = try reader.next() {
      switch field.number {
      case 1: id.high = try reader.fixed64(field)
      case 2: id.low = try reader.fixed64(field)
      default: try reader.skip(field)
      }
    }
    return id
  }

  mutating func skip(_ field: Field) throws(WireError) {
    switch field.type {
    case 0: _ = try rawVarint()
    case 1: try advance(by: 8)
    case 2: _ = try delimited(field)
    case 5: try advance(by: 4)
    default: throw error(.malformed)
    }
  }

  private mutating func advance(by count: Int) throws(WireError) {
    guard end - position >= count else { throw error(.truncated) }
    position += count
  }

  private mutating func delimited(_ field: Field) throws(WireError) -> Range<Int> {
    guard field.type == 2 else { throw error(.wrongType) }
    let length = try rawVarint()
    guard length <= UInt64(end - position) else { throw error(.truncated) }
    let start = position
    position += Int(length)
    return start..<position
  }

  private mutating func rawVarint() throws(WireError) -> UInt64 {
    guard position < end else { throw error(.truncated) }
    let first = bytes[position]
    position += 1
    if first < 0x80 { return UInt64(first) }
    var value = UInt64(first & 0x7F)
    var shift: UInt64 = 7
    while position < end {
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { throw error(.malformed) }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { throw error(.malformed) }
    }
    throw error(.truncated)
  }
}
