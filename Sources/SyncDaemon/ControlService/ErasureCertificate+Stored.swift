import SQLiteStore
import SyncControl
import SyncCore

extension ErasureCertificate {
  init(
    _ stored: StoredErasure, contributionsDeleted: Int = 0, names: ReplicaNames, at now: Instant
  ) {
    self.init(
      participant: stored.participant.description, project: stored.project.description,
      requestedAt: stored.requestedAt, isErasedHere: stored.isErasedHere,
      receipts: stored.receipts.map {
        Receipt(
          replica: $0.replica.description,
          name: names.name(of: $0.replica, nowSpeakingAs: $0.present), erasedAt: $0.erasedAt,
          present: $0.present?.description)
      },
      outstanding: stored.outstanding.map {
        Outstanding($0, requestedAt: stored.requestedAt, names: names, at: now)
      },
      candidates: stored.candidates.map {
        Candidate(kind: $0.kind, record: $0.record, field: $0.field)
      },
      contributionsDeleted: contributionsDeleted)
  }
}

extension ErasureCertificate.Outstanding {
  /// After so long without a word, a machine may be gone.
  private static let longSilence: Int64 = 86_400_000

  fileprivate init(
    _ stored: StoredErasure.Outstanding, requestedAt: Int64?, names: ReplicaNames, at now: Instant
  ) {
    self.init(
      replica: stored.replica.description,
      name: names.name(of: stored.replica, nowSpeakingAs: stored.present),
      lastHeard: stored.lastHeard, present: stored.present?.description)
    if let present = stored.present {
      words = "it speaks as \(names[present]) now, which has not said so yet"
    } else if let lastHeard = stored.lastHeard, lastHeard < requestedAt ?? .max,
      now.wallMilliseconds - lastHeard > Self.longSilence
    {
      words = "not heard since \(minute(lastHeard)); it may exist only as a backup"
    }
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
      outcome.erasure, contributionsDeleted: outcome.contributionsDeleted, names: names, at: now)
  }
}
