import CLinux
import Glibc

/// Turns the daemon's signals into something to poll for, so that none of them interrupts a
/// transaction.
///
/// To be made first in `main`, before any thread: threads inherit what is blocked, and a signal
/// that one thread does not block would end the process there.
public struct SignalDescriptor: ~Copyable {
  /// The signals the daemon acts on.
  public enum Signal: Hashable, Sendable, CaseIterable {
    /// End in good order.
    case terminate
    /// The same, from a terminal.
    case interrupt
    /// Read the configuration and the authorized keys again.
    case reload
    /// Connect now.
    case connectNow

    var number: Int32 {
      switch self {
      case .terminate: SIGTERM
      case .interrupt: SIGINT
      case .reload: SIGHUP
      case .connectNow: SIGUSR1
      }
    }
  }

  private let descriptor: FileDescriptor

  /// Blocks the signals on this thread and on every thread made later, and ignores SIGPIPE.
  public init() throws(SystemError) {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in Signal.allCases { sigaddset(&set, signal.number) }
    let doing = "take over the signals"
    let code = pthread_sigmask(SIG_BLOCK, &set, nil)
    guard code == 0 else { throw SystemError(doing, code: code) }
    Glibc.signal(SIGPIPE, SIG_IGN)
    descriptor = try FileDescriptor(
      signalfd(-1, &set, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)), doing)
  }

  /// Readable when a signal waits.
  public var number: Int32 { descriptor.number }

  /// The signals that came since the last call, in their order; equal ones may have become one.
  public func take() throws(SystemError) -> [Signal] {
    let size = MemoryLayout<signalfd_siginfo>.size
    guard let bytes = try descriptor.readAvailable(limit: 16 * size, "read the signals") else {
      return []
    }
    return stride(from: 0, to: bytes.count, by: size).compactMap { start in
      let number = bytes.withUnsafeBytes { $0.load(fromByteOffset: start, as: UInt32.self) }
      return Signal.allCases.first { $0.number == Int32(bitPattern: number) }
    }
  }
}
