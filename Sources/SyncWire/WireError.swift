/// Why bytes are not a change or a message: always the fault of whoever wrote them, never a reason
/// to stop.
public struct WireError: Error, Hashable, Sendable {
  public var reason: Reason
  /// The message or field that was being read: `Change.hlc`.
  public var place: String
  /// The byte at which reading stopped, counted from the start of the innermost bytes.
  public var offset: Int

  public init(_ reason: Reason, in place: String, at offset: Int) {
    self.reason = reason
    self.place = place
    self.offset = offset
  }

  public enum Reason: Hashable, Sendable {
    /// The bytes end inside a field.
    case truncated
    /// A varint of more than 64 bits, a field number 0, or a wire type that does not exist.
    case malformed
    /// A field with another wire type than its number has.
    case wrongType
    case notUTF8
    /// A field without which the message means nothing.
    case missing
    /// A number outside its closed list or range.
    case unknownValue(UInt64)
    /// More of something than ``ProtocolLimits`` allows.
    case overLimit(Int)
    /// The personal values are not the ones that the change commits to.
    case commitmentMismatch
    /// A protocol version that this software does not speak.
    case unknownVersion(UInt8)
    case unknownFlags(UInt8)
    /// The compressed bytes do not decompress, or not to what they announce.
    case notDecompressible
  }
}

extension WireError: CustomStringConvertible {
  public var description: String {
    let what =
      switch reason {
      case .truncated: "the bytes end too early"
      case .malformed: "the bytes are not Protocol Buffers"
      case .wrongType: "the field has another type"
      case .notUTF8: "a text is not UTF-8"
      case .missing: "a required field is missing"
      case .unknownValue(let value): "\(value) is not among the values known here"
      case .overLimit(let limit): "more than the limit of \(limit)"
      case .commitmentMismatch: "the personal values are not the ones committed to"
      case .unknownVersion(let version): "protocol version \(version) is not spoken here"
      case .unknownFlags(let flags): "the flags \(flags) are not known here"
      case .notDecompressible: "the compressed bytes are damaged"
      }
    return "reading \(place) at byte \(offset): \(what)"
  }
}
