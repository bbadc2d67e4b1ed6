import Logging
import SyncCore
import ZeroMQ

/// How many may be connected at once.
extension OnlineLink {
  func observe(at now: Instant) throws {
    let before = door.state
    let limit = OpenDescriptors.limit
    while let event = try monitor.next() {
      log.transport(event)
      switch event.kind {
      case .listening:
        listener = event.descriptor
        if door.state == .shut { moveDoor(limit, at: now) }
      case .accepted:
        guard let descriptor = event.descriptor else { break }
        door.accepted(Int(descriptor), limit: limit, at: now.monotonicMilliseconds)
        // Not after the last of them: they may come faster than they are read.
        if door.state == .shut, before != .shut, !isFiltered { moveDoor(limit, at: now) }
      default: break
      }
    }
  }

  func lookAtDoor(at now: Instant) {
    guard let due = door.nextLook, due <= now.monotonicMilliseconds else { return }
    let limit = OpenDescriptors.limit
    door.look(open: OpenDescriptors.count, limit: limit, at: now.monotonicMilliseconds)
    if (door.state == .shut) != isFiltered { moveDoor(limit, at: now) }
  }

  private func moveDoor(_ limit: Int, at now: Instant) {
    guard let listener else { return }
    let isShut = door.state == .shut
    do {
      if isShut { try ListenerFilter.shut(listener) } else { try ListenerFilter.open(listener) }
      isFiltered = isShut
      tellOfDoor(limit, at: now)
    } catch {
      log.failed("the number of connections can not be limited", error)
    }
  }

  private func tellOfDoor(_ limit: Int, at now: Instant) {
    guard door.state == .shut else {
      return logger.debug("the port takes new connections again")
    }
    let isNews = now.monotonicMilliseconds >= nextDoorWords
    if isNews { nextDoorWords = now.monotonicMilliseconds + GateLimits.doorWordsMilliseconds }
    logger.log(
      level: isNews ? .warning : .debug, "the port takes no new connections for now",
      metadata: [
        "why": """
        \(Door.bound(ofLimit: limit)) files and connections are open, of \(limit) that labsyncd may have
        """,
        "meanwhile": """
        laptops that are connected go on; it opens by itself when connections have ended, which those \
        that prove no key do after \(options.handshakeIntervalMilliseconds / 1_000) s
        """,
        "try": """
        see who connects (ss -tn), and keep them away with a firewall; for more laptops than that, \
        raise LimitNOFILE of the unit
        """,
      ])
  }
}
