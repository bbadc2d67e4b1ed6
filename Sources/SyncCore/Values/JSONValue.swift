/// A JSON value (RFC 8259) without floating point: the form in which sets and maps stand in a
/// column, records in an export, and lines in an import. Members keep their order; writing with
/// sorted members gives canonical bytes.
///
/// The pure modules have their own reader because Foundation's is not theirs to use.
public indirect enum JSONValue: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number that is not a 64-bit integer, as it was spelled.
  case number(String)
  case text(String)
  case array([JSONValue])
  case object([Member])

  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: JSONValue

    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The member's value, or `nil` where this is no object or has no such member.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  public var text: String? { if case .text(let text) = self { text } else { nil } }

  public var integer: Int64? { if case .integer(let integer) = self { integer } else { nil } }

  public var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }

  public var members: [Member]? { if case .object(let members) = self { members } else { nil } }

  public init(_ value: Value) {
    switch value {
    case .null: self = .null
    case .boolean(let boolean): self = .boolean(boolean)
    case .integer(let integer): self = .integer(integer)
    case .text(let text): self = .text(text)
    }
  }
}

extension JSONValue {
  /// Compact UTF-8 text. Only what must be escaped is: quotes, backslashes, control characters.
  public var serialized: String {
    String(decoding: bytes, as: UTF8.self)
  }

  public var bytes: [UInt8] {
    var output: [UInt8] = []
    write(into: &output)
    return output
  }

  private func write(into output: inout [UInt8]) {
    switch self {
    case .null: output += "null".utf8
    case .boolean(let boolean): output += (boolean ? "true" : "false").utf8
    case .integer(let integer): output += String(integer).utf8
    case .number(let spelling): output += spelling.utf8
    case .text(let text): Self.write(text, into: &output)
    case .array(let elements):
      output.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        element.write(into: &output)
      }
      output.append(UInt8(ascii: "]"))
    case .object(let members):
      output.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { output.append(UInt8(ascii: ",")) }
        Self.write(member.name, into: &output)
        output.append(UInt8(ascii: ":"))
        member.value.write(into: &output)
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, into output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output += "\\\"".utf8
      case UInt8(ascii: "\\"): output += "\\\\".utf8
      case UInt8(ascii: "\n"): output += "\\n".utf8
      case UInt8(ascii: "\r"): output += "\\r".utf8
      case UInt8(ascii: "\t"): output += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        output += "\\u00".utf8
        output += (digits.utf8.count == 1 ? "0" + digits : digits).utf8
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}

extension JSONValue {
  /// The canonical text of a set: its elements, sorted by bytes, each once.
  public static func canonicalSet(_ elements: some Sequence<String>) -> String {
    var sorted = Array(elements).sorted { $0.precedesBytewise($1) }
    var last: String?
    sorted.removeAll { element in
      defer { last = element }
      return last?.isBytewiseEqual(to: element) ?? false
    }
    return JSONValue.array(sorted.map(JSONValue.text)).serialized
  }

  /// The canonical text of a map: its members, sorted by the bytes of their keys.
  public static func canonicalMap(_ members: some Sequence<(key: String, value: String)>) -> String
  {
    let sorted = members.sorted { $0.key.precedesBytewise($1.key) }
    return JSONValue.object(sorted.map { Member($0.key, .text($0.value)) }).serialized
  }
}
