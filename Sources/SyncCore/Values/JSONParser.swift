/// Why a text is not JSON, and at which byte.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  public var reason: String
  public var offset: Int

  public var description: String { "\(reason) at byte \(offset + 1)" }
}

extension JSONValue {
  /// Parses one JSON text (RFC 8259), strictly: no trailing commas, no duplicate members, no
  /// unpaired surrogates, valid UTF-8, at most ``Limits/jsonDepth`` levels. Cost: one pass.
  public init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  /// Parses what a database took for JSON: of members with one name the last counts, and half a
  /// surrogate pair becomes U+FFFD. All else is as strict as ``init(parsing:)``.
  public init(tolerant text: String) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text.utf8))
    parser.isTolerant = true
    self = try parser.document()
  }

  public init(parsing text: String) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text.utf8))
    self = try parser.document()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  var index = 0
  var isTolerant = false

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    skipBlanks()
    let value = try value(depth: 0)
    skipBlanks()
    guard index == bytes.count else { throw fail("more text after the end of the value") }
    return value
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= Limits.jsonDepth else { throw fail("nested too deeply") }
    guard let byte = peek() else { throw fail("the text ends early") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: throw fail("unexpected character")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var members: [JSONValue.Member] = []
    var names: Set<Value> = []
    index += 1
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipBlanks()
      guard peek() == UInt8(ascii: "\"") else { throw fail("a member name was expected") }
      let name = try string()
      let isNew = names.insert(.text(name)).inserted
      guard isNew || isTolerant else { throw fail("the member \"\(name)\" occurs twice") }
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw fail("a colon was expected") }
      skipBlanks()
      if !isNew { members.removeAll { $0.name.isBytewiseEqual(to: name) } }
      members.append(JSONValue.Member(name, try value(depth: depth + 1)))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw fail("a comma or } was expected") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    index += 1
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      skipBlanks()
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw fail("a comma or ] was expected") }
    }
  }

  private mutating func literal(
    _ spelling: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let expected = spelling.description.utf8
    guard bytes[index...].starts(with: expected) else { throw fail("unexpected word") }
    index += expected.count
    return value
  }

  private mutating func number() throws(JSONError) -> JSONValue {
    let start = index
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      try digits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      isInteger = false
      index += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let spelling = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(spelling) { return .integer(integer) }
    return .number(spelling)
  }

  private mutating func digits() throws(JSONError) {
    let start = index
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
    guard index > start else { throw fail("a digit was expected") }
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""),
      bytes[index] != UInt8(ascii: "\\"),
      bytes[index] >= 0x20
    { index += 1 }
    if peek() == UInt8(ascii: "\"") {
      defer { index += 1 }
      return try decoded(bytes[start..<index])
    }
    var unescaped = Array(bytes[start..<index])
    while let byte = peek() {
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try decoded(unescaped[...])
      case UInt8(ascii: "\\"):
        try escape(into: &unescaped)
      case 0..<0x20:
        throw fail("a control character inside a string")
      default:
        unescaped.append(byte)
        index += 1
      }
    }
    throw fail("the string does not end")
  }

  private func decoded(_ slice: ArraySlice<UInt8>) throws(JSONError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw fail("the text is not UTF-8")
    }
    return text
  }

  private mutating func escape(into output: inout [UInt8]) throws(JSONError) {
    index += 1
    guard let byte = peek() else { throw fail("the string does not end") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): output.append(byte)
    case UInt8(ascii: "b"): output.append(0x08)
    case UInt8(ascii: "f"): output.append(0x0C)
    case UInt8(ascii: "n"): output.append(0x0A)
    case UInt8(ascii: "r"): output.append(0x0D)
    case UInt8(ascii: "t"): output.append(0x09)
    case UInt8(ascii: "u"): output += Character(try scalar()).utf8
    default: throw fail("unknown escape")
    }
  }

  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let first = try codeUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    let start = index
    if (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let second = try codeUnit()
      if (0xDC00..<0xE000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    guard isTolerant else { throw fail("an unpaired surrogate") }
    index = start
    return "\u{FFFD}"
  }

  private mutating func codeUnit() throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = hexadecimalValue(of: byte) else {
        throw fail("four hexadecimal digits were expected")
      }
      unit = unit << 4 | UInt32(digit)
      index += 1
    }
    return unit
  }

  private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  private func fail(_ reason: String) -> JSONError { JSONError(reason: reason, offset: index) }
}
