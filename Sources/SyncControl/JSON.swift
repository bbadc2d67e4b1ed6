/// Any JSON value (RFC 8259), for fields whose names and types only the daemon knows.
public enum JSON: Hashable, Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number that is no 64-bit integer. No record holds one; it is kept so that the daemon can
  /// say which field is wrong.
  case number(Double)
  case text(String)
  case array([JSON])
  case object([String: JSON])
}

extension JSON: Codable {
  public init(from decoder: any Decoder) throws {
    if let object = fitting({ try decoder.container(keyedBy: FieldName.self) }) {
      self = .object(
        try object.allKeys.reduce(into: [:]) {
          $0[$1.stringValue] = try object.decode(JSON.self, forKey: $1)
        })
    } else if var array = fitting({ try decoder.unkeyedContainer() }) {
      var elements: [JSON] = []
      while !array.isAtEnd { elements.append(try array.decode(JSON.self)) }
      self = .array(elements)
    } else {
      self = try Self.scalar(decoder.singleValueContainer())
    }
  }

  private static func scalar(_ container: any SingleValueDecodingContainer) throws -> JSON {
    if container.decodeNil() { return .null }
    if let value = fitting({ try container.decode(Bool.self) }) { return .boolean(value) }
    if let value = fitting({ try container.decode(Int64.self) }) { return .integer(value) }
    if let value = fitting({ try container.decode(Double.self) }) { return .number(value) }
    return .text(try container.decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members):
      var container = encoder.container(keyedBy: FieldName.self)
      for (name, value) in members { try container.encode(value, forKey: FieldName(name)) }
    case .array(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .boolean(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .integer(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .number(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .text(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }

  private struct FieldName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}

/// What `reading` gives, or nil where the value is of another type.
private func fitting<Value>(_ reading: () throws -> Value) -> Value? {
  do { return try reading() } catch { return nil }
}
