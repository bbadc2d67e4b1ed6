/// The value of one cell. Integers also carry times (milliseconds since 1970, UTC) and money in
/// minor units; texts also carry references (the UUID of a record). There is no floating point in
/// replicated state.
///
/// Texts are equal when their bytes are: `String.==` calls canonically equivalent spellings equal,
/// and which of two spellings survived would then depend on the order of arrival.
public enum Value: Sendable {
  case null
  case boolean(Bool)
  case integer(Int64)
  case text(String)

  public var isNull: Bool { self == .null }

  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  public var integer: Int64? {
    if case .integer(let integer) = self { integer } else { nil }
  }

  public var boolean: Bool? {
    if case .boolean(let boolean) = self { boolean } else { nil }
  }

  /// The text that stands for this value inside a natural key.
  public var keyText: String {
    switch self {
    case .null: ""
    case .boolean(let boolean): boolean ? "1" : "0"
    case .integer(let integer): String(integer)
    case .text(let text): text
    }
  }
}

extension Value: Hashable {
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.text(let left), .text(let right)): left.isBytewiseEqual(to: right)
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(rank)
    switch self {
    case .null: break
    case .boolean(let boolean): hasher.combine(boolean)
    case .integer(let integer): hasher.combine(integer)
    case .text(let text): text.hashBytes(into: &hasher)
    }
  }
}

extension Value: Comparable {
  private var rank: Int {
    switch self {
    case .null: 0
    case .boolean: 1
    case .integer: 2
    case .text: 3
    }
  }

  /// A total order: null, booleans, integers, texts by their UTF-8 bytes.
  public static func < (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.boolean(let left), .boolean(let right)): !left && right
    case (.integer(let left), .integer(let right)): left < right
    case (.text(let left), .text(let right)): left.precedesBytewise(right)
    default: left.rank < right.rank
    }
  }
}

extension String {
  /// Orders by UTF-8 bytes, which no Unicode version changes. (`String.<` compares by canonical
  /// equivalence, whose tables differ between versions.)
  public func precedesBytewise(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }

  /// Equality of bytes; `==` would call canonically equivalent spellings equal.
  public func isBytewiseEqual(to other: String) -> Bool {
    // Equal bytes are always equal texts, and that question has a fast path.
    guard self == other, utf8.count == other.utf8.count else { return false }
    let isEqual = unsafe utf8.withContiguousStorageIfAvailable { left in
      unsafe other.utf8.withContiguousStorageIfAvailable { right in
        unsafe left.elementsEqual(right)
      }
    }
    return (isEqual ?? nil) ?? utf8.elementsEqual(other.utf8)
  }

  func hashBytes(into hasher: inout Hasher) {
    let isContiguous: Void? = unsafe utf8.withContiguousStorageIfAvailable { bytes in
      unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
    }
    if isContiguous == nil { for byte in utf8 { hasher.combine(byte) } }
    hasher.combine(0xFF as UInt8)
  }
}
