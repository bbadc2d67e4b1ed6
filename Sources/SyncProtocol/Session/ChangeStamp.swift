/// Who a change says it is from, read where it lies in the bytes of the wire's `Change` (Protocol
/// Buffers, protobuf.dev, "Encoding"), without decoding the rest.
///
/// As the last occurrence of a field counts there, the whole top level is passed over. Bytes that
/// are no message have no stamp; no replica can decode those either.
public struct ChangeStamp: Hashable, Sendable {
  public private(set) var side: UInt64 = 0
  public private(set) var authority: UInt64 = 0

  private static let sideTag: UInt64 = 2 << 3
  private static let authorityTag: UInt64 = 3 << 3

  public init?(of bytes: [UInt8]) {
    var position = 0
    while position < bytes.count {
      guard let tag = Self.varint(bytes, &position) else { return nil }
      switch tag & 7 {
      case 0:
        guard let value = Self.varint(bytes, &position) else { return nil }
        if tag == Self.sideTag { side = value }
        if tag == Self.authorityTag { authority = value }
      case 1: position += 8
      case 2:
        guard let length = Self.varint(bytes, &position),
          length <= UInt64(bytes.count - position)
        else { return nil }
        position += Int(length)
      case 5: position += 4
      default: return nil
      }
      guard position <= bytes.count else { return nil }
    }
  }

  private static func varint(_ bytes: [UInt8], _ position: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift <= 63 {
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
