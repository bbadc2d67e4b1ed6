import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncWire

/// Connections: each direction in order or not at all.
extension World {
  func dial(_ machine: Machine, endpoint: Int) {
    machine.dialAttempt += 1
    machine.dialledEndpoint = endpoint
    schedule.add(
      .dialed(machine: machine.number, attempt: machine.dialAttempt),
      at: time + 3 * draw(hazards.delayMilliseconds))
  }

  func dialed(_ machine: Machine, attempt: Int) {
    guard machine.state == .running, machine.dialAttempt == attempt, machine.connection == nil
    else { return }
    let hubs = machines.filter(\.isHub)
    guard let hub = hub(of: machine, among: hubs), machine.link.isUp, hub.state == .running else {
      if !isHealed, chance(hazards.deafDialsPerThousand) { return count(.deafDial) }
      return tell(machine, .transportFailed(words: "nothing answers"))
    }
    lastConnection += 1
    connections[lastConnection] = Connection(
      id: lastConnection, lab: machine.number, hub: hub.number)
    machine.connection = lastConnection
    trace.note(at: time, "connected", [Int64(machine.number)], "\(machine.name) to \(hub.name)")
    tell(machine, .transportConnected)
  }

  /// The laptop's endpoint says which; half of the laptops have them in the other order.
  private func hub(of machine: Machine, among hubs: [Machine]) -> Machine? {
    guard case .lab(let configuration, _) = machine.role,
      configuration.endpoints.indices.contains(machine.dialledEndpoint)
    else { return nil }
    let endpoint = configuration.endpoints[machine.dialledEndpoint]
    return hubs.first { endpoint == "tcp://\($0.name):7700" }
  }

  func sendToHub(_ message: Message, from machine: Machine) {
    guard let id = machine.connection, let connection = connections[id] else { return }
    showAcknowledgement(message, of: machine)
    guard !connection.isCut else { return }
    guard connection.toHub.frames.count < queueFrames else {
      count(.fullQueue)
      breakConnection(id, keeping: connection.toHub.frames.count)
      return
    }
    push(message, to: id, isToHub: true)
  }

  func sendToLab(_ message: Message, to handle: PeerHandle, from machine: Machine) {
    guard let id = machine.connectionsByHandle[handle], let connection = connections[id] else {
      return
    }
    showAcknowledgement(message, of: machine)
    if connection.routeEnds <= time || connection.toLab.frames.count >= queueFrames {
      // A route that is gone or full: the daemon forgets the peer.
      if connection.toLab.frames.count >= queueFrames { count(.fullQueue) }
      machine.connectionsByHandle[handle] = nil
      connections[id]?.handle = nil
      breakConnection(id, keeping: connection.toLab.frames.count)
      return tell(machine, .peerGone(handle))
    }
    if !connection.isCut { push(message, to: id, isToHub: false) }
  }

  private var queueFrames: Int { isHealed ? 1_000 : hazards.queueFrames }

  private func push(_ message: Message, to id: Int, isToHub: Bool) {
    var frame = MessageCodec.encode(message)
    census.messages[message.name, default: 0] += 1
    var milliseconds = draw(isHealed ? 1...20 : hazards.delayMilliseconds)
    if !isHealed, let speed = hazards.bytesPerSecond {
      milliseconds += weight(of: message) * 1_000 / speed
    }
    if !isHealed, chance(hazards.garbledFramesPerThousand) {
      count(.garbledFrame)
      frame[0] = 0xFF
    }
    trace.note(
      at: time, "send", [Int64(id), isToHub ? 1 : 0, Trace.digest(of: frame)],
      "\(message.name) on \(id) \(isToHub ? "to the hub" : "to the laptop"): \(message.summary)")
    if isToHub {
      connections[id]?.toHub.push(frame, arriving: time + milliseconds)
    } else {
      connections[id]?.toLab.push(frame, arriving: time + milliseconds)
    }
    schedulePipe(id, isToHub: isToHub)
  }

