import SyncCore
import SyncWire

extension StoreEngine {
  /// Turns the first rows of the outbox into changes.
  func drain(atMost limit: Int) throws -> Captured {
    let rows = try outbox.rows(atMost: limit)
    var captured = Captured(rows: rows.count)
    let before = log.lastPosition
    for row in rows {
      do {
        try capture(row)
        try outbox.note(row.id, reached: log.lastPosition)
      } catch let error as CaptureFailure {
        try outbox.fail(row.id, because: error.reason)
      }
    }
    if let last = rows.last { try outbox.remove(upTo: last.id) }
    captured.changes = Int(log.lastPosition - before)
    captured.hasMore = try rows.count == limit && outbox.hasMore(than: 0)
    return captured
  }

  /// A row that nobody can make a change of. It stays in the outbox with the reason.
  private struct CaptureFailure: Error {
    var reason: String
  }

  /// Makes a change of the row, or several of a very large one; writing what was there already makes
  /// none.
  private func capture(_ row: Outbox.Row) throws {
    guard let kind = schema[row.kind] else {
      throw CaptureFailure(reason: "the kind \(row.kind) is not declared")
    }
    // Inserted and gone within one statement, by a trigger of the writer's own.
    if row.operation == .insert, row.new == nil { return }
    let old = try row.old.map { try parse($0) }
    let new = try row.new.map { try parse($0) }
    guard let json = new ?? old, let project = json["project"]?.text.flatMap({ ProjectID($0) }),
      let projectRef = origins.projectRefs[project]
    else { throw CaptureFailure(reason: "the row does not say its project") }
    let key = kind.naturalKey.map { Self.keyValue(json[$0]) }
    guard let id = recordID(kind: kind, project: project, key: key, row: json) else {
      throw CaptureFailure(reason: "the row's id is no UUID")
    }
    let record = try record(id, kind: kind.name, project: projectRef, naturalKey: key)
    let isCreation = record.head == 0
    let before = (record.flags, record.dirty, record.needsFullProjection)
    // A row that is written twice before it is captured is no plain creation any more.
    record.mergeCreation()
    let operations: [FieldOperation]
    switch row.operation {
    case .delete:
      record.flags.remove(.isShown)
      operations = deletion(of: record)
    case .insert:
      record.flags.insert(.isShown)
      record.dirty.insertAll()
      operations =
        isCreation
        ? creation(json, kind: kind)
        : try insertion(
          RowContent(row: json, kind: kind), seen: row.seen, into: record, kind: kind)
    case .update:
      record.flags.insert(.isShown)
      let oldContent = old.map { RowContent(row: $0, kind: kind) } ?? RowContent()
      let newContent = RowContent(row: json, kind: kind)
      // Also what was only spelt otherwise is written back as it is spelt everywhere.
      for field in kind.fields where old?[field.name] != json[field.name] {
        record.dirty.insert(field.name)
      }
      operations =
        isCreation
        ? creation(json, kind: kind)
        : try edit(from: oldContent, to: newContent, seen: row.seen, of: record, kind: kind)
    }
    // Also what was there already, and is spelt as no other side can spell it.
    if row.isRepaired { record.dirty.insertAll() }
    guard !operations.isEmpty else { return }
    if isCreation, operations.count <= 1 || row.isRepaired || row.operation == .update {
      record.needsFullProjection = true
    }
    let channel = isCreation ? json["channel"]?.text ?? side.name : side.name
    do {
      try write(
        operations, to: record, kind: kind, hlc: nextHLC(writtenAt: row.writtenAt),
        channel: channel, changedBy: row.changedBy, changedFor: row.changedFor)
    } catch StoreError.refused(_, let why, _) {
      (record.flags, record.dirty, record.needsFullProjection) = before
      // What stays everywhere else is shown here again.
      if row.operation == .delete {
        record.flags.remove(.isShown)
        record.dirty.insertAll()
      }
      throw CaptureFailure(reason: why)
    }
  }

  private func parse(_ text: String) throws -> JSONValue {
    do {
      return try JSONValue(tolerant: text)
    } catch {
      throw CaptureFailure(reason: "the row can not be read: \(error)")
    }
  }

  private static func keyValue(_ column: JSONValue?) -> Value {
    if let text = column?.text { return .text(text) }
    if let integer = column?.integer { return .integer(integer) }
    return .text("")
  }

