import CLinux
import Glibc

/// Which links run and which addresses they have, kept from the kernel's messages, so that a
/// message which says nothing new (a statistic, a lease renewed) is known for that.
struct LinkTable {
  struct Reading: Hashable {
    /// A link runs that did not, or an address is there that was not.
    var hasReturned = false
    /// The kernel has said everything that was asked for.
    var isComplete = false
  }

  private struct Address: Hashable {
    var link: Int32
    var bytes: [UInt8]
  }

  private var runningLinks: Set<Int32> = []
  private var loopbacks: Set<Int32> = []
  private var addresses: Set<Address> = []

  /// Reads one datagram of messages (netlink(7)). What is cut short is passed over.
  mutating func read(_ bytes: [UInt8]) -> Reading {
    var reading = Reading()
    var rest = bytes[...]
    while let head = rest.value(at: 0, as: nlmsghdr.self), head.nlmsg_len >= 16,
      head.nlmsg_len <= rest.count
    {
      let body = rest.prefix(Int(head.nlmsg_len)).dropFirst(16)
      // An answer to our own question tells how things stand, not that they have changed.
      let isAnswer = head.nlmsg_flags & UInt16(NLM_F_MULTI) != 0
      switch Int(head.nlmsg_type) {
      case Int(NLMSG_DONE), Int(NLMSG_ERROR): reading.isComplete = true
      case Int(RTM_NEWLINK): if newLink(body), !isAnswer { reading.hasReturned = true }
      case Int(RTM_DELLINK): deleteLink(body)
      case Int(RTM_NEWADDR): if newAddress(body), !isAnswer { reading.hasReturned = true }
      case Int(RTM_DELADDR): deleteAddress(body)
      default: break
      }
      rest = rest.dropFirst(Int(head.nlmsg_len + 3) / 4 * 4)
    }
    return reading
  }

  /// Whether the link runs and did not before.
  private mutating func newLink(_ body: ArraySlice<UInt8>) -> Bool {
    guard let link = body.value(at: 0, as: ifinfomsg.self) else { return false }
    if link.ifi_flags & UInt32(IFF_LOOPBACK) != 0 {
      loopbacks.insert(link.ifi_index)
      return false
    }
    guard link.ifi_flags & UInt32(IFF_UP) != 0,
      link.ifi_flags & UInt32(IFF_RUNNING) != 0
    else {
      runningLinks.remove(link.ifi_index)
      return false
    }
    return runningLinks.insert(link.ifi_index).inserted
  }

  private mutating func deleteLink(_ body: ArraySlice<UInt8>) {
    guard let link = body.value(at: 0, as: ifinfomsg.self) else { return }
    runningLinks.remove(link.ifi_index)
    addresses = addresses.filter { $0.link != link.ifi_index }
  }

  /// Whether the address can be used from now on.
  private mutating func newAddress(_ body: ArraySlice<UInt8>) -> Bool {
    guard let head = body.value(at: 0, as: ifaddrmsg.self), let address = address(in: body) else {
      return false
    }
    let isUsable =
      head.ifa_scope < UInt8(RT_SCOPE_LINK.rawValue)
      && head.ifa_flags & UInt8(IFA_F_TENTATIVE) == 0 && !loopbacks.contains(address.link)
    return isUsable && addresses.insert(address).inserted
  }

  private mutating func deleteAddress(_ body: ArraySlice<UInt8>) {
    if let address = address(in: body) { addresses.remove(address) }
  }

  /// The link and the `IFA_ADDRESS` attribute of an address message.
  private func address(in body: ArraySlice<UInt8>) -> Address? {
    guard let head = body.value(at: 0, as: ifaddrmsg.self) else { return nil }
    var rest = body.dropFirst(MemoryLayout<ifaddrmsg>.size)
    while let attribute = rest.value(at: 0, as: rtattr.self), attribute.rta_len >= 4,
      attribute.rta_len <= rest.count
    {
      if Int(attribute.rta_type) == Int(IFA_ADDRESS) {
        return Address(
          link: Int32(bitPattern: head.ifa_index),
          bytes: Array(rest.prefix(Int(attribute.rta_len)).dropFirst(4)))
      }
      rest = rest.dropFirst((Int(attribute.rta_len) + 3) / 4 * 4)
    }
    return nil
  }
}

extension ArraySlice<UInt8> {
  /// The C structure at `offset` from the beginning; nil when it does not fit.
  fileprivate func value<Structure: BitwiseCopyable>(
    at offset: Int, as type: Structure.Type
  ) -> Structure? {
    guard count >= offset + MemoryLayout<Structure>.size else { return nil }
    return withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }
}
