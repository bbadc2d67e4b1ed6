/// What a switch and a router read of a frame.
struct EthernetFrame {
  let bytes: [UInt8]

  typealias Address = UInt64

  /// A TCP connection as the machine on this side of a router sees it.
  struct Flow: Hashable {
    var ownPort: UInt16
    var peerAddress: UInt32
    var peerPort: UInt16
  }

  /// Nil for what is no frame.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 14 else { return nil }
    self.bytes = bytes
  }

  var destination: Address { address(at: 0) }
  var source: Address { address(at: 6) }

  /// The connection that the frame belongs to, seen from its sender; nil when it is no TCP.
  var outboundFlow: Flow? {
    guard let header = tcpHeader else { return nil }
    return Flow(
      ownPort: short(at: header), peerAddress: long(at: 30), peerPort: short(at: header + 2))
  }

  /// The connection that the frame belongs to, seen from its receiver.
  var inboundFlow: Flow? {
    guard let header = tcpHeader else { return nil }
    return Flow(
      ownPort: short(at: header + 2), peerAddress: long(at: 26), peerPort: short(at: header))
  }

  /// Whether the frame asks for a new connection.
  var opensConnection: Bool {
    guard let header = tcpHeader else { return false }
    let (synchronize, acknowledge): (UInt8, UInt8) = (0x02, 0x10)
    return bytes[header + 13] & (synchronize | acknowledge) == synchronize
  }

  /// Where TCP's header begins, of an IPv4 packet that has a whole one.
  private var tcpHeader: Int? {
    guard bytes.count >= 34, short(at: 12) == 0x0800, bytes[23] == 6 else { return nil }
    let header = 14 + Int(bytes[14] & 0x0F) * 4
    return bytes.count >= header + 20 ? header : nil
  }

  private func address(at offset: Int) -> Address {
    bytes[offset..<offset + 6].reduce(0) { $0 << 8 | Address($1) }
  }

  private func short(at offset: Int) -> UInt16 {
    UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
  }

  private func long(at offset: Int) -> UInt32 {
    UInt32(short(at: offset)) << 16 | UInt32(short(at: offset + 2))
  }
}
