/// What the rows of a report are computed from, as counted in one store at one moment.
public struct KPIFigures: Hashable, Sendable {
  /// Cases of one kind.
  public struct Cases: Hashable, Sendable {
    public var received: Int64 = 0
    /// With a first response.
    public var attended: Int64 = 0
    public var resolved: Int64 = 0
    /// From opening to resolution, of the resolved ones, in milliseconds.
    public var durations: [Int64] = []

    public init() {}
  }

  public struct Cost: Hashable, Sendable {
    public var currency: String
    public var isSocial: Bool
    public var minor: Int64
    /// Cases that say what they cost.
    public var cases: Int64

    public init(currency: String, isSocial: Bool, minor: Int64, cases: Int64) {
      self.currency = currency
      self.isSocial = isSocial
      self.minor = minor
      self.cases = cases
    }
  }

  public struct Mentions: Hashable, Sendable {
    public var kind: String
    /// −1, 0 or 1; nil where nobody has judged.
    public var sentiment: Int64?
    public var count: Int64
    /// The sum of each mention's latest observation.
    public var reach: Int64

    public init(kind: String, sentiment: Int64?, count: Int64, reach: Int64) {
      self.kind = kind
      self.sentiment = sentiment
      self.count = count
      self.reach = reach
    }
  }

  public struct Ideas: Hashable, Sendable {
    public var origin: String?
    public var kind: String?
    public var stage: String?
    public var state: String?
    public var count: Int64

    public init(origin: String?, kind: String?, stage: String?, state: String?, count: Int64) {
      self.origin = origin
      self.kind = kind
      self.stage = stage
      self.state = state
      self.count = count
    }
  }

  public struct Outcome: Hashable, Sendable {
    public var kind: String
    public var isConfirmed: Bool
    public var currency: String
    public var minor: Int64

    public init(kind: String, isConfirmed: Bool, currency: String, minor: Int64) {
      self.kind = kind
      self.isConfirmed = isConfirmed
      self.currency = currency
      self.minor = minor
    }
  }

  /// A count under a name.
  public struct Named: Hashable, Sendable {
    public var name: String
    public var count: Int64

    public init(name: String, count: Int64) {
      self.name = name
      self.count = count
    }
  }

  /// Nil where the report is of one session: cases belong to none.
  public var service: Service?
  public var mentions: [Mentions] = []
  /// People who shared or recommended.
  public var recommenders: ClosedRange<Int64> = 0...0
  public var reach = ReachEstimate()
  public var ideas: [Ideas] = []
  /// From the capture of an idea to the change that said `implemented`, in milliseconds.
  public var implementations: [Int64] = []
  public var outcomes: [Outcome] = []
  public var sessions: Int64 = 0
  public var sessionsWithAttendance: Int64 = 0
  /// Named people of the sessions.
  public var people: ClosedRange<Int64> = 0...0
  public var returning: ClosedRange<Int64> = 0...0
  /// Comments by tone.
  public var tones: [Int64?: Int64] = [:]
  public var comments: Int64 { tones.values.reduce(0, +) }
  public var supports: Int64 = 0
  /// Comments, supports and mentions of the idea that has most of them.
  public var mostInteractions: Int64 = 0
  public var mentionsOfIdeas: Int64 = 0
  public var programme: Programme?

  /// Of the cases.
  public struct Service: Hashable, Sendable {
    public var complaints = Cases()
    public var churnRisks: Int64 = 0
    /// Churn risks that were resolved and stayed.
    public var retained: Int64 = 0
    public var queries = Cases()
    /// The queries that came through social channels.
    public var socialQueries = Cases()
    public var costs: [Cost] = []

    public init() {}
  }

  public struct Programme: Hashable, Sendable {
    /// Certificates valid on the day, by level.
    public var certificates: [Named] = []
    public var day: String
    public var ambassadors: Int64 = 0
    /// Those with a mention in the period.
    public var activeAmbassadors: Int64 = 0

    public init(day: String) { self.day = day }
  }

  public init() {}

  /// Whether a case channel is social: `social`, `social:<network>` or `community`.
  public static func isSocial(channel: String?) -> Bool {
    guard let channel else { return false }
    return channel == "social" || channel == "community" || channel.hasPrefix("social:")
  }

  /// Whether the resolution of a churn risk says that the customer stayed: its first word is `stayed`.
  public static func hasStayed(resolution: String?) -> Bool {
    let letters = (resolution ?? "").drop { $0.isWhitespace }.prefix { $0.isLetter }
    return letters.lowercased() == "stayed"
  }
}
