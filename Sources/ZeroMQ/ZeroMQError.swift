import CZeroMQ

/// What was being done, to which endpoint, and what stood in the way.
///
/// Every refusal of libzmq that the caller can do something about leaves this module as one of
/// these. ``description`` is one sentence or two, fit for an operator: what, why, what to try.
public struct ZeroMQError: Error, Hashable, Sendable {
  /// What was being done.
  public enum Operation: Hashable, Sendable {
    case checkLibrary
    case startContext
    case openSocket
    case setOption(String)
    case readOption(String)
    case bind
    case connect
    case unbind
    case disconnect
    case send
    case receive
    case poll
    case monitor
    case makeKeys
    case readKey
  }

  /// What stood in the way.
  public enum Cause: Hashable, Sendable {
    case addressInUse
    case addressNotAvailable
    case noSuchInterface
    case permissionDenied
    case noSuchDirectory
    case noSuchEndpoint
    /// A path for `ipc` that no operating system socket can carry, both in bytes.
    case pathTooLong(bytes: Int, limit: Int)
    case invalidEndpoint
    case protocolNotSupported
    case tooManySockets
    /// The context was shut down.
    case terminated
    /// A CURVE server without a ``ZAPHandler``: nobody would check who connects.
    case noAdmissionHandler
    case malformedKey(String)
    case libraryTooOld(found: Library.Version)
    case curveMissing
    /// Any other `errno`.
    case system(code: Int32)
  }

  public let operation: Operation
  public let endpoint: String?
  public let cause: Cause

  init(_ operation: Operation, _ cause: Cause, endpoint: String? = nil) {
    self.operation = operation
    self.cause = cause
    self.endpoint = endpoint
  }

  /// The last error of libzmq on this thread; call it before anything else of libzmq.
  static func last(_ operation: Operation, endpoint: String? = nil) -> ZeroMQError {
    ZeroMQError(operation, Cause(code: zmq_errno()), endpoint: endpoint)
  }
}

extension ZeroMQError.Cause {
  init(code: Int32) {
    switch code {
    case EADDRINUSE: self = .addressInUse
    case EADDRNOTAVAIL: self = .addressNotAvailable
    case ENODEV: self = .noSuchInterface
    case EACCES, EPERM: self = .permissionDenied
    case ENOENT: self = .noSuchDirectory
    case EINVAL: self = .invalidEndpoint
    case EPROTONOSUPPORT, ENOCOMPATPROTO: self = .protocolNotSupported
    case EMFILE: self = .tooManySockets
    case ETERM: self = .terminated
    default: self = .system(code: code)
    }
  }
}

extension ZeroMQError: CustomStringConvertible {
  public var description: String {
    let place = endpoint.map { " \($0)" } ?? ""
    return "cannot \(operation.words)\(place): \(cause.words)"
  }
}

extension ZeroMQError.Operation {
  var words: String {
    switch self {
    case .checkLibrary: "use this libzmq"
    case .startContext: "start ZeroMQ"
    case .openSocket: "open a ZeroMQ socket"
    case .setOption(let name): "set the socket option \(name)"
    case .readOption(let name): "read the socket option \(name)"
    case .bind: "listen on"
    case .connect: "connect to"
    case .unbind: "stop listening on"
    case .disconnect: "disconnect from"
    case .send: "send"
    case .receive: "receive"
    case .poll: "wait for sockets"
    case .monitor: "watch a socket"
    case .makeKeys: "make a CURVE key pair"
    case .readKey: "read a CURVE key"
    }
  }
}

extension ZeroMQError.Cause {
  var words: String {
    switch self {
    case .addressInUse:
      "another program is using this address. Stop it, or choose another port"
    case .addressNotAvailable:
      "this machine has no such address. Use an address of this machine, or *"
    case .noSuchInterface:
      "this machine has no such network interface. Use an address of this machine, or *"
    case .permissionDenied:
      "permission denied. Check the user and the mode of the directory (ports below 1024 need root)"
    case .noSuchDirectory:
      "the directory does not exist. Create it, or choose another path"
    case .noSuchEndpoint:
      "the socket has no such endpoint"
    case .pathTooLong(let bytes, let limit):
      "the path has \(bytes) bytes and a socket path holds at most \(limit). Choose a shorter one"
    case .invalidEndpoint:
      "not a valid value. An endpoint looks like tcp://host:port or ipc:///path"
    case .protocolNotSupported:
      "this kind of endpoint is not supported. Use tcp:// or ipc://"
    case .tooManySockets:
      "too many sockets or files are open. Raise the limit of open files"
    case .terminated:
      "ZeroMQ was shut down"
    case .noAdmissionHandler:
      "nobody checks the keys of those who connect. Make the ZAP handler before listening"
    case .malformedKey(let reason):
      reason
    case .libraryTooOld(let found):
      "it is \(found) and \(Library.oldestSupported) is needed. Install a newer libzmq"
    case .curveMissing:
      "it was built without CURVE. Install a libzmq with libsodium"
    case .system(let code):
      zmq_strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
  }
}
