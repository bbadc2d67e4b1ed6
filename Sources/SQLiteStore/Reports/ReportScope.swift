import GRDB
import SyncCore

/// Of what a report is.
public struct ReportScope: Hashable, Sendable {
  public var project: ProjectID?
  /// Milliseconds since 1970, UTC: the first that is in, and the first that is not.
  public var from: Int64?
  public var until: Int64?
  /// A session's id.
  public var session: String?
  /// A segment of ideas or people.
  public var segment: String?

  public init(
    project: ProjectID? = nil, from: Int64? = nil, until: Int64? = nil, session: String? = nil,
    segment: String? = nil
  ) {
    self.project = project
    self.from = from
    self.until = until
    self.session = session
    self.segment = segment
  }
}

/// The conditions of a scope in SQL. What belongs to an idea is in a session or a segment as that idea
/// is; what belongs to a person only, as the person is. Heads without names are in no segment.
extension ReportScope {
  var arguments: [String: (any DatabaseValueConvertible)?] {
    [
      "project": project?.description, "from": from, "until": until, "session": session,
      "segment": segment,
    ]
  }

  /// Project and period, where `time` is an expression for when it was.
  private func common(_ alias: String, time: String) -> [String] {
    var conditions: [String] = []
    if project != nil { conditions.append("\(alias).project = :project") }
    if from != nil { conditions.append("\(time) >= :from") }
    if until != nil { conditions.append("\(time) < :until") }
    return conditions
  }

  private func joined(_ conditions: [String]) -> String {
    conditions.isEmpty ? "TRUE" : conditions.joined(separator: " AND ")
  }

  func ideas(_ alias: String) -> String {
    var conditions = common(alias, time: "\(alias).created_at")
    if session != nil { conditions.append("\(alias).session = :session") }
    if segment != nil { conditions.append(Self.hasSegment("\(alias).segments")) }
    return joined(conditions)
  }

  /// Of something that belongs to an idea and was made at `created_at`.
  func ofIdea(_ alias: String) -> String {
    var conditions = common(alias, time: "\(alias).created_at")
    if let ideas = ideaCondition(of: "\(alias).idea") { conditions.append(ideas) }
    return joined(conditions)
  }

  /// Of something that belongs to an idea, or else to a person.
  func ofIdeaOrPerson(_ alias: String) -> String {
    var conditions = common(alias, time: "\(alias).created_at")
    if let ideas = ideaCondition(of: "\(alias).idea") {
      if session == nil {
        let person = Self.isOfSegment("\(alias).participant")
        conditions.append("CASE WHEN \(alias).idea IS NULL THEN \(person) ELSE \(ideas) END")
      } else {
        conditions.append(ideas)
      }
    }
    return joined(conditions)
  }

  /// Of something that belongs to a person.
  func ofPerson(_ alias: String, _ person: String, time: String) -> String {
    var conditions = common(alias, time: time)
    if segment != nil { conditions.append(Self.isOfSegment("\(alias).\(person)")) }
    return joined(conditions)
  }

  /// Of a row of ``heldSessions``.
  func sessions(_ alias: String) -> String {
    var conditions = common(alias, time: "\(alias).at")
    if session != nil { conditions.append("\(alias).id = :session") }
    return joined(conditions)
  }

  /// Of something that belongs to a session, and to a person where `person` says which.
  func ofSession(_ alias: String, person: String?) -> String {
    var conditions: [String] = []
    if project != nil { conditions.append("\(alias).project = :project") }
    if from != nil || until != nil || session != nil {
      conditions.append(
        "\(alias).session IN (SELECT h.id FROM \(Self.heldSessions) h WHERE \(sessions("h")))")
    }
    if segment != nil {
      conditions.append(person.map { Self.isOfSegment("\(alias).\($0)") } ?? "FALSE")
    }
    return joined(conditions)
  }

  func activities(_ alias: String) -> String {
    var conditions = common(alias, time: "\(alias).at")
    if session != nil { conditions.append("\(alias).session = :session") }
    if segment != nil { conditions.append(Self.isOfSegment("\(alias).participant")) }
    return joined(conditions)
  }

  private func ideaCondition(of column: String) -> String? {
    var conditions: [String] = []
    if session != nil { conditions.append("i.session = :session") }
    if segment != nil { conditions.append(Self.hasSegment("i.segments")) }
    if conditions.isEmpty { return nil }
    return "\(column) IN (SELECT i.id FROM ideas i WHERE \(joined(conditions)))"
  }

  private static func hasSegment(_ column: String) -> String {
    "EXISTS (SELECT 1 FROM json_each(\(column)) WHERE value = :segment)"
  }

  private static func isOfSegment(_ column: String) -> String {
    "\(column) IN (SELECT p.id FROM participants p WHERE \(hasSegment("p.segments")))"
  }

  /// Sessions, and those of which only the attendance has arrived; without what is only planned.
  static let heldSessions = """
    (SELECT id, title, coalesce(started_at, planned_start, created_at) AS at, project FROM sessions s
     WHERE state IS NOT 'planned'
       OR EXISTS (SELECT 1 FROM headcounts WHERE session = s.id AND people > 0)
       OR EXISTS (SELECT 1 FROM attendances WHERE session = s.id)
     UNION ALL
     SELECT session, NULL, min(created_at), min(project)
     FROM (SELECT session, created_at, project FROM attendances
       UNION ALL SELECT session, created_at, project FROM headcounts)
     WHERE session NOT IN (SELECT id FROM sessions) GROUP BY session)
    """
}
