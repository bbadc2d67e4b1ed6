/// A report: figures, tables, and how complete they are.
public struct Report: Codable, Hashable, Sendable {
  public var report: ReportRequest.Name
  /// When it was counted.
  public var at: Int64
  /// Those whose records were counted.
  public var projects: [Status.Project]
  /// The first moment that is in, and the first that is not; nil is without an end.
  public var from: Int64?
  public var until: Int64?
  public var session: String?
  public var segment: String?
  public var completeness: Completeness
  /// What was assumed, a sentence each.
  public var assumptions: [String]
  public var rows: [Row]
  public var tables: [Table]

  public init(
    report: ReportRequest.Name, at: Int64, projects: [Status.Project], from: Int64? = nil,
    until: Int64? = nil, session: String? = nil, segment: String? = nil,
    completeness: Completeness, assumptions: [String] = [], rows: [Row] = [],
    tables: [Table] = []
  ) {
    self.report = report
    self.at = at
    self.projects = projects
    self.from = from
    self.until = until
    self.session = session
    self.segment = segment
    self.completeness = completeness
    self.assumptions = assumptions
    self.rows = rows
    self.tables = tables
  }
}

extension Report {
  /// Whether everything that is known to exist was counted.
  public struct Completeness: Codable, Hashable, Sendable {
    public var isComplete: Bool
    /// `complete`, `complete as far as is known` and who was not heard since, or `provisional` and why.
    public var words: String
    public var machines: [Machine]

    public init(isComplete: Bool, words: String, machines: [Machine]) {
      self.isComplete = isComplete
      self.words = words
      self.machines = machines
    }

    /// Said by a reader that nobody has told anything.
    public static let unknown = Completeness(
      isComplete: false, words: "provisional (how the other machines stand is not known)",
      machines: [])

    private enum CodingKeys: String, CodingKey {
      case words, machines
      case isComplete = "complete"
    }
  }

  /// A machine whose changes belong in the report.
  public struct Machine: Codable, Hashable, Sendable {
    public var name: String
    /// Whether it is known, or has to be taken, to have changes that were not counted.
    public var isMissing: Bool
    /// When it was last heard; nil when never.
    public var lastHeard: Int64?
    /// One phrase: `in sync when it was last heard`.
    public var words: String
    /// When it was in sync, of a machine that was not heard since; nil of any other.
    public var inSyncAt: Int64?

    public init(
      name: String, isMissing: Bool, lastHeard: Int64?, words: String, inSyncAt: Int64? = nil
    ) {
      self.name = name
      self.isMissing = isMissing
      self.lastHeard = lastHeard
      self.words = words
      self.inSyncAt = inSyncAt
    }

    private enum CodingKeys: String, CodingKey {
      case name, lastHeard, words, inSyncAt
      case isMissing = "missing"
    }
  }

  /// One figure. What was measured and what was estimated are never added.
  public struct Row: Codable, Hashable, Sendable {
    /// `loyalty`, `recommendation`, `cost`, `innovation`, `reputation`, `living_lab`, `programme`.
    public var objective: String
    public var metric: String
    /// Which of several, such as a kind or a currency.
    public var group: String?
    public var label: String
    /// `count`, `share`, `hours`, `days`, or `minor:` and a currency: in its smallest unit.
    public var unit: String
    /// Nil where there is nothing to measure, such as a share of none.
    public var measured: Double?
    /// The greatest that `measured` may be, where it is not decided which people are the same.
    public var measuredMost: Double?
    public var estimated: Double?
    /// Of a share.
    public var part: Int64?
    public var whole: Int64?
    /// What it was computed from.
    public var basis: String?

    public init(
      objective: String, metric: String, group: String? = nil, label: String, unit: String,
      measured: Double? = nil, measuredMost: Double? = nil, estimated: Double? = nil,
      part: Int64? = nil, whole: Int64? = nil, basis: String? = nil
    ) {
      self.objective = objective
      self.metric = metric
      self.group = group
      self.label = label
      self.unit = unit
      self.measured = measured
      self.measuredMost = measuredMost
      self.estimated = estimated
      self.part = part
      self.whole = whole
      self.basis = basis
    }
  }

  /// Rows of cells: `sessions`, `contributions`, `funnel`, `tone`, `networks`, `activities`.
  public struct Table: Codable, Hashable, Sendable {
    public var name: String
    public var title: String
    public var columns: [Column]
    public var rows: [[JSON]]

    public init(name: String, title: String, columns: [Column], rows: [[JSON]]) {
      self.name = name
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  public struct Column: Codable, Hashable, Sendable {
    public var name: String
    public var label: String
    /// `text`, `time` (milliseconds since 1970, UTC), `date` (as text), or the unit of a row.
    public var unit: String

    public init(_ name: String, _ label: String, _ unit: String) {
      self.name = name
      self.label = label
      self.unit = unit
    }
  }
}
