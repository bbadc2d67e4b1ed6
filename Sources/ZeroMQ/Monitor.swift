/// Tells what happens to the connections of a socket, as ``MonitorEvent`` values to poll for.
///
/// It belongs to the thread of its socket and may outlive it; the last event is then
/// ``MonitorEvent/Kind/monitorStopped``. Events wait without limit until they are read, because
/// libzmq's I/O thread would stand still if they did not: read them every turn.
public struct Monitor: ~Copyable {
  private let watched: SocketHandle
  private let socket: Socket

  init(_ watched: SocketHandle) throws(ZeroMQError) {
    let endpoint = watched.core.uniqueInprocEndpoint()
    var options = Socket.Options()
    options.receiveHighWaterMark = 0
    let socket = try Socket(.pair, options: options, security: .plain, core: watched.core)
    try watched.startMonitor(endpoint)
    do {
      try socket.connect(endpoint)
    } catch {
      watched.stopMonitor()
      throw error
    }
    self.watched = watched
    self.socket = socket
  }

  deinit {
    watched.stopMonitor()
  }

  public func pollItem<Tag>(_ tag: Tag) -> PollItem<Tag> {
    socket.pollItem(tag)
  }

  /// The next event, or nil when there is none now.
  public func next() throws(ZeroMQError) -> MonitorEvent? {
    guard let message = try socket.receive() else { return nil }
    guard let event = MonitorEvent(parts: message.parts) else {
      preconditionFailure("libzmq sent an event in a form its manual does not know")
    }
    return event
  }
}

extension Socket {
  /// Starts to watch this socket, before it binds or connects so that nothing is missed.
  ///
  /// - Precondition: it has no monitor now.
  public func monitor() throws(ZeroMQError) -> Monitor {
    try Monitor(handle)
  }
}
