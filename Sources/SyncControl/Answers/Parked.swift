/// A change that is kept, forwarded, and not applied.
public struct ParkedEntry: Codable, Hashable, Sendable {
  /// Replica, lane and sequence: `3f1c…/1/42` in full length.
  public var dot: String
  public var project: String
  /// Nil when not even that can be read.
  public var kind: String?
  /// One sentence for a person.
  public var reason: String
  public var since: Int64
  /// How long the change is.
  public var bytes: Int

  public init(
    dot: String, project: String, kind: String?, reason: String, since: Int64, bytes: Int
  ) {
    self.dot = dot
    self.project = project
    self.kind = kind
    self.reason = reason
    self.since = since
    self.bytes = bytes
  }
}

/// Parked changes, oldest first.
public struct ParkedPage: Codable, Hashable, Sendable {
  public var parked: [ParkedEntry]
  public var cursor: String?

  public init(parked: [ParkedEntry], cursor: String? = nil) {
    self.parked = parked
    self.cursor = cursor
  }
}

/// One parked change.
public struct ParkedDetail: Codable, Hashable, Sendable {
  public var entry: ParkedEntry
  /// The change as it arrived, in hexadecimal; cut after the first 64 KiB.
  public var content: String

  public init(entry: ParkedEntry, content: String) {
    self.entry = entry
    self.content = content
  }
}

/// What a retry came to.
public struct ParkedRetryResult: Codable, Hashable, Sendable {
  public var applied: Int
  public var stillParked: Int

  public init(applied: Int, stillParked: Int) {
    self.applied = applied
    self.stillParked = stillParked
  }
}
