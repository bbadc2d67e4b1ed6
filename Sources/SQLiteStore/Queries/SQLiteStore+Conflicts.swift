import GRDB
import SyncCore

/// A person's decision about a conflict, as a command brings it.
public enum ConflictDecision: Hashable, Sendable {
  /// The value with this number in the conflict's list, from 1.
  case keep(Int)
  /// Another value, in the form of the field's type.
  case value(JSONValue)
}

extension SQLiteStore {
  /// Settles a conflict. `id` may be shortened as in ``StoreReader/conflict(_:)``.
  ///
  /// `seen` is the record's revision when the person looked. Where the cell has got another value
  /// since, this refuses rather than bury what nobody looked at.
  public func resolveConflict(
    _ id: String, _ decision: ConflictDecision, seen: Int64? = nil, at now: Instant
  ) throws -> StoredConflictDetail {
    try deciding(id, at: now) { engine, place in
      if let seen { try engine.checkSeen(seen, place) }
      try engine.resolve(place.id, try place.choice(decision))
    }
  }

  /// Takes the last resolution of a conflict back, which opens it again.
  public func undoResolution(_ id: String, at now: Instant) throws -> StoredConflictDetail {
    try deciding(id, at: now) { engine, place in try engine.undoResolution(of: place.id) }
  }

  /// One conflict with its values, on the store's own connection.
  public func conflict(_ id: String) throws -> StoredConflictDetail {
    try onConnection { _, engine in try StoreView(engine).conflictDetail(id) }
  }

  private func deciding(
    _ id: String, at now: Instant, _ body: (StoreEngine, ConflictPlace) throws -> Void
  ) throws -> StoredConflictDetail {
    let conflict = try writeBehindCapture(at: now) { engine, _ in
      let place = try ConflictPlace(StoreView(engine).conflictRow(id), schema: engine.schema)
      try body(engine, place)
      return place.id
    }
    return try self.conflict(conflict.description)
  }
}

/// Where a conflict is.
private struct ConflictPlace {
  var id: ConflictID
  var record: RecordID
  var cell: CellKey
  var kind: KindDeclaration

  init(_ row: Row, schema: Schema) throws {
    guard let id = ConflictID(row["id"] as String),
      let record = RecordID(row["record"] as String), let kind = schema[row["kind"]]
    else { throw StoreError.inconsistent("a conflict can not be read") }
    self.id = id
    self.record = record
    self.kind = kind
    cell = CellKey(row["field"], element: row["element"])
  }

  func choice(_ decision: ConflictDecision) throws -> ConflictChoice {
    switch decision {
    case .keep(let number): .keep(number)
    case .value(let json): .value(try value(json))
    }
  }

  /// A value of the cell: an element is there or not, a key of a map has a text, and a field has
  /// what its type says.
  private func value(_ json: JSONValue) throws -> Value {
    guard cell != .deletion, let field = kind.field(named: cell.field) else {
      return try FieldDeclaration("deleted", .boolean, .latest).reading(json)
    }
    switch field.rule {
    case .addWins, .removeWins:
      return try FieldDeclaration(field.name, .boolean, .latest).reading(json)
    case .latestPerKey: return try FieldDeclaration(field.name, .text, .latest).reading(json)
    case .immutable, .latest, .register, .text, .authority, .strictest, .furthest, .earliest,
      .greatest, .sum, .state:
      return try field.reading(json)
    }
  }
}

extension StoreEngine {
  /// Throws where the conflict's cell has values that were not there at the revision `seen`.
  fileprivate func checkSeen(_ seen: Int64, _ place: ConflictPlace) throws {
    guard let record = try storedRecord(place.record, kind: place.kind.name),
      record.state.revision.rawValue != seen
    else { return }
    let then = try state(of: record, at: seen)?[place.cell]?.live
    let now = record.state[place.cell]?.live ?? []
    guard let then, Set(now).isSubset(of: then) else {
      throw StoreError.refused(
        what: "The conflict \(place.id)", why: "it has got another value since you looked",
        hint: "Look again: labctl conflict show \(place.id)")
    }
  }
}