  /// Bytes of a message before compression, about.
  private func weight(of message: Message) -> Int64 {
    switch message {
    case .batch(let batch): Int64(batch.changes.byteCount)
    case .vectors(let vectors): Int64(vectors.vector.positions.count * 40)
    case .acknowledgement(let acknowledgement): Int64(acknowledgement.positions.count * 40)
    case .hello, .welcome, .receipt, .ping, .pong, .bye, .divergence, .probe, .probed: 100
    }
  }

  func schedulePipe(_ id: Int, isToHub: Bool) {
    guard let connection = connections[id] else { return }
    let pipe = isToHub ? connection.toHub : connection.toLab
    guard !pipe.isScheduled, let arrival = pipe.nextArrival else { return }
    let reader = machines[isToHub ? connection.hub : connection.lab]
    setScheduled(true, id, isToHub: isToHub)
    schedule.add(
      .arrival(connection: id, isToHub: isToHub), at: max(arrival, time + reader.readMilliseconds))
  }

  private func setScheduled(_ isScheduled: Bool, _ id: Int, isToHub: Bool) {
    if isToHub {
      connections[id]?.toHub.isScheduled = isScheduled
    } else {
      connections[id]?.toLab.isScheduled = isScheduled
    }
  }

  func arrive(_ id: Int, isToHub: Bool) {
    guard let connection = connections[id] else { return }
    setScheduled(false, id, isToHub: isToHub)
    let laptop = machines[connection.lab]
    let reader = isToHub ? machines[connection.hub] : laptop
    // A link that is down keeps what was sent; a machine that sleeps reads it later.
    guard isToHub ? laptop.link.isOutUp : laptop.link.isInUp else { return }
    guard reader.state == .running else { return }
    let frame = isToHub ? connections[id]?.toHub.pop() : connections[id]?.toLab.pop()
    guard let frame else { return }
    if isToHub {
      deliverToHub(frame, on: id, from: laptop, to: reader)
    } else if laptop.connection == id {
      deliverToLab(frame, to: laptop)
    }
    schedulePipe(id, isToHub: isToHub)
    forgetIfOver(id)
  }

  private func deliverToHub(_ frame: [UInt8], on id: Int, from laptop: Machine, to hub: Machine) {
    guard var device = laptop.device else { return }
    if laptop.connection != id { count(.lateFrames) }
    let handle: PeerHandle
    if let known = connections[id]?.handle {
      handle = known
    } else {
      lastHandle += 1
      handle = PeerHandle(rawValue: lastHandle)
      connections[id]?.handle = handle
      hub.connectionsByHandle[handle] = id
    }
    do {
      let message = try MessageCodec.decode(frame)
      trace.note(at: time, "arrive", [Int64(id), 1], "\(message.name) on \(id) at \(hub.name)")
      if case .hello(let hello) = message {
        guard let greeted = greet(hello, from: laptop, at: hub) else { return }
        device = greeted
      }
      tell(hub, .message(handle, device, message))
    } catch {
      tell(hub, .undecodable(handle, device, words: "\(error)"))
    }
  }

  private func deliverToLab(_ frame: [UInt8], to laptop: Machine) {
    do {
      let message = try MessageCodec.decode(frame)
      trace.note(
        at: time, "arrive", [Int64(laptop.number), 0], "\(message.name) at \(laptop.name)")
      tell(laptop, .message(message))
    } catch {
      tell(laptop, .undecodable(words: "\(error)"))
    }
  }

  private func showAcknowledgement(_ message: Message, of machine: Machine) {
    guard case .acknowledgement(let acknowledgement) = message else { return }
    show { try $0.acknowledged(acknowledgement, by: machine, in: self) }
  }
}

/// How connections end.
extension World {
  /// The laptop destroys its socket. What it had sent may still arrive, late, up to some frame.
  func hangUp(_ machine: Machine) {
    machine.dialAttempt += 1
    guard let id = machine.connection else { return }
    machine.connection = nil
    connections[id]?.isOpenAtLab = false
    connections[id]?.toLab.truncate(to: 0)
    cut(id, keeping: connections[id]?.toHub.frames.count ?? 0)
    forgetIfOver(id)
  }

