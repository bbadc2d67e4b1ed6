import SQLiteStore
import SyncControl
import SyncCore

extension ErasureCertificate {
  init(_ stored: StoredErasure, contributionsDeleted: Int = 0, names: ReplicaNames) {
    self.init(
      participant: stored.participant.description, project: stored.project.description,
      requestedAt: stored.requestedAt, isErasedHere: stored.isErasedHere,
      receipts: stored.receipts.map {
        Receipt(
          replica: $0.replica.description, name: names[$0.replica], erasedAt: $0.erasedAt)
      },
      outstanding: stored.outstanding.map {
        Outstanding(
          replica: $0.replica.description, name: names[$0.replica], lastHeard: $0.lastHeard)
      },
      candidates: stored.candidates.map {
        Candidate(kind: $0.kind, record: $0.record, field: $0.field)
      },
      contributionsDeleted: contributionsDeleted)
  }
}

extension WriteService {
  func erase(
    _ request: EraseRequest, _ store: SQLiteStore, _ now: Instant
  ) throws -> ErasureCertificate {
    let outcome = try store.erase(
      request.participant, withContributions: request.withContributions,
      project: try projectID(request.project), at: now)
    return ErasureCertificate(
      outcome.erasure, contributionsDeleted: outcome.contributionsDeleted, names: names)
  }
}