  private func recordID(
    kind: KindDeclaration, project: ProjectID, key: [Value], row: JSONValue
  ) -> RecordID? {
    guard kind.naturalKey.isEmpty else {
      return .derived(project: project, kind: kind.name, naturalKey: key)
    }
    return row["id"]?.text.flatMap { RecordID($0) }
  }

  /// Stamps, encodes, logs and merges what was written here: one change, or, where that would be larger
  /// than ``largestWriteBytes``, several of one stamp. The cells of a record are independent of each
  /// other, so a replica that has the first of them shows a part of the write, and nothing wrong.
  ///
  /// Throws a refusal, before anything is logged, where one cell alone is larger.
  func write(
    _ operations: [FieldOperation], to record: WorkingRecord, kind: KindDeclaration,
    hlc: HLC, channel: String, changedBy: RecordID? = nil, changedFor: RecordID? = nil
  ) throws {
    for part in try parts(of: operations, kind: kind) {
      try writeOne(
        part, to: record, kind: kind, hlc: hlc, channel: channel, changedBy: changedBy,
        changedFor: changedFor)
    }
  }

  /// The operations, in their order, in as few parts as fit.
  private func parts(
    of operations: [FieldOperation], kind: KindDeclaration
  ) throws -> [[FieldOperation]] {
    let bytes = operations.reduce(0) { $0 + ChangeCodec.mostBytes(of: $1) }
    guard bytes > largestWriteBytes else { return [operations] }
    var parts: [[FieldOperation]] = []
    var room = 0
    for operation in operations {
      let size = ChangeCodec.mostBytes(of: operation)
      guard size <= largestWriteBytes else {
        throw StoreError.refused(
          what: "Writing the \(kind.name)",
          why: "what this does to \(operation.cell.field) alone is larger than a message to the "
            + "other side may be (8 MB), so it would never arrive",
          hint: "Nothing was written; do it in smaller steps.")
      }
      if parts.isEmpty || size > room {
        parts.append([])
        room = largestWriteBytes
      }
      parts[parts.count - 1].append(operation)
      room -= size
    }
    return parts
  }

  private func writeOne(
    _ operations: [FieldOperation], to record: WorkingRecord, kind: KindDeclaration,
    hlc: HLC, channel: String, changedBy: RecordID?, changedFor: RecordID?
  ) throws {
    let origin = Origin(replica: replica, lane: kind.lane)
    let ref = try origins.makeRef(of: origin, inProjectRef: record.project, in: database)
    let last =
      origins.vector(ofProjectRef: record.project)[origin]
      ?? ChainPosition(sequence: 0, hash: .zero)
    let dot = Dot(replica: replica, lane: kind.lane, sequence: last.sequence + 1)
    let change = Change(
      project: try origins.project(ofRef: record.project), dot: dot, hlc: hlc, side: side,
      authority: side == .online ? .online : .lab, changedBy: changedBy, changedFor: changedFor,
      channel: channel, kind: kind.name, record: record.id, naturalKey: record.naturalKey,
      operations: operations)
    try append(change, to: record, origin: ref, after: last.hash)
  }

  /// Appends an own change that stands next in its chain, and merges it.
  func append(_ change: Change, to record: WorkingRecord) throws {
    let origin = Origin(replica: change.dot.replica, lane: change.dot.lane)
    let ref = try origins.makeRef(of: origin, inProjectRef: record.project, in: database)
    let last = origins.vector(ofProjectRef: record.project)[origin]
    try append(change, to: record, origin: ref, after: last?.hash ?? .zero)
  }

  private func append(
    _ change: Change, to record: WorkingRecord, origin ref: Int64, after last: Digest128
  ) throws {
    let kind = schema[change.kind]
    let encoded = erasing.of(record.project).erasing(
      ChangeCodec.encode(
        change, isPersonal: { kind?.field(named: $0)?.isPersonal ?? false },
        commitmentKey: freshKey()))
    let hash = ChainHash.next(after: last, dot: change.dot, bytes: encoded.bytes)
    let position = try log.append(
      encoded, origin: ref, sequence: change.dot.sequence,
      previous: record.head == 0 ? nil : record.head, hash: hash, at: now.wallMilliseconds)
    try origins.advance(ref: ref, to: ChainPosition(sequence: change.dot.sequence, hash: hash))
    try merge(change, into: record, position: position)
  }

  private func freshKey() -> [UInt8] {
    (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
  }
}