  /// The network breaks a connection: the two ends hear of it at different times, or never.
  func breakConnection(_ id: Int, keeping count: Int) {
    guard let connection = connections[id], !connection.isCut else { return }
    trace.note(at: time, "break", [Int64(id)], "connection \(id)")
    let arriving = Int.random(in: 0...connection.toLab.frames.count, using: &random)
    connections[id]?.toLab.truncate(to: arriving)
    cut(id, keeping: count)
    if !isHealed, chance(hazards.halfOpenPerThousand) { return self.count(.halfOpenConnection) }
    schedule.add(.notice(connection: id), at: time + draw(0...3_000))
  }

  /// Nothing new passes, and of what is under way to the hub at most `count` frames arrive.
  private func cut(_ id: Int, keeping count: Int) {
    guard connections[id]?.isCut == false else { return }
    connections[id]?.isCut = true
    connections[id]?.toHub.truncate(to: Int.random(in: 0...count, using: &random))
    if chance(600) { connections[id]?.toHub.delay(by: draw(0...6_000)) }
    if isHealed || !chance(hazards.halfOpenPerThousand) {
      connections[id]?.routeEnds = time + draw(0...2_000)
    } else {
      self.count(.halfOpenConnection)
    }
  }

  /// The laptop's end hears that its connection is gone.
  func notice(_ id: Int) {
    guard let connection = connections[id], connection.isOpenAtLab else { return }
    let laptop = machines[connection.lab]
    guard laptop.connection == id else { return }
    guard laptop.state == .running, laptop.link.isInUp else {
      schedule.add(.notice(connection: id), at: time + 1_000)
      return
    }
    tell(laptop, .disconnected(words: "the connection was closed"))
  }

  /// A hub's process is gone: its ends are closed, and what had been read is lost.
  func closeAll(of hub: Machine) {
    for id in connections.keys.sorted() where connections[id]?.hub == hub.number {
      connections[id]?.handle = nil
      breakConnection(id, keeping: 0)
      connections[id]?.toHub.truncate(to: 0)
      forgetIfOver(id)
    }
    hub.connectionsByHandle = [:]
  }

  /// A connection of which both ends know and on which nothing is under way.
  private func forgetIfOver(_ id: Int) {
    guard let connection = connections[id], connection.isCut, !connection.isOpenAtLab,
      connection.toHub.isEmpty, connection.toLab.isEmpty
    else { return }
    if let handle = connection.handle {
      // The worker may still speak to it; that fails, as a route that is gone does.
      guard machines[connection.hub].connectionsByHandle[handle] == nil else { return }
    }
    connections[id] = nil
  }

  func turnLink(of machine: Machine, isOutUp: Bool, isInUp: Bool) {
    let wasUp = machine.link.isUp
    machine.link = Link(isOutUp: isOutUp, isInUp: isInUp)
    trace.note(
      at: time, "link", [Int64(machine.number), isOutUp ? 1 : 0, isInUp ? 1 : 0],
      "\(machine.name) out \(isOutUp) in \(isInUp)")
    for id in connections.keys.sorted() where connections[id]?.lab == machine.number {
      if isOutUp { schedulePipe(id, isToHub: true) }
      if isInUp { schedulePipe(id, isToHub: false) }
    }
    if !wasUp, machine.link.isUp, chance(500) { tell(machine, .wake(.linkReturned)) }
  }

  /// A machine reads again what waited for it.
  func restartPipes(to machine: Machine) {
    for id in connections.keys.sorted() {
      if connections[id]?.hub == machine.number { schedulePipe(id, isToHub: true) }
      if connections[id]?.lab == machine.number { schedulePipe(id, isToHub: false) }
    }
  }
}

extension Message {
  /// A few words for a trace.
  var summary: String {
    switch self {
    case .batch(let batch):
      "\(batch.number), lane \(batch.changes.lane.rawValue), \(batch.changes.count) changes"
    case .acknowledgement(let acknowledgement):
      "\(acknowledgement.number), \(acknowledgement.accepted) accepted"
    case .receipt(let receipt): "\(receipt.number)"
    case .ping(let ping): "\(ping.number)"
    case .pong(let pong): "\(pong.number)"
    case .bye(let bye): bye.words
    case .welcome(let welcome): "\(welcome.admission)"
    case .probe(let probe): "\(probe.sequence)"
    case .hello, .vectors, .divergence, .probed: ""
    }
  }
}
