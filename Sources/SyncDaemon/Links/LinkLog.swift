import LabWorker
import Logging
import OnlineWorker
import SQLiteStore
import SyncCore
import SyncProtocol
import ZeroMQ

/// Turns what links and workers report into log lines, and passes it on to be counted and told. Never an idea's text or a person's name.
struct LinkLog {
  private let logger: Logger
  private let telemetry: Telemetry

  init(_ logger: Logger, _ telemetry: Telemetry) {
    self.logger = logger
    self.telemetry = telemetry
  }

  func received(_ message: SyncProtocol.Message, bytes: Int) {
    telemetry.received(bytes: bytes)
    logger.trace(
      "message received", metadata: ["message": "\(message.name)", "bytes": "\(bytes)"])
  }

  func sent(_ message: SyncProtocol.Message, bytes: Int) {
    telemetry.sent(bytes: bytes)
    logger.trace("message sent", metadata: ["message": "\(message.name)", "bytes": "\(bytes)"])
  }

  func transport(_ event: MonitorEvent) {
    logger.debug(
      "transport", metadata: ["event": "\(event.words)", "endpoint": "\(event.endpoint)"])
  }

  /// Keeps what a peer calls itself, for people who ask later where a change came from.
  func remember(_ peer: Introduction, in store: SQLiteStore, at now: Instant) {
    do {
      try store.rememberName(of: peer.replica, peer.name, at: now)
    } catch {
      logger.error("a peer's name can not be remembered", metadata: ["why": "\(error)"])
    }
  }

  func renewed(_ key: CurvePublicKey) {
    logger.warning(
      "this machine has a new key, which has to be let in", metadata: ["publicKey": "\(key.z85)"])
  }

  func failed(_ what: String, _ error: any Error) {
    logger.error("\(what)", metadata: ["why": "\(error)"])
  }

  func note(_ event: LabEvent) {
    telemetry.note(event)
    switch event {
    case .dialing(let endpoint): logger.debug("dialing", metadata: ["endpoint": "\(endpoint)"])
    case .waiting(let milliseconds, let why):
      logger.notice("waiting", metadata: ["milliseconds": "\(milliseconds)", "why": "\(why)"])
    case .refused(let words):
      logger.warning("the online side does not let this laptop in", metadata: ["why": "\(words)"])
    case .session(let event): note(event, device: "online")
    case .sessionEnded(let ending): ended(ending, device: "online")
    case .storeFailed(let words):
      logger.error(
        "the store can not be used just now; nothing was acknowledged",
        metadata: ["why": "\(words)"])
    case .keyShared(let words):
      logger.warning("another machine uses this machine's key", metadata: ["why": "\(words)"])
    case .answered: break
    }
  }

  func note(_ event: OnlineEvent) {
    telemetry.note(event)
    switch event {
    case .session(_, let device, let event): note(event, device: device)
    case .sessionEnded(_, let device, let ending): ended(ending, device: device)
    case .replicaSeen(let replica, let device):
      logger.notice("new replica", metadata: ["replica": "\(replica)", "device": "\(device)"])
    case .superseded(let replica, let device):
      logger.warning(
        """
        a store spoke that has to take a new name: a restored backup, a copied disk, or a machine that \
        was shut out and is let in again
        """,
        metadata: ["replica": "\(replica)", "device": "\(device)"])
    case .keyShared(let replica, let device):
      logger.warning(
        "two machines use one device key",
        metadata: ["replica": "\(replica)", "device": "\(device)"])
    case .held(let batch, let key):
      logger.warning(
        "a revoked device handed over changes, which are kept outside the log",
        metadata: ["device": "\(key)", "changes": "\(batch.count)"])
    case .violation(_, let device, let violation):
      logger.warning(
        "peer broke the protocol", metadata: ["device": "\(device)", "what": "\(violation)"])
    case .storeFailed(_, let device, let words):
      logger.error("store failed", metadata: ["device": "\(device)", "why": "\(words)"])
    }
  }

  private func ended(_ ending: SessionEnding, device: String) {
    logger.notice("session ended", metadata: ["device": "\(device)", "why": "\(ending.words)"])
  }

  private func note(_ event: SessionEvent, device: String) {
    switch event {
    case .opened(let peer):
      logger.notice(
        "session opened",
        metadata: [
          "device": "\(device)", "replica": "\(peer.replica)", "software": "\(peer.software)",
        ])
    case .clock(let offset, let isSuspect):
      logger.log(
        level: isSuspect ? .warning : .debug,
        isSuspect ? "the clocks are far apart; causality decides" : "clocks compared",
        metadata: ["device": "\(device)", "offsetMilliseconds": "\(offset)"])
    case .adopted(let project):
      logger.notice("project adopted", metadata: ["project": "\(project)"])
    case .notGranted(let project):
      logger.warning("project not shared", metadata: ["project": "\(project)"])
    case .applied(_, let applied):
      logger.debug(
        "batch applied",
        metadata: [
          "device": "\(device)", "accepted": "\(applied.accepted)",
          "duplicates": "\(applied.duplicates)", "exceptions": "\(applied.exceptions.count)",
        ])
    case .acknowledged(let acknowledgement):
      logger.debug(
        "batch acknowledged",
        metadata: ["device": "\(device)", "accepted": "\(acknowledgement.accepted)"])
    case .inSync(let project, _):
      logger.debug("in sync", metadata: ["device": "\(device)", "project": "\(project)"])
    case .chainMismatch(let divergence):
      logger.error(
        "what a machine wrote differs here and there",
        metadata: [
          "device": "\(device)", "replica": "\(divergence.origin.replica)",
          "sequence": "\(divergence.sequence)",
        ])
    case .forked(let fork):
      logger.warning(
        """
        this store has a new name: it was an older copy of another, or the machine was shut out and is \
        let in again
        """,
        metadata: [
          "former": "\(fork.former)", "replica": "\(fork.current)",
          "changesKept": "\(fork.reissued)",
        ])
    case .truncated(_, let origin, let sequence):
      logger.warning(
        "a part of the log differs from the other side's and is fetched anew",
        metadata: ["replica": "\(origin.replica)", "after": "\(sequence)"])
    case .dropped(let violation):
      logger.warning(
        "changes dropped", metadata: ["device": "\(device)", "what": "\(violation)"])
    case .refused(let project, let changes, let words):
      logger.error(
        "the other side dropped changes of this machine",
        metadata: ["project": "\(project)", "changes": "\(changes)", "why": "\(words)"])
    case .held: break
    case .serverKeyAnnounced:
      logger.debug("the online side has a next key", metadata: ["device": "\(device)"])
    case .tooLarge(_, let origin, let bytes):
      logger.error(
        "a change is too large to be sent",
        metadata: ["replica": "\(origin.replica)", "bytes": "\(bytes)"])
    }
  }
}
