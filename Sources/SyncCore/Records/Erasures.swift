/// The records whose personal values are erased: whatever was written there, or arrives later, counts
/// as null and is kept nowhere. It only grows. An erasure is no value that another could replace:
/// deleting its record, or taking it back, brings nothing back, since nothing is left.
public struct Erasures: Hashable, Sendable {
  private var records: [String: Set<RecordID>] = [:]

  public init() {}

  public var isEmpty: Bool { records.isEmpty }

  /// Whether the personal values of a record are erased. Cost: one or two hashes.
  public func contains(_ record: RecordID, kind: String) -> Bool {
    !records.isEmpty && records[kind]?.contains(record) ?? false
  }

  /// `false` where that was known.
  public mutating func insert(_ subject: ErasureSubject) -> Bool {
    records[subject.kind, default: []].insert(subject.record).inserted
  }

  /// The change as it counts beside the erasures: the personal values of an erased record are null.
  public func erasing(_ change: Change, schema: Schema) -> Change {
    guard !isEmpty, contains(change.record, kind: change.kind), let kind = schema[change.kind]
    else { return change }
    return change.withoutPersonalValues(of: kind)
  }

  /// Sorted.
  public var subjects: [ErasureSubject] {
    records.flatMap { kind, ids in ids.map { ErasureSubject(kind: kind, record: $0) } }
      .sorted { ($0.kind, $0.record) < ($1.kind, $1.record) }
  }
}

/// Whom an erasure is about.
public struct ErasureSubject: Hashable, Sendable {
  public var kind: String
  public var record: RecordID

  public init(kind: String, record: RecordID) {
    self.kind = kind
    self.record = record
  }

  /// What `change` erases; `nil` where it is no erasure, or not a sound one. Any change of such a record counts, whatever
  /// it does: somebody asked for the erasure before.
  public init?(_ change: Change, schema: Schema) {
    guard let kind = schema[change.kind], kind.role == .erasure, let subject = kind.subjectKind,
      schema.objection(to: change) == nil,
      let record = change.naturalKey.first?.text.flatMap({ RecordID($0) })
    else { return nil }
    self.init(kind: subject, record: record)
  }
}

extension KindDeclaration {
  /// The kind of the record that the first field of the natural key names; `nil` where it names none.
  public var subjectKind: String? {
    guard let first = naturalKey.first, case .reference(let kind) = field(named: first)?.type
    else { return nil }
    return kind
  }

  /// The fields that an erasure empties, in declared order.
  public var personalFields: [FieldDeclaration] { fields.filter(\.isPersonal) }
}

extension Change {
  /// The change with null for each value of a personal field: what its bytes say once their personal
  /// part is gone.
  public func withoutPersonalValues(of kind: KindDeclaration) -> Change {
    var change = self
    for index in change.operations.indices {
      let operation = change.operations[index]
      guard kind.field(named: operation.cell.field)?.isPersonal == true else { continue }
      change.operations[index].values = operation.values.map { _ in WrittenValue(.null) }
    }
    return change
  }
}

extension Schema {
  /// The kind by which erasures are asked for, and the one by which replicas confirm them.
  public var erasureKind: KindDeclaration? { kinds.first { $0.role == .erasure } }
  public var receiptKind: KindDeclaration? { kinds.first { $0.role == .receipt } }
}
