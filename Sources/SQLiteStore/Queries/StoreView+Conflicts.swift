import GRDB
import SyncCore

extension StoreReader {
  /// Conflicts with one of these states, the ones listed last first.
  public func conflicts(
    _ statuses: [StoredConflict.Status], limit: Int, cursor: String? = nil
  ) throws -> StoredConflictPage {
    try read("listing conflicts") {
      try $0.conflicts(statuses, limit: limit, cursor: cursor)
    }
  }

  /// One conflict with its values. Throws a refusal where it is not known here.
  public func conflict(_ id: String) throws -> StoredConflictDetail {
    try read("reading a conflict") { try $0.conflictDetail(id) }
  }

  /// The open conflicts of a record.
  public func openConflicts(of record: RecordID) throws -> [StoredConflict] {
    try read("listing conflicts") { view in
      try view.fetchConflicts(
        "record = ? AND status = 'open' ORDER BY field, element", [record.description])
    }
  }
}

extension StoreView {
  private static let conflictColumns =
    "id, kind, record, field, element, rule, status, shown, alternatives, project, since"

  func conflicts(
    _ statuses: [StoredConflict.Status], limit: Int, cursor: String?
  ) throws -> StoredConflictPage {
    let names = statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    var condition = "status IN (\(names))"
    var arguments: [any DatabaseValueConvertible] = []
    if let cursor {
      let parts = cursor.split(separator: ".").map(String.init)
      guard parts.count == 2, let since = Int64(parts[0]) else {
        throw StoreError.refused(
          what: "The next page", why: "its cursor is not one of this list",
          hint: "Ask for the first page again.")
      }
      condition += " AND (since, id) < (?, ?)"
      arguments = [since, parts[1]]
    }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT \(Self.conflictColumns) FROM sync_conflicts WHERE \(condition)
        ORDER BY since DESC, id DESC LIMIT \(max(1, limit) + 1)
        """,
      arguments: StatementArguments(arguments))
    let listed = rows.prefix(max(1, limit))
    var page = StoredConflictPage(conflicts: try listed.compactMap(conflict(from:)), cursor: nil)
    if rows.count > listed.count, let last = listed.last {
      page.cursor = "\(last["since"] as Int64).\(last["id"] as String)"
    }
    return page
  }

  func fetchConflicts(
    _ condition: String, _ arguments: StatementArguments
  ) throws -> [StoredConflict] {
    try Row.fetchAll(
      database, sql: "SELECT \(Self.conflictColumns) FROM sync_conflicts WHERE \(condition)",
      arguments: arguments
    ).compactMap(conflict(from:))
  }

  private func conflict(from row: Row) throws -> StoredConflict? {
    guard let id = ConflictID(row["id"] as String), let record = RecordID(row["record"] as String),
      let status = StoredConflict.Status(rawValue: row["status"])
    else { return nil }
    let kind = schema[row["kind"]]
    let cell = CellKey(row["field"], element: row["element"])
    let alternatives = try listed(row)
    let project = try projectRef(of: row)
    let times = try alternatives.flatMap(\.dots)
      .map { try writing(of: $0, project: project)?.at ?? 0 }
    return StoredConflict(
      id: id, kind: row["kind"], record: record,
      title: try kind.flatMap { try title(of: record, kind: $0) }, cell: cell, rule: row["rule"],
      status: status, shown: display(try value(row["shown"]), cell: cell, kind: kind),
      valueCount: alternatives.count, at: times.max() ?? row["since"])
  }

  private func projectRef(of row: Row) throws -> Int64 {
    guard let project = ProjectID(row["project"] as String) else {
      throw StoreError.inconsistent("a conflict names no project")
    }
    return try origins.ref(of: project)
  }

  private struct Listed {
    var value: Value
    var dots: [Dot]
  }

  private func listed(_ row: Row) throws -> [Listed] {
    let json = try parsed(row["alternatives"])
    return (json.array ?? []).map { alternative in
      Listed(
        value: value(alternative["value"] ?? .null),
        dots: (alternative["dots"]?.array ?? []).compactMap { $0.text.flatMap { Dot($0) } })
    }
  }

  private func parsed(_ text: String) throws -> JSONValue {
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw StoreError.inconsistent("a conflict's values can not be read")
    }
  }

  private func value(_ text: String) throws -> Value { value(try parsed(text)) }

  private func value(_ json: JSONValue) -> Value {
    switch json {
    case .boolean(let boolean): .boolean(boolean)
    case .integer(let integer): .integer(integer)
    case .text(let text): .text(text)
    case .null, .number, .array, .object: .null
    }
  }

  func display(_ value: Value, cell: CellKey, kind: KindDeclaration?) -> JSONValue {
    kind?.field(named: cell.field)?.display(value) ?? JSONValue(value)
  }
}

extension StoreView {
  func conflictDetail(_ text: String) throws -> StoredConflictDetail {
    let row = try conflictRow(text)
    guard let conflict = try conflict(from: row) else {
      throw StoreError.inconsistent("a conflict can not be read")
    }
    let project = try projectRef(of: row)
    let kind = schema[conflict.kind]
    let record = try records.load(conflict.record, kind: conflict.kind, origins: origins)
    let values = try listed(row).map { listed in
      try alternative(listed, in: conflict.cell, of: record, kind: kind, project: project)
    }
    return StoredConflictDetail(
      conflict: conflict, values: values,
      decision: try conflict.status == .resolved
        ? decision(in: conflict.cell, of: record, kind: kind) : nil,
      revision: record?.state.revision.rawValue ?? 0)
  }

  /// The row of the conflict with this id, or the only one whose id begins like this.
  func conflictRow(_ text: String) throws -> Row {
    var rows: [Row] = []
    if let range = IDRange(text) {
      rows = try Row.fetchAll(
        database,
        sql: """
          SELECT \(Self.conflictColumns) FROM sync_conflicts WHERE id BETWEEN ? AND ? LIMIT 2
          """,
        arguments: [range.first.description, range.last.description])
    }
    guard let row = rows.first else {
      throw StoreError.refused(
        what: "The conflict \(text)", why: "it is not known here",
        hint: "See which there are: labctl conflict list")
    }
    guard rows.count == 1 else {
      throw StoreError.refused(
        what: "The conflict \(text)", why: "more than one id begins like that",
        hint: "Give more of it.")
    }
    return row
  }

  private func alternative(
    _ listed: Listed, in cell: CellKey, of record: WorkingRecord?, kind: KindDeclaration?,
    project: Int64
  ) throws -> StoredConflictDetail.Alternative {
    var dots = listed.dots
    if dots.isEmpty, cell == .deletion, let record { dots = try editsWithoutDeletion(record) }
    var latest: (writing: Writing, replaces: [Dot])?
    for dot in dots {
      guard let source = try source(of: dot, listed.value, in: cell, project: project),
        let writing = try writing(of: source, project: project)
      else { continue }
      if let latest, (latest.writing.at, latest.writing.dot) > (writing.at, writing.dot) {
        continue
      }
      let written = try history.within(project: project, origins: origins)
        .written(by: source, in: cell)
      latest = (writing, written?.replaces ?? [])
    }
    let before = try (latest?.replaces ?? []).flatMap { dot in
      try seen(dot, in: cell, kind: kind, project: project)
    }
    return StoredConflictDetail.Alternative(
      value: display(listed.value, cell: cell, kind: kind), dots: dots, writing: latest?.writing,
      seen: before)
  }

  /// The edits that the deletions had not seen: what speaks for keeping the record.
  private func editsWithoutDeletion(_ record: WorkingRecord) throws -> [Dot] {
    let history = history.within(project: record.project, origins: origins)
    var seen: Set<Dot> = []
    for deletion in record.state[.deletion]?.live ?? [] {
      seen.formUnion(try history.written(by: deletion.dot, in: .deletion)?.replaces ?? [])
      seen.insert(deletion.dot)
    }
    return record.state.liveDots.filter { !seen.contains($0) }
  }

  /// The dot that first wrote the value, where `dot` brought it back.
  private func source(
    of dot: Dot, _ value: Value, in cell: CellKey, project: Int64
  ) throws -> Dot? {
    let written = try history.within(project: project, origins: origins)
      .written(by: dot, in: cell)
    guard let written else { return dot }
    return written.values.first { $0.value == value }?.restores ?? dot
  }

  private func seen(
    _ dot: Dot, in cell: CellKey, kind: KindDeclaration?, project: Int64
  ) throws -> [StoredConflictDetail.Seen] {
    let written = try history.within(project: project, origins: origins)
      .written(by: dot, in: cell)
    let writing = try writing(of: dot, project: project)
    return (written?.values ?? []).map {
      StoredConflictDetail.Seen(
        value: display($0.value, cell: cell, kind: kind), writing: writing)
    }
  }

  private func decision(
    in cell: CellKey, of record: WorkingRecord?, kind: KindDeclaration?
  ) throws -> StoredConflictDetail.Decision? {
    guard let record, let live = record.state[cell]?.live, live.count == 1,
      let dot = live.first?.dot, let writing = try writing(of: dot, project: record.project),
      let written = try history.within(project: record.project, origins: origins)
        .written(by: dot, in: cell)?.values.first
    else { return nil }
    return StoredConflictDetail.Decision(
      value: display(written.value, cell: cell, kind: kind), writing: writing)
  }
}

extension Dot {
  /// Reads `replica/lane/sequence`; anything else gives `nil`.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let replica = ReplicaID(parts[0]),
      let lane = UInt8(parts[1]).flatMap(Lane.init(rawValue:)), let sequence = UInt64(parts[2])
    else { return nil }
    self.init(replica: replica, lane: lane, sequence: sequence)
  }
}
