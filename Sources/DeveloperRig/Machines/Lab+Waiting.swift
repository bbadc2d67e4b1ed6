import SyncControl

extension Lab {
  /// Waits until all machines that run hold the same: nothing waits in an outbox, every laptop is
  /// connected, and all vectors are equal, chain hashes included.
  ///
  /// It judges by the stores. What the daemons say of it is ``inSyncClaims(seconds:)``. A laptop that
  /// waits out its backoff is told to try at once. Throws with every machine's own words when it
  /// takes longer than `seconds`.
  public func waitUntilInSync(seconds: Double = 300) throws {
    let deadline = Deadline(seconds: seconds)
    var pause = 5
    while !deadline.hasPassed {
      if try isInSync() { return }
      Deadline.pause(milliseconds: pause)
      pause = min(100, pause * 2)
    }
    let words = try machines.filter(\.isRunning).map { machine in
      let status = try machine.ask(StatusRequest())
      return "\(machine.name): \(status.connection.words), outbox \(status.outbox), queued "
        + "\(status.queued), parked \(status.parked)"
    }
    throw RigError("not in sync within \(seconds) s. \(words.joined(separator: "; "))")
  }

  private func isInSync() throws -> Bool {
    let running = machines.filter(\.isRunning)
    for machine in running {
      let status = try machine.ask(StatusRequest())
      if machine.side == .lab, status.connection.state == .waiting { machine.connectNow() }
      guard status.outbox == 0 else { return false }
      guard machine.side == .online || status.connection.state == .live else { return false }
    }
    let vectors = try running.map { try Vectors(of: $0) }
    return vectors.allSatisfy { $0 == vectors.first }
  }

  /// The names of the machines that run and whose status says that they are in sync, when all do or
  /// when the time is over.
  public func inSyncClaims(seconds: Double = 10) throws -> [String] {
    let deadline = Deadline(seconds: seconds)
    while true {
      let running = machines.filter(\.isRunning)
      let claiming = try running.filter { try $0.ask(StatusRequest()).inSync.value }
      if claiming.count == running.count || deadline.hasPassed { return claiming.map(\.name) }
      Deadline.pause(milliseconds: 20)
    }
  }

  /// Tells a laptop to end its connection, or to go on.
  public func setPaused(_ isPaused: Bool, _ laptop: Machine) throws {
    _ = try laptop.ask(SyncRequest(action: isPaused ? .pause : .resume))
  }
}

extension Machine {
  /// Waits until everything written to the store is a change.
  public func waitUntilCaptured(seconds: Double = 300) throws {
    let deadline = Deadline(seconds: seconds)
    let database = try database(isReadOnly: true)
    while try database.integer("SELECT count(*) FROM (SELECT 1 FROM sync_outbox LIMIT 1)") > 0 {
      guard !deadline.hasPassed else {
        throw RigError("\(name) has not captured all rows within \(seconds) s")
      }
      Deadline.pause(milliseconds: 2)
    }
  }
}
