import GRDB
import SyncCore

extension StoreView {
  /// The record of this kind that `text` names: an id, the first characters of one (at least 6), the
  /// key under which it was imported, or what people call it (``KindDeclaration/handle``). By the first
  /// three, records that were removed are found too.
  func record(_ kind: KindDeclaration, named text: String) throws -> RecordID {
    var found: [RecordID]
    if let range = IDRange(text) {
      found = try candidates(kind, in: range)
    } else {
      found = try origins.projects
        .map { RecordID.derived(project: $0, kind: kind.name, foreignKey: text) }
        .flatMap { try candidates(kind, in: IDRange($0)) }
    }
    if RecordID(text) == nil, let called = try called(text, kind), !found.contains(called) {
      found.append(called)
    }
    guard found.count < 2 else {
      throw StoreError.refused(
        what: "The \(kind.name) \(text)", why: "it names more than one",
        hint: "Give more of the id.")
    }
    guard let record = found.first else {
      throw StoreError.refused(
        what: "The \(kind.name) \(text)", why: "there is none with this id",
        hint: "See which there are: labctl list \(kind.name)")
    }
    return record
  }

  /// At most two. Rows come first: a row that is no change yet has no metadata.
  private func candidates(_ kind: KindDeclaration, in range: IDRange) throws -> [RecordID] {
    if kind.naturalKey.isEmpty {
      let rows = try String.fetchAll(
        database,
        sql: "SELECT id FROM \(Columns.quoted(kind.table)) WHERE id BETWEEN ? AND ? LIMIT 2",
        arguments: [range.first.description, range.last.description])
      if !rows.isEmpty { return rows.compactMap { RecordID($0) } }
    }
    let rows = try DatabaseBytes.fetchAll(
      database,
      sql: "SELECT record FROM sync_records WHERE record BETWEEN ? AND ? AND kind = ? LIMIT 2",
      arguments: [
        DatabaseBytes(range.first.bytes), DatabaseBytes(range.last.bytes), kind.name,
      ])
    return rows.compactMap { UniqueID(bytes: [UInt8]($0)) }.map(RecordID.init(rawValue:))
  }

  /// The row of a record, or `nil` where it is not shown.
  func row(of record: RecordID, kind: KindDeclaration) throws -> StoredRecord? {
    guard let key = try key(of: record, kind: kind) else { return nil }
    let columns = RecordColumns(kind)
    let row = try Row.fetchOne(
      database,
      sql: "SELECT \(columns.selection) FROM \(Columns.quoted(kind.table)) WHERE \(key.condition)",
      arguments: key.arguments)
    return row.flatMap(columns.record(from:))
  }

  /// How a statement names the row of a record.
  struct RowKey {
    var condition: String
    var arguments: StatementArguments
  }

  /// `nil` where the natural key is not known here.
  func key(of record: RecordID, kind: KindDeclaration) throws -> RowKey? {
    guard !kind.naturalKey.isEmpty else {
      return RowKey(condition: "\"id\" = ?", arguments: [record.description])
    }
    guard let stored = try records.load(record, kind: kind.name, origins: origins) else {
      return nil
    }
    var key: [Value] = []
    try history.walk(from: stored.head, origins: origins) { _, change in
      key = change.naturalKey
      return key.isEmpty
    }
    guard key.count == kind.naturalKey.count else { return nil }
    let parameters = key.map { value in
      value.text.map(Columns.parameter) ?? (sql: "?", value: value.stored ?? "")
    }
    var condition = zip(kind.naturalKey, parameters)
      .map { "\(Columns.quoted($0)) = \($1.sql)" }.joined(separator: " AND ")
    var arguments: [any DatabaseValueConvertible] = parameters.map(\.value)
    if kind.isKeyedByProject {
      condition += " AND \"project\" = ?"
      arguments.append(try origins.project(ofRef: stored.project).description)
    }
    return RowKey(condition: condition, arguments: StatementArguments(arguments))
  }

  /// What people call a record, or `nil` where it has no title or name.
  func title(of record: RecordID, kind: KindDeclaration) throws -> String? {
    guard let field = kind.titleField, kind.naturalKey.isEmpty else { return nil }
    let column = Columns.quoted(field.name)
    return try String.fetchOne(
      database, sql: "SELECT \(column) FROM \(Columns.quoted(kind.table)) WHERE id = ?",
      arguments: [record.description])
  }
}

extension Value {
  /// As it stands in a column.
  var stored: (any DatabaseValueConvertible)? {
    switch self {
    case .null: nil
    case .boolean(let boolean): boolean ? 1 : 0
    case .integer(let integer): integer
    case .text(let text): text
    }
  }
}

/// All ids that begin like a text.
struct IDRange {
  var first: UniqueID
  var last: UniqueID

  /// Characters below which a beginning is too short to mean one record.
  static let shortestPrefix = 6

  init(_ record: RecordID) {
    first = record.rawValue
    last = record.rawValue
  }

  /// `nil` where the text is not the beginning of a UUID, or too short a one.
  init?(_ text: String) {
    let pattern = "00000000-0000-0000-0000-000000000000"
    let top = "ffffffff-ffff-ffff-ffff-ffffffffffff"
    let length = text.utf8.count
    guard (Self.shortestPrefix...36).contains(length), text.utf8.count == text.count,
      let first = UniqueID(text + pattern.dropFirst(length)),
      let last = UniqueID(text + top.dropFirst(length))
    else { return nil }
    self.first = first
    self.last = last
  }
}
