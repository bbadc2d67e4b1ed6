import Foundation
import Glibc

/// A process that the rig has started, and ends when it lets go of it.
public final class ChildProcess {
  /// How a process ended, and what it had used.
  public struct Ending: Hashable, Sendable {
    public enum Cause: Hashable, Sendable {
      case exited(Int32)
      case killed(signal: Int32)
    }

    public var cause: Cause
    /// The most memory that was resident at once.
    public var peakResidentBytes: Int
    /// Time of all its threads, in user and kernel mode.
    public var processorMilliseconds: Int

    /// The exit status; nil when a signal ended it.
    public var exitStatus: Int32? {
      switch cause {
      case .exited(let status): status
      case .killed: nil
      }
    }
  }

  public let processID: Int32
  public private(set) var ending: Ending?
  private let program: String

  /// Starts `program`, with nothing of this process's environment but `PATH` and `HOME`, and what sanitizers
  /// are told.
  ///
  /// - Parameters:
  ///   - output: the file that the standard output is appended to; nil for this process's own.
  ///   - errors: the same for the standard error.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    input: String = "/dev/null", output: String?, errors: String?
  ) throws(RigError) {
    self.program = program
    var full = environment
    for name in ["PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS"] where full[name] == nil {
      full[name] = ProcessInfo.processInfo.environment[name]
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
    let flags = O_WRONLY | O_CREAT | O_APPEND
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
      guard let path else { continue }
      posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o644)
    }
    // What this process has open is none of the child's business.
    for descriptor in STDERR_FILENO + 1..<1024 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var settings = full.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in words + settings { free(pointer) } }
    // A thread of a test runner blocks signals, and a child would go on doing so.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var processID: pid_t = 0
    let code = posix_spawn(&processID, program, &actions, &attributes, &words, &settings)
    guard code == 0 else {
      throw RigError("\(program) did not start: \(String(cString: strerror(code)))")
    }
    self.processID = processID
  }

  deinit {
    guard !hasEnded else { return }
    Glibc.kill(processID, SIGKILL)
    var status: Int32 = 0
    waitpid(processID, &status, 0)
  }

  /// Sends a signal; nothing happens when the process has ended.
  public func send(_ signal: Int32) {
    guard !hasEnded else { return }
    Glibc.kill(processID, signal)
  }

  /// Whether the process has ended by now.
  public var hasEnded: Bool {
    if ending == nil { ending = reap() }
    return ending != nil
  }

  /// Waits for the end. Throws when it does not come in time.
  @discardableResult
  public func waitForEnd(seconds: Double) throws(RigError) -> Ending {
    let deadline = Deadline(seconds: seconds)
    while !hasEnded {
      guard !deadline.hasPassed else {
        throw RigError("\(program) (pid \(processID)) did not end within \(seconds) s")
      }
      Deadline.pause(milliseconds: 2)
    }
    guard let ending else { throw RigError("\(program) ended without a status") }
    return ending
  }

  private func reap() -> Ending? {
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(processID, &status, WNOHANG, &usage) == processID else { return nil }
    let signal = status & 0x7F
    return Ending(
      cause: signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal),
      peakResidentBytes: usage.ru_maxrss * 1024,
      processorMilliseconds: Self.milliseconds(usage.ru_utime)
        + Self.milliseconds(usage.ru_stime))
  }

  private static func milliseconds(_ time: timeval) -> Int {
    time.tv_sec * 1000 + Int(time.tv_usec) / 1000
  }
}
