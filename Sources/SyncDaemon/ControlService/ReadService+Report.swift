import LivingLab
import SQLiteStore
import SyncControl
import SyncCore

extension ReadService {
  func report(_ request: ReportRequest, at now: Instant) throws -> Report {
    let period = try ReportPeriod(request)
    if let session = request.session, UniqueID(session) == nil {
      throw ControlFailure(
        what: "'\(session)' is no session", why: "a session is named by its id",
        remedy: "labctl list session", exit: .usage)
    }
    guard (0...1_000_000).contains(request.contacts ?? 0) else {
      throw ControlFailure(
        what: "nobody has \(request.contacts ?? 0) contacts", why: "",
        remedy: "from 0 to 1000000", exit: .usage)
    }
    let scope = ReportScope(
      project: try projectID(request.project), from: period.from, until: period.until,
      session: request.session, segment: request.segment)
    let contacts = request.contacts.map(Int64.init) ?? ReachEstimate.assumedContacts
    // The last day of the period, and today where it has no end.
    let day = min(period.until.map { $0 - 1 } ?? now.wallMilliseconds, now.wallMilliseconds)
    let stored = try reader.report(scope, parts: request.parts, contacts: contacts, day: day)
    var report = Report(
      report: request.report, at: now.wallMilliseconds, projects: try projects(scope.project),
      from: period.from, until: period.until, session: request.session, segment: request.segment,
      completeness: completeness.telling(until: period.until))
    let paper = ReportPaper(stored: stored, contacts: contacts)
    report.rows = paper.rows(of: request.report).map { Report.Row($0) }
    report.tables = paper.tables(of: request)
    report.assumptions = paper.assumptions(of: request)
    return report
  }

  private func projects(_ project: ProjectID?) throws -> [Status.Project] {
    try reader.projects().filter { project == nil || $0.id == project }.map {
      Status.Project(id: $0.id.description, name: $0.name)
    }
  }
}

/// The moments of a report's period.
struct ReportPeriod {
  var from: Int64?
  var until: Int64?

  init(_ request: ReportRequest) throws(ControlFailure) {
    from = try Self.moment(request.from, isEnd: false)
    until = try Self.moment(request.to, isEnd: true)
    if let from, let until, from >= until {
      throw ControlFailure(
        what: "the period is empty", why: "it ends before it begins",
        remedy: "a --from before the --to", exit: .usage)
    }
  }

  private static func moment(_ text: String?, isEnd: Bool) throws(ControlFailure) -> Int64? {
    guard let text else { return nil }
    if let moment = Timestamp.milliseconds(text) { return moment }
    if let day = Timestamp.milliseconds(text + "T00:00:00Z") {
      return isEnd ? day + 86_400_000 : day
    }
    throw ControlFailure(
      what: "'\(text)' is no date", why: "",
      remedy: "a date such as 2016-03-01, or a moment such as 2016-03-01T17:00:00Z", exit: .usage)
  }
}

extension ReportRequest {
  fileprivate var parts: ReportParts {
    var parts: ReportParts =
      switch report {
      case .kpi, .innovation: [.figures]
      case .reach: [.figures, .sessions, .networks]
      case .participation: [.figures, .sessions, .days]
      }
    if withPlots { parts.formUnion([.figures, .sessions, .days]) }
    return parts
  }
}

extension Report.Row {
  init(_ row: ReportRow) {
    self.init(
      objective: row.objective.rawValue, metric: row.metric, group: row.group, label: row.label,
      unit: (row.measured ?? row.estimated)?.unit ?? "count", basis: row.basis)
    measured = row.measured?.number
    estimated = row.estimated?.number
    if case .range(let range) = row.measured { measuredMost = Double(range.upperBound) }
    if case .share(let part, let whole) = row.measured { (self.part, self.whole) = (part, whole) }
  }
}

extension Figure {
  var unit: String {
    switch self {
    case .count, .range, .mean: "count"
    case .share: "share"
    case .time(_, .hours): "hours"
    case .time(_, .days): "days"
    case .money(_, let currency), .meanMoney(_, _, let currency): "minor:\(currency)"
    }
  }

  /// Nil for a part of nothing.
  var number: Double? {
    switch self {
    case .count(let count), .money(let count, _): Double(count)
    case .range(let range): Double(range.lowerBound)
    case .share(let part, let whole), .mean(let part, let whole),
      .meanMoney(let part, let whole, _):
      whole == 0 ? nil : Double(part) / Double(whole)
    case .time(let milliseconds, let unit): milliseconds / Double(unit.rawValue)
    }
  }
}
