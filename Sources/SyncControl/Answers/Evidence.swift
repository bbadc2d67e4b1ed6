/// Whether this machine may be lost now without losing anything that was written on it.
public struct LeaveAnswer: Codable, Hashable, Sendable {
  public var safe: Bool
  /// One sentence for a person.
  public var words: String
  /// Why not, each a phrase; empty when it is safe.
  public var reasons: [String]
  /// When both sides were seen to hold the same; left out where that is not proven now.
  public var provenAt: Int64?
  /// This machine's changes that are on the other side's disk, in equal chains.
  public var confirmed: Int
  /// Its changes and writes that are not.
  public var waiting: Int
  /// Files that are not on the other side yet.
  public var attachmentsPending: Int

  public init(
    safe: Bool, words: String, reasons: [String], provenAt: Int64?, confirmed: Int, waiting: Int,
    attachmentsPending: Int
  ) {
    self.safe = safe
    self.words = words
    self.reasons = reasons
    self.provenAt = provenAt
    self.confirmed = confirmed
    self.waiting = waiting
    self.attachmentsPending = attachmentsPending
  }
}

/// A part of the log, computed anew.
public struct VerifyPage: Codable, Hashable, Sendable {
  /// Changes looked at so far, and in all.
  public var checked: Int
  public var total: Int
  /// What is wrong in this part. The first of an origin stands for all behind it.
  public var damages: [Damage]
  public var cursor: String?

  public init(checked: Int, total: Int, damages: [Damage], cursor: String?) {
    self.checked = checked
    self.total = total
    self.damages = damages
    self.cursor = cursor
  }

  public struct Damage: Codable, Hashable, Sendable {
    public var project: String
    public var replica: String
    public var lane: Int
    public var sequence: Int64
    /// What is wrong with it, as a phrase.
    public var what: String
    /// Whether this store's own name is on it.
    public var own: Bool

    public init(
      project: String, replica: String, lane: Int, sequence: Int64, what: String, own: Bool
    ) {
      self.project = project
      self.replica = replica
      self.lane = lane
      self.sequence = sequence
      self.what = what
      self.own = own
    }
  }
}
