import Foundation

/// Bytes of a bundle.
public struct BundlePiece: Codable, Hashable, Sendable {
  /// In JSON, base64 (RFC 4648).
  public var bytes: Data
  /// Changes so far, and of all.
  public var done: Int
  public var total: Int
  /// Nil with the last piece.
  public var cursor: String?
  /// What is in the bundle; with the last piece.
  public var contents: BundleContents?

  public init(
    bytes: Data, done: Int, total: Int, cursor: String?, contents: BundleContents? = nil
  ) {
    self.bytes = bytes
    self.done = done
    self.total = total
    self.cursor = cursor
    self.contents = contents
  }
}

public struct BundleContents: Codable, Hashable, Sendable {
  public var side: Status.Side
  /// Ids.
  public var projects: [String]
  public var changes: Int
  /// Changes that are not in it, because one before them is too large to be sent.
  public var leftOut: Int

  public init(side: Status.Side, projects: [String], changes: Int, leftOut: Int) {
    self.side = side
    self.projects = projects
    self.changes = changes
    self.leftOut = leftOut
  }
}

/// A piece of a bundle is there.
public struct BundleUpload: Codable, Hashable, Sendable {
  public var cursor: String

  public init(cursor: String) { self.cursor = cursor }
}

/// How far an import is.
public struct BundleProgress: Codable, Hashable, Sendable {
  public enum Phase: String, Codable, CaseIterable, Hashable, Sendable {
    /// Nothing is applied yet.
    case checking
    case applying
  }

  public var phase: Phase
  /// Changes that were looked at in this phase, and changes of all.
  public var done: Int
  /// Not known before the first phase has ended.
  public var total: Int?
  /// Nil when all is done.
  public var cursor: String?
  /// What became of the bundle; with the last answer.
  public var result: BundleResult?

  public init(phase: Phase, done: Int, total: Int?, cursor: String?, result: BundleResult? = nil) {
    self.phase = phase
    self.done = done
    self.total = total
    self.cursor = cursor
    self.result = result
  }
}

/// What became of the changes of a bundle. Each is counted once.
public struct BundleResult: Codable, Hashable, Sendable {
  public var sender: Sender
  /// New here, and on this side's disk.
  public var applied: Int
  /// Were here already.
  public var duplicates: Int
  /// Of a machine that was shut out: kept outside the log.
  public var held: Int
  /// Neither applied nor kept: all in ``refusals``.
  public var refused: Int
  /// Of projects that are not here: passed over.
  public var elsewhere: Int
  /// Of the applied, those that opened a conflict.
  public var conflicts: Int
  /// Of the applied, those that can not be shown.
  public var parked: Int
  public var refusals: [Refusal]
  /// Ids of the projects that are not here.
  public var projectsElsewhere: [String]
  /// One sentence on what is known now, and where.
  public var words: String

  public struct Sender: Codable, Hashable, Sendable {
    public var replica: String
    public var name: String
    public var side: Status.Side
    public var software: String
    /// When the bundle was made, by the clock of the machine that made it.
    public var at: Int64

    public init(replica: String, name: String, side: Status.Side, software: String, at: Int64) {
      self.replica = replica
      self.name = name
      self.side = side
      self.software = software
      self.at = at
    }
  }

  /// Changes of one machine that were refused or held, and why.
  public struct Refusal: Codable, Hashable, Sendable {
    public var replica: String
    /// What the machine is called, or its id.
    public var name: String
    public var project: String
    public var changes: Int
    /// A phrase without a full stop.
    public var reason: String

    public init(replica: String, name: String, project: String, changes: Int, reason: String) {
      self.replica = replica
      self.name = name
      self.project = project
      self.changes = changes
      self.reason = reason
    }
  }

  public init(
    sender: Sender, applied: Int = 0, duplicates: Int = 0, held: Int = 0, refused: Int = 0,
    elsewhere: Int = 0, conflicts: Int = 0, parked: Int = 0, refusals: [Refusal] = [],
    projectsElsewhere: [String] = [], words: String = ""
  ) {
    self.sender = sender
    self.applied = applied
    self.duplicates = duplicates
    self.held = held
    self.refused = refused
    self.elsewhere = elsewhere
    self.conflicts = conflicts
    self.parked = parked
    self.refusals = refusals
    self.projectsElsewhere = projectsElsewhere
    self.words = words
  }
}
