import CZeroMQ

/// Something to wait for: a socket or a file descriptor, what it should be able to do, and the
/// caller's name for it.
///
/// It belongs to the same thread as its socket. It does not keep the socket open.
public struct PollItem<Tag: Hashable & Sendable> {
  enum Source {
    case socket(SocketHandle)
    case file(Int32)
  }

  public let tag: Tag
  public var interest: Readiness
  let source: Source

  /// Waits for an open file descriptor, which the caller keeps open as long as the item is used.
  public static func file(
    _ descriptor: Int32, _ tag: Tag, for interest: Readiness = .readable
  ) -> PollItem {
    PollItem(tag: tag, interest: interest, source: .file(descriptor))
  }
}

extension Socket {
  /// What a ``Poller`` needs to wait for this socket.
  public func pollItem<Tag>(
    _ tag: Tag, for interest: Readiness = .readable
  ) -> PollItem<Tag> {
    PollItem(tag: tag, interest: interest, source: .socket(handle))
  }
}

/// Waits for several sockets and file descriptors at once: the one place where a thread sleeps.
///
/// It is level triggered: what stays ready is reported again. A turn allocates nothing once
/// ``ready`` has grown, up to 16 items; above that libzmq allocates.
public struct Poller<Tag: Hashable & Sendable> {
  /// How a wait ended.
  public enum Outcome: Hashable, Sendable {
    /// At least one item is ready.
    case ready
    /// The time ran out.
    case timedOut
    /// A signal arrived; nothing is known of the items.
    case woken
  }

  /// An item that can do at least one of the things asked for.
  public struct Ready: Hashable, Sendable {
    public let tag: Tag
    public let events: Readiness
  }

  /// What the last wait found, in the order in which the items were added.
  public private(set) var ready: [Ready] = []
  private var items: [PollItem<Tag>] = []
  private var entries: [zmq_pollitem_t] = []

  public init() {}

  /// - Precondition: no item has this tag yet.
  public mutating func add(_ item: PollItem<Tag>) {
    precondition(!items.contains { $0.tag == item.tag }, "two poll items have the same tag")
    items.append(item)
    entries.append(zmq_pollitem_t())
  }

  /// Forgets the item; nothing happens when there is none. To be done before the next wait when
  /// its socket or file descriptor is closed.
  public mutating func remove(_ tag: Tag) {
    guard let index = items.firstIndex(where: { $0.tag == tag }) else { return }
    items.remove(at: index)
    entries.removeLast()
  }

  /// Changes what is waited for: `writable` only while there is something to send, or each wait
  /// returns at once. Returns false when there is no such item.
  @discardableResult
  public mutating func setInterest(_ interest: Readiness, for tag: Tag) -> Bool {
    guard let index = items.firstIndex(where: { $0.tag == tag }) else { return false }
    items[index].interest = interest
    return true
  }

  /// Sleeps until an item is ready, the time runs out (nil is never) or a signal arrives.
  ///
  /// - Precondition: every socket is open, and there is an item or a time.
  public mutating func wait(timeoutMilliseconds: Int?) throws(ZeroMQError) -> Outcome {
    precondition(!items.isEmpty || timeoutMilliseconds != nil, "a wait that could never end")
    ready.removeAll(keepingCapacity: true)
    for index in items.indices {
      let item = items[index]
      entries[index].revents = 0
      entries[index].events = item.interest.rawValue
      switch item.source {
      case .socket(let handle): entries[index].socket = handle.open
      case .file(let descriptor):
        entries[index].socket = nil
        entries[index].fd = descriptor
      }
    }
    let timeout = timeoutMilliseconds.map { max(0, $0) } ?? -1
    let count = zmq_poll(&entries, Int32(entries.count), timeout)
    if count < 0 {
      if zmq_errno() == EINTR { return .woken }
      throw .last(.poll)
    }
    if count == 0 { return .timedOut }
    for index in items.indices where entries[index].revents != 0 {
      ready.append(
        Ready(tag: items[index].tag, events: Readiness(rawValue: entries[index].revents)))
    }
    return .ready
  }
}

@available(*, unavailable)
extension PollItem: Sendable {}
@available(*, unavailable)
extension Poller: Sendable {}
