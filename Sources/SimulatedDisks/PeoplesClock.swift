import GRDB
import Synchronization

/// The wall clock of a machine, for SQLite's own functions: triggers ask `julianday` what time it is.
final class PeoplesClock: Sendable {
  private let milliseconds = Mutex<Int64>(0)

  var wallMilliseconds: Int64 {
    get { milliseconds.withLock { $0 } }
    set { milliseconds.withLock { $0 = newValue } }
  }

  /// Takes the place of the built-in function on a connection.
  var julianDay: DatabaseFunction {
    DatabaseFunction("julianday", argumentCount: 1) { [self] _ in
      Double(wallMilliseconds) / 86_400_000 + 2_440_587.5
    }
  }
}
