/// Asks for a report.
public struct ReportRequest: ControlQuestion {
  public typealias Answer = Report
  public static let name = ControlRequest.Name.report

  public enum Name: String, Codable, CaseIterable, Hashable, Sendable {
    case kpi, reach, participation, innovation
  }

  public var report: Name
  /// A date, from its beginning, or a moment, as RFC 3339 writes them; UTC where unsaid.
  public var from: String?
  /// A date, to its end, or a moment, which is not in any more.
  public var to: String?
  /// A project's id; nil is every project of the store.
  public var project: String?
  /// A session's id.
  public var session: String?
  /// A segment of ideas and people.
  public var segment: String?
  /// Contacts of a person who did not say how many; 100 where unsaid.
  public var contacts: Int?
  /// Every table that a page with plots shows, also those that another report has.
  public var withPlots: Bool

  public init(
    _ report: Name, from: String? = nil, to: String? = nil, project: String? = nil,
    session: String? = nil, segment: String? = nil, contacts: Int? = nil, withPlots: Bool = false
  ) {
    self.report = report
    self.from = from
    self.to = to
    self.project = project
    self.session = session
    self.segment = segment
    self.contacts = contacts
    self.withPlots = withPlots
  }

  private enum CodingKeys: String, CodingKey {
    case report, from, to, project, session, segment, contacts
    case withPlots = "plots"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    report = try container.decode(Name.self, forKey: .report)
    from = try container.decodeIfPresent(String.self, forKey: .from)
    to = try container.decodeIfPresent(String.self, forKey: .to)
    project = try container.decodeIfPresent(String.self, forKey: .project)
    session = try container.decodeIfPresent(String.self, forKey: .session)
    segment = try container.decodeIfPresent(String.self, forKey: .segment)
    contacts = try container.decodeIfPresent(Int.self, forKey: .contacts)
    withPlots = try container.decodeIfPresent(Bool.self, forKey: .withPlots) ?? false
  }
}
