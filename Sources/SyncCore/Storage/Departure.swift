/// A project that a laptop removed, with everything that it held of it.
public struct Departure: Hashable, Sendable {
  public var project: ProjectID
  /// Changes that were removed.
  public var changes: UInt64
  /// Milliseconds since 1970, UTC.
  public var at: Int64

  public init(project: ProjectID, changes: UInt64, at: Int64) {
    self.project = project
    self.changes = changes
    self.at = at
  }
}
