import LabWorker
import OnlineWorker
import SyncControl
import SyncProtocol

/// What links and workers report, counted and told. Never an idea's words or a person's name.
extension Telemetry {
  func received(bytes: Int) {
    add(to: .messages, "received")
    add(bytes, to: .messageBytes, "received")
  }

  func sent(bytes: Int) {
    add(to: .messages, "sent")
    add(bytes, to: .messageBytes, "sent")
  }

  func note(_ event: LabEvent) {
    switch event {
    case .dialing: tell(.dialing)
    case .waiting(let milliseconds, let why):
      tell(.waiting, ["milliseconds": .integer(Int64(milliseconds)), "why": .text(why)])
    case .refused(let words):
      add(to: .refusals)
      tell(.refused, ["why": .text(words)])
    case .session(let event): note(event, device: "online")
    case .sessionEnded(let ending): ended(ending, device: "online")
    case .storeFailed(let words):
      add(to: .storeFailures)
      tell(.storeFailed, ["why": .text(words)])
    case .keyShared(let words): tell(.keyShared, ["why": .text(words)])
    case .answered: break
    }
  }

  func note(_ event: OnlineEvent) {
    switch event {
    case .session(_, let device, let event): note(event, device: device)
    case .sessionEnded(_, let device, let ending): ended(ending, device: device)
    case .replicaSeen(let replica, let device):
      tell(.replicaSeen, ["replica": .text("\(replica)"), "device": .text(device)])
    case .superseded(let replica, let device):
      tell(.superseded, ["replica": .text("\(replica)"), "device": .text(device)])
    case .keyShared(let replica, let device):
      tell(.keyShared, ["replica": .text("\(replica)"), "device": .text(device)])
    case .violation(_, let device, let violation):
      tell(.violation, ["device": .text(device), "what": .text("\(violation)")])
    case .held(let batch, _): tell(.changesHeld, ["changes": .integer(Int64(batch.count))])
    case .storeFailed(_, let device, let words):
      add(to: .storeFailures)
      tell(.storeFailed, ["device": .text(device), "why": .text(words)])
    }
  }

  private func ended(_ ending: SessionEnding, device: String) {
    let reason =
      switch ending {
      case .notAdmitted: "not_admitted"
      case .closedByPeer: "closed_by_peer"
      case .violation: "violation"
      case .silence: "silence"
      case .closedHere: "closed_here"
      }
    add(to: .sessionsEnded, reason)
    tell(
      .sessionEnded,
      ["device": .text(device), "reason": .text(reason), "why": .text(ending.words)])
  }

  func note(_ event: SessionEvent, device: String) {
    let device = JSON.text(device)
    switch event {
    case .opened(let peer):
      add(to: .sessionsOpened)
      tell(
        .sessionOpened,
        [
          "device": device, "replica": .text("\(peer.replica)"), "software": .text(peer.software),
        ])
    case .clock(let offset, let isSuspect):
      if isSuspect {
        tell(.clockSuspect, ["device": device, "offsetMilliseconds": .integer(offset)])
      }
    case .adopted(let project): tell(.projectAdopted, ["project": .text("\(project)")])
    case .notGranted(let project): tell(.projectNotShared, ["project": .text("\(project)")])
    case .applied(_, let applied):
      captured(applied.captured.changes)
      add(applied.accepted, to: .appliedChanges, "accepted")
      add(applied.duplicates, to: .appliedChanges, "duplicate")
      add(applied.exceptions.count, to: .appliedChanges, "exception")
      tell(
        .batchApplied,
        [
          "device": device, "accepted": .integer(Int64(applied.accepted)),
          "duplicates": .integer(Int64(applied.duplicates)),
          "exceptions": .integer(Int64(applied.exceptions.count)),
        ])
    case .acknowledged(let acknowledgement):
      add(Int(acknowledgement.accepted), to: .acknowledgedChanges)
      tell(
        .batchAcknowledged,
        ["device": device, "accepted": .integer(Int64(acknowledgement.accepted))])
    case .inSync(let project, _):
      tell(.inSync, ["device": device, "project": .text("\(project)")])
    case .chainMismatch(let divergence):
      add(to: .chainMismatches)
      tell(
        .chainsDiffer,
        [
          "device": device, "replica": .text("\(divergence.origin.replica)"),
          "sequence": .integer(Int64(clamping: divergence.sequence)),
        ])
    case .forked(let fork):
      add(to: .forks)
      tell(
        .forked,
        [
          "former": .text("\(fork.former)"), "replica": .text("\(fork.current)"),
          "changesKept": .integer(Int64(fork.reissued)),
        ])
    case .truncated(_, let origin, let sequence):
      tell(
        .truncated,
        [
          "replica": .text("\(origin.replica)"), "after": .integer(Int64(clamping: sequence)),
        ])
    case .dropped(let violation):
      tell(.changesDropped, ["device": device, "what": .text("\(violation)")])
    case .refused(_, let changes, let words):
      tell(.changesRefused, ["changes": .integer(Int64(changes)), "why": .text(words)])
    case .held: break
    case .serverKeyAnnounced: tell(.serverKeyAnnounced)
    case .tooLarge(_, let origin, let bytes):
      tell(
        .changeTooLarge,
        ["replica": .text("\(origin.replica)"), "bytes": .integer(Int64(bytes))])
    }
  }
}
