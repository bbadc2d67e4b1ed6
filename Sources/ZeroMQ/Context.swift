import CZeroMQ
import Synchronization

/// One instance of libzmq in the process: its I/O threads and every socket opened on them.
///
/// A program has one. It ends when the `Context` value and the last of its sockets are gone, in
/// whatever order that happens: each socket keeps what it needs alive, so an early end of this
/// value neither blocks nor cuts a socket off. Ending joins the I/O threads, a few milliseconds
/// with a linger of 0.
///
/// The value is `Sendable`, since a libzmq context is thread safe (zmq_ctx_new(3)); the sockets
/// are not. A socket for another thread is opened here and moved in a ``SocketParcel``.
public struct Context: ~Copyable, Sendable {
  let core: ContextCore

  /// Starts libzmq.
  ///
  /// - Parameters:
  ///   - ioThreads: threads that move bytes and do the cryptography. One carried 0.5 GB/s with CURVE
  ///     and 2 GB/s without, in messages of 128 KiB on loopback.
  ///   - maximumSockets: sockets open at the same time. A monitored socket counts as three.
  public init(ioThreads: Int = 1, maximumSockets: Int = 1023) throws(ZeroMQError) {
    guard let pointer = zmq_ctx_new() else {
      throw .last(.startContext)
    }
    let core = ContextCore(pointer)
    for (option, value) in [
      (ZMQ_IO_THREADS, ioThreads), (ZMQ_MAX_SOCKETS, maximumSockets), (ZMQ_BLOCKY, 0),
    ] {
      guard let value = Int32(exactly: value), zmq_ctx_set(pointer, option, value) == 0 else {
        throw ZeroMQError(.startContext, .system(code: EINVAL))
      }
    }
    self.core = core
  }

  /// Opens a socket and sets every option before it can bind or connect.
  ///
  /// Throws when libzmq refuses an option, when the context was shut down, or when there are too
  /// many sockets.
  public func socket(
    _ kind: Socket.Kind, options: Socket.Options = Socket.Options(),
    security: Socket.Security = .plain
  ) throws(ZeroMQError) -> Socket {
    try Socket(kind, options: options, security: security, core: core)
  }

  /// A name for an `inproc` endpoint that no other call on this context returns.
  public func uniqueInprocEndpoint() -> String {
    core.uniqueInprocEndpoint()
  }

  /// Wakes every thread that waits on a socket of this context: the wait, and every later call on
  /// those sockets, throws ``ZeroMQError/Cause/terminated``. The sockets still have to be closed.
  public func shutdown() {
    zmq_ctx_shutdown(core.pointer)
  }
}

/// Owns the libzmq context; kept alive by the ``Context`` and by each open socket.
final class ContextCore: Sendable {
  // A libzmq context may be used from any thread, and this pointer to it never changes.
  nonisolated(unsafe) let pointer: UnsafeMutableRawPointer
  let admissionHandlers = Atomic<Int>(0)
  private let endpointCount = Atomic<UInt64>(0)

  init(_ pointer: UnsafeMutableRawPointer) {
    self.pointer = pointer
  }

  deinit {
    while zmq_ctx_term(pointer) != 0, zmq_errno() == EINTR {}
  }

  func uniqueInprocEndpoint() -> String {
    let (number, _) = endpointCount.add(1, ordering: .relaxed)
    return "inproc://zeromq-\(number)"
  }
}
