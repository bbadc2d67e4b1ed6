/// How a command ended, as its exit status says it. A contract with scripts.
public enum ExitStatus: Int32, Codable, Hashable, Sendable {
  case done = 0
  case failed = 1
  /// Some of it was done; what was not is listed.
  case partlyDone = 3
  /// Nothing failed, and somebody has to look.
  case needsAttention = 4
  case daemonUnreachable = 10
  case usage = 64
}
