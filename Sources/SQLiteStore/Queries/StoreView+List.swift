import GRDB
import SyncCore

extension StoreReader {
  /// Some records of a kind. Unknown kinds and fields are refused with the nearest name.
  ///
  /// Cost: a walk over the kind's table; a page ends early where its records grow beyond
  /// ``StoreReader/pageBytes``.
  public func list(_ query: RecordQuery) throws -> StoredRecordPage {
    try read("listing records") { try $0.list(query) }
  }

  /// The record of `kind` that `id` names (see ``RecordQuery``): an id, the first 6 characters of
  /// one or more, the key under which it was imported, or what people call it, such as a participant's
  /// code. Throws a refusal where there is none.
  public func show(_ kind: String, id: String) throws -> StoredRecord {
    try read("reading a record") { try $0.show(kind, id: id) }
  }

  /// UTF-8 bytes after which a page of records ends.
  public static let pageBytes = 1 << 20
}

extension StoreView {
  func show(_ kindName: String, id: String) throws -> StoredRecord {
    let kind = try schema.declaration(of: kindName)
    let record = try record(kind, named: id)
    guard let row = try row(of: record, kind: kind) else {
      throw StoreError.refused(
        what: "The \(kind.name) \(record)", why: "it was removed",
        hint: "See its history: labctl explain \(kind.name) \(record)")
    }
    return row
  }

  func list(_ query: RecordQuery) throws -> StoredRecordPage {
    let kind = try schema.declaration(of: query.kind)
    var filter = RecordFilter(kind: kind) { referenced, key in
      let projects = query.project.map { [$0] } ?? origins.projects
      let found = try projects.lazy.compactMap { try self.referenced(referenced, key, in: $0) }
        .first
      return found
        ?? projects.first.map { .derived(project: $0, kind: referenced, foreignKey: key) }
    }
    if let project = query.project { filter.add("\"project\" = ?", project.description) }
    for condition in query.conditions { try filter.add(condition) }
    let order = try order(of: query, kind: kind)
    let cursor = ListCursor(kind: kind, order: order)
    if let text = query.cursor { try cursor.continue(after: text, in: &filter) }
    let columns = RecordColumns(kind)
    let sorted = order.map { Columns.quoted($0.field) + ($0.isDescending ? " DESC" : "") }
      .joined(separator: ", ")
    let places = order.map { Columns.whole($0.field, of: kind) }.joined(separator: ", ")
    let limit = max(1, query.limit)
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(columns.selection), \(places)
        FROM \(Columns.quoted(kind.table)) \(filter.condition) ORDER BY \(sorted) LIMIT \(limit + 1)
        """,
      arguments: StatementArguments(filter.arguments))
    var page = StoredRecordPage(kind: kind, records: [], cursor: nil)
    var bytes = 0
    var last: [DatabaseValue] = []
    while let row = try rows.next() {
      if page.records.count == limit || bytes > StoreReader.pageBytes {
        page.cursor = cursor.text(after: last)
        break
      }
      last = (row.count - order.count..<row.count).map { row[$0] }
      guard let record = columns.record(from: row) else { continue }
      bytes += record.canonicalLine.utf8.count
      page.records.append(record)
    }
    return page
  }

  /// What was asked for, and then the key.
  private func order(
    of query: RecordQuery, kind: KindDeclaration
  ) throws -> [RecordQuery.Order] {
    var order: [RecordQuery.Order] = []
    let key = Columns.rowKey(of: kind)
    for wanted in query.sort where !order.contains(where: { $0.field == wanted.field }) {
      if !key.contains(wanted.field) { _ = try kind.declaration(of: wanted.field) }
      order.append(wanted)
    }
    for column in key where !order.contains(where: { $0.field == column }) {
      order.append(RecordQuery.Order(column))
    }
    return order
  }
}

/// Where a page ended: the values by which its last row is sorted, so that the next page begins
/// after it, whatever was written in between.
private struct ListCursor {
  let kind: KindDeclaration
  let order: [RecordQuery.Order]

  private var head: String {
    kind.name + ":" + order.map { ($0.isDescending ? "-" : "") + $0.field }.joined(separator: ",")
  }

  func text(after values: [DatabaseValue]) -> String {
    JSONValue.array([.text(head)] + values.map { json($0) }).serialized
  }

  private func json(_ value: DatabaseValue) -> JSONValue {
    switch value.storage {
    case .int64(let integer): .integer(integer)
    case .string(let text): .text(text)
    case .blob(let bytes): .text(String(decoding: bytes, as: UTF8.self))
    case .null, .double: .null
    }
  }

  /// After the last row: greater in one column, and equal in all before it. Null comes first.
  func `continue`(after text: String, in filter: inout RecordFilter) throws {
    let values: [JSONValue]
    do {
      values = try JSONValue(parsing: text).array ?? []
    } catch {
      throw refusal
    }
    guard values.count == order.count + 1, values[0].text == head else { throw refusal }
    var alternatives: [String] = []
    var arguments: [(any DatabaseValueConvertible)?] = []
    for (place, wanted) in order.enumerated() {
      var clauses: [String] = []
      for before in 0..<place {
        let (sql, value) = parameter(values[before + 1])
        clauses.append("\(Columns.quoted(order[before].field)) IS \(sql)")
        arguments.append(value)
      }
      let column = Columns.quoted(wanted.field)
      let (sql, value) = parameter(values[place + 1])
      switch (value, wanted.isDescending) {
      case (nil, true): clauses.append("0")
      case (nil, false): clauses.append("\(column) IS NOT NULL")
      case (let value?, true):
        clauses.append("(\(column) < \(sql) OR \(column) IS NULL)")
        arguments.append(value)
      case (let value?, false):
        clauses.append("\(column) > \(sql)")
        arguments.append(value)
      }
      alternatives.append("(" + clauses.joined(separator: " AND ") + ")")
    }
    filter.add(alternatives.joined(separator: " OR "), values: arguments)
  }

  private func parameter(
    _ value: JSONValue
  ) -> (sql: String, value: (any DatabaseValueConvertible)?) {
    guard let text = value.text else { return ("?", value.integer) }
    let (sql, value) = Columns.parameter(text)
    return (sql, value)
  }

  private var refusal: StoreError {
    StoreError.refused(
      what: "The next page", why: "its cursor belongs to another list",
      hint: "Ask for the first page again.")
  }
}
