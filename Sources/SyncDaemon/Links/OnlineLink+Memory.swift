import SQLiteStore
import SyncCore

/// What is remembered of the laptops over restarts.
extension OnlineLink {
  private static let contactsIntervalMilliseconds: Int64 = 60_000

  func saveContacts(at now: Instant, _ store: SQLiteStore) {
    nextContacts = now.monotonicMilliseconds + Self.contactsIntervalMilliseconds
    do { try doorkeeper.save(contacts: lastContacts, at: now, store) } catch {
      log.failed("when laptops last spoke can not be kept", error)
    }
  }

  /// A machine that nobody can tell from another is not kept.
  func saveFleet(at now: Instant, _ store: SQLiteStore) {
    guard keys != nil else { return }
    do {
      let connected = Set(worker.sessions.map(\.device.key))
      try fleetMemory.save(to: store, at: now, connected: connected)
    } catch {
      log.failed("what the laptops said of themselves can not be kept", error)
    }
  }

  func saveProofs(at now: Instant, _ store: SQLiteStore, isUrgent: Bool = false) {
    do {
      try proofs.save(to: store, at: now, isUrgent: isUrgent)
    } catch {
      log.failed("how the laptops stand can not be noted", error)
    }
  }
}
