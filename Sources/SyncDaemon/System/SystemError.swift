import Glibc

/// The operating system refused: what was being done, and what it said.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was being done: `watch the folder /var/lib/labsync/authorized`.
  public var doing: String
  /// The `errno`.
  public var code: Int32

  public init(_ doing: String, code: Int32) {
    self.doing = doing
    self.code = code
  }

  /// One sentence without its full stop.
  public var description: String {
    "cannot \(doing): \(String(cString: strerror(code)))"
  }
}
