import Synchronization

/// Carries a socket to the thread that will own it.
///
/// Two threads talk over `inproc`: the first opens both ends, connects them, wraps one in a parcel
/// and starts the second thread, which opens the parcel. From then on each end belongs to one
/// thread, and the compiler holds both to it: the sender has given its value away, and a socket
/// with poll items or a monitor still about can not be wrapped. The lock inside is also the memory
/// barrier that libzmq asks for when a socket changes threads (zmq_socket(3)).
public final class SocketParcel: Sendable {
  private let content: Mutex<Socket?>

  /// Takes the socket from the caller.
  public init(_ socket: consuming sending Socket) {
    content = Mutex(socket)
  }

  /// The socket, for the first caller; nil ever after.
  public func open() -> sending Socket? {
    content.withLock { socket in socket.take() }
  }
}
