import GRDB
import SyncCore

/// How far the erasure of a participant is, as this store knows it.
public struct StoredErasure: Hashable, Sendable {
  public var participant: RecordID
  public var project: ProjectID
  public var requestedAt: Int64?
  /// Whether this store's own file and write-ahead log are rid of the bytes.
  public var isErasedHere: Bool
  public var receipts: [Receipt]
  public var outstanding: [Outstanding]
  public var candidates: [Candidate]

  public struct Receipt: Hashable, Sendable {
    public var replica: ReplicaID
    public var erasedAt: Int64?
    /// As which its machine speaks now, where `replica` is a former name of it.
    public var present: ReplicaID?
  }

  public struct Outstanding: Hashable, Sendable {
    public var replica: ReplicaID
    public var lastHeard: Int64?
    /// The same.
    public var present: ReplicaID?
  }

  public struct Candidate: Hashable, Sendable {
    public var kind: String
    public var record: String
    public var field: String
  }
}

extension StoreReader {
  /// How far an erasure is. Throws a refusal where nobody asked for it.
  public func erasure(of participant: String, project: ProjectID? = nil) throws -> StoredErasure {
    try read("reading an erasure") { try $0.erasure(of: participant, project: project) }
  }
}

extension StoreView {
  func erasure(of text: String, project wanted: ProjectID?) throws -> StoredErasure {
    guard let kind = schema.erasureKind, let subjectName = kind.subjectKind,
      let subject = schema[subjectName]
    else { throw StoreError.inconsistent("this software declares no erasure") }
    let record = try RecordID(text) ?? self.record(subject, named: text)
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT p.id, max(e.stage) FROM sync_erased e JOIN sync_projects p ON p.ref = e.project
        WHERE e.kind = ? AND e.record = ? AND p.id = coalesce(?, p.id) GROUP BY p.id LIMIT 1
        """, arguments: [subjectName, record.description, wanted?.description])
    guard let row, let project = (row[0] as String?).flatMap({ ProjectID($0) }) else {
      throw StoreError.refused(
        what: "The erasure of the \(subjectName) \(text)", why: "nobody has asked for it",
        hint: "Ask: labctl erase \(subjectName) \(text)")
    }
    let presents = try presentNames()
    let given = try receipts(of: record, presents)
    let (settled, outstanding) = try others(in: project, given: given, presents)
    return StoredErasure(
      participant: record, project: project, requestedAt: try requestedAt(record, kind),
      isErasedHere: row[1] as Int64 == 2, receipts: given + settled, outstanding: outstanding,
      candidates: try Row.fetchAll(
        database,
        sql: """
          SELECT kind, record, field FROM sync_erasure_candidates WHERE subject = ?
          ORDER BY kind, record, field
          """, arguments: [record.description]
      ).map { StoredErasure.Candidate(kind: $0[0], record: $0[1], field: $0[2]) })
  }

  private func requestedAt(_ record: RecordID, _ kind: KindDeclaration) throws -> Int64? {
    try Int64.fetchOne(
      database,
      sql: """
        SELECT coalesce(requested_at, created_at) FROM \(Columns.quoted(kind.table))
        WHERE \(Columns.quoted(kind.naturalKey[0])) = ?
        """, arguments: [record.description])
  }

  private func receipts(
    of record: RecordID, _ presents: [ReplicaID: ReplicaID]
  ) throws -> [StoredErasure.Receipt] {
    guard let kind = schema.receiptKind else { return [] }
    let key = kind.naturalKey.map(Columns.quoted)
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT \(key[1]), erased_at FROM \(Columns.quoted(kind.table)) WHERE \(key[0]) = ?
        ORDER BY erased_at, \(key[1])
        """, arguments: [record.description])
    return rows.compactMap { row in
      ReplicaID(row[0] as String).map {
        StoredErasure.Receipt(replica: $0, erasedAt: row[1], present: presents[$0])
      }
    }
  }

  /// Who wrote into the project, or ever spoke to this store, and gave no receipt. A former name has
  /// erased with its machine, whose files are the same.
  private func others(
    in project: ProjectID, given receipts: [StoredErasure.Receipt],
    _ presents: [ReplicaID: ReplicaID]
  ) throws -> (settled: [StoredErasure.Receipt], outstanding: [StoredErasure.Outstanding]) {
    let vector = origins.vector(ofProjectRef: try origins.ref(of: project))
    var replicas = Set(vector.origins.map(\.replica))
    replicas.insert(try StoreIdentity.load(from: database).replica)
    let met = try String.fetchAll(
      database, sql: "SELECT replica FROM sync_replicas UNION SELECT peer FROM sync_acknowledged")
    replicas.formUnion(met.compactMap { ReplicaID($0) })
    replicas.subtract(receipts.map(\.replica))
    var settled: [StoredErasure.Receipt] = []
    var outstanding: [StoredErasure.Outstanding] = []
    for replica in replicas.sorted() {
      let present = presents[replica]
      if let receipt = receipts.first(where: { $0.replica == present }) {
        settled.append(
          StoredErasure.Receipt(replica: replica, erasedAt: receipt.erasedAt, present: present))
        continue
      }
      let lastHeard = try Int64.fetchOne(
        database, sql: "SELECT max(at) FROM sync_acknowledged WHERE peer = ?",
        arguments: [replica.description])
      outstanding.append(
        StoredErasure.Outstanding(replica: replica, lastHeard: lastHeard, present: present))
    }
    return (settled, outstanding)
  }
}
