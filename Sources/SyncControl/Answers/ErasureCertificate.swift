/// Who has erased a participant, and who has not said so yet.
public struct ErasureCertificate: Codable, Hashable, Sendable {
  public var participant: String
  public var project: String
  public var requestedAt: Int64?
  /// Whether the values are out of this machine's own files.
  public var isErasedHere: Bool
  public var receipts: [Receipt]
  /// The replicas known here that gave no receipt: they may still hold the values.
  public var outstanding: [Outstanding]
  /// Where a name may stand in what others wrote, as the machine saw that was asked. To be looked at
  /// by somebody; nothing there was changed.
  public var candidates: [Candidate]
  /// Records that were deleted with the participant, by this request.
  public var contributionsDeleted: Int

  public init(
    participant: String, project: String, requestedAt: Int64?, isErasedHere: Bool,
    receipts: [Receipt], outstanding: [Outstanding], candidates: [Candidate],
    contributionsDeleted: Int
  ) {
    self.participant = participant
    self.project = project
    self.requestedAt = requestedAt
    self.isErasedHere = isErasedHere
    self.receipts = receipts
    self.outstanding = outstanding
    self.candidates = candidates
    self.contributionsDeleted = contributionsDeleted
  }

  public struct Receipt: Codable, Hashable, Sendable {
    public var replica: String
    /// What people call the machine; its id where no name is known.
    public var name: String
    /// By that machine's own clock.
    public var erasedAt: Int64?
    /// As which the machine speaks now, where `replica` is a former name of it: it has erased with it.
    public var present: String?

    public init(replica: String, name: String, erasedAt: Int64?, present: String? = nil) {
      self.replica = replica
      self.name = name
      self.erasedAt = erasedAt
      self.present = present
    }
  }

  public struct Outstanding: Codable, Hashable, Sendable {
    public var replica: String
    public var name: String
    /// When it last acknowledged anything here; nil where it never did.
    public var lastHeard: Int64?
    /// As which the machine speaks now, where `replica` is a former name of it.
    public var present: String?
    /// What is known of it, as a phrase; nil where that is no more than when it was heard.
    public var words: String?

    public init(replica: String, name: String, lastHeard: Int64?, present: String? = nil) {
      self.replica = replica
      self.name = name
      self.lastHeard = lastHeard
      self.present = present
    }
  }

  public struct Candidate: Codable, Hashable, Sendable {
    public var kind: String
    /// The record's id; of a kind with a natural key, the key.
    public var record: String
    public var field: String

    public init(kind: String, record: String, field: String) {
      self.kind = kind
      self.record = record
      self.field = field
    }
  }

  private enum CodingKeys: String, CodingKey {
    case participant, project, requestedAt, receipts, outstanding, candidates, contributionsDeleted
    case isErasedHere = "erasedHere"
  }
}
