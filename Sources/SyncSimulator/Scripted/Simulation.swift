import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncWire

/// Real workers on one thread, over links that keep order and lose nothing until they are cut. Which
/// of the possible steps comes next is drawn from a seed; the same seed gives the same run.
public struct Simulation {
  public private(set) var labs: [LabNode] = []
  public private(set) var worker: OnlineWorker
  public var store: MemoryStore
  public private(set) var now: Instant
  /// Every message that arrived, in order.
  public private(set) var deliveries: [Delivery] = []
  public private(set) var events: [OnlineEvent] = []
  /// Changes a message between its leaving and its arrival; gives `nil` for a message that a
  /// hostile peer withholds.
  public var tamper: ((Delivery) -> Message?)?
  private let onlineConfiguration: OnlineConfiguration
  private var random: SplitMix64
  private var nextHandle: UInt64 = 1
  private var wantsWork = false

  /// One message on its way.
  public struct Delivery {
    public var lab: Int
    public var isToOnline: Bool
    public var message: Message
    public var byteCount: Int
  }

  public init(
    online configuration: OnlineConfiguration, store: MemoryStore, seed: UInt64,
    startingAt now: Instant
  ) {
    onlineConfiguration = configuration
    random = SplitMix64(seed: seed)
    worker = OnlineWorker(configuration, seed: random.next())
    self.store = store
    self.now = now
  }

  /// Adds a laptop, which is not started.
  public mutating func add(
    _ configuration: LabConfiguration, store: MemoryStore, device: Device
  ) {
    labs.append(
      LabNode(
        worker: LabWorker(configuration, seed: random.next()), store: store, device: device))
  }

  /// Gives one input to a laptop's worker and does what it wants done.
  public mutating func tell(_ lab: Int, _ input: LabInput) {
    let outputs = labs[lab].handle(input, at: now)
    for output in outputs { perform(output, of: lab) }
  }

  /// Gives one input to the online worker and does what it wants done.
  public mutating func tellOnline(_ input: OnlineInput) {
    let outputs = worker.handle(input, at: now, store: &store)
    for output in outputs { perform(output) }
  }

  /// Writes into a laptop's store and tells its worker.
  public mutating func write(
    at lab: Int, _ kind: String, _ record: RecordID, _ cells: [CellKey: Value],
    in project: ProjectID, lane: Lane? = nil
  ) throws {
    try labs[lab].store.write(kind, record, cells, in: project, lane: lane, at: now)
    tell(lab, .storeChanged)
  }

  /// Writes into the online store and tells its worker.
  public mutating func writeOnline(
    _ kind: String, _ record: RecordID, _ cells: [CellKey: Value], in project: ProjectID,
    lane: Lane? = nil
  ) throws {
    try store.write(kind, record, cells, in: project, lane: lane, at: now)
    tellOnline(.storeChanged)
  }

  public mutating func change(_ lab: Int, _ body: (inout LabNode) -> Void) { body(&labs[lab]) }

  /// Loses what is on the link, and tells both ends.
  public mutating func cut(_ lab: Int, words: String = "the link was cut") {
    hangUp(lab)
    tell(lab, .disconnected(words: words))
  }

  /// The online side's process ends and another starts on the same store.
  public mutating func restartOnline() {
    for lab in labs.indices {
      labs[lab].toOnline = []
      labs[lab].toLab = []
    }
    worker = OnlineWorker(onlineConfiguration, seed: random.next())
    wantsWork = false
  }
}

extension Simulation {
  private enum Step {
    case dial(Int)
    case deliverToOnline(Int)
    case deliverToLab(Int)
    case work(Int)
    case workOnline
  }

  /// Does one of the possible steps. `false` where there is none until time passes.
  public mutating func step() -> Bool {
    var steps: [Step] = []
    for lab in labs.indices {
      if labs[lab].wantsDial { steps.append(.dial(lab)) }
      if !labs[lab].toOnline.isEmpty { steps.append(.deliverToOnline(lab)) }
      if !labs[lab].toLab.isEmpty { steps.append(.deliverToLab(lab)) }
      if labs[lab].wantsWork { steps.append(.work(lab)) }
    }
    if wantsWork { steps.append(.workOnline) }
    guard let step = steps.randomElement(using: &random) else { return false }
    perform(step)
    return true
  }

  /// Steps until nothing is left to do without time passing. `false` where `limit` steps did not
  /// get there.
  public mutating func settle(limit: Int = 100_000) -> Bool {
    for _ in 0..<limit where !step() { return true }
    return false
  }

  /// Lets time pass, with every deadline on its way met in order.
  public mutating func advance(milliseconds: Int64) {
    let end = now.monotonicMilliseconds + milliseconds
    while let deadline = nextDeadline, deadline <= end {
      move(to: max(deadline, now.monotonicMilliseconds))
      for lab in labs.indices { tell(lab, .tick) }
      tellOnline(.tick)
      guard settle() else { return }
      // A deadline that its own tick does not move would be met for ever.
      if nextDeadline == deadline { move(to: deadline + 1) }
    }
    move(to: max(end, now.monotonicMilliseconds))
  }

  private var nextDeadline: Int64? {
    let own = labs.compactMap(\.worker.nextDeadline) + [worker.nextDeadline].compactMap(\.self)
    return own.min()
  }

  private mutating func move(to monotonicMilliseconds: Int64) {
    now.wallMilliseconds += monotonicMilliseconds - now.monotonicMilliseconds
    now.monotonicMilliseconds = monotonicMilliseconds
  }

  private mutating func perform(_ step: Step) {
    switch step {
    case .dial(let lab):
      labs[lab].wantsDial = false
      guard labs[lab].isReachable else {
        tell(lab, .transportFailed(words: "nothing answers"))
        return
      }
      labs[lab].handle = PeerHandle(rawValue: nextHandle)
      nextHandle += 1
      tell(lab, .transportConnected)
    case .deliverToOnline(let lab):
      let frame = labs[lab].toOnline.removeFirst()
      guard let handle = labs[lab].handle else { return }
      guard let message = deliver(frame, lab: lab, isToOnline: true) else { return }
      tellOnline(.message(handle, labs[lab].device, message))
    case .deliverToLab(let lab):
      let frame = labs[lab].toLab.removeFirst()
      guard let message = deliver(frame, lab: lab, isToOnline: false) else { return }
      tell(lab, .message(message))
    case .work(let lab):
      labs[lab].wantsWork = false
      tell(lab, .work)
    case .workOnline:
      wantsWork = false
      tellOnline(.work)
    }
  }

  private mutating func deliver(_ frame: [UInt8], lab: Int, isToOnline: Bool) -> Message? {
    do {
      let message = try MessageCodec.decode(frame)
      let delivery = Delivery(
        lab: lab, isToOnline: isToOnline, message: message, byteCount: frame.count)
      deliveries.append(delivery)
      guard let tamper else { return message }
      return tamper(delivery)
    } catch {
      preconditionFailure("a worker's own message does not decode: \(error)")
    }
  }

  private mutating func perform(_ output: LabOutput, of lab: Int) {
    switch output {
    case .dial: labs[lab].wantsDial = true
    case .hangUp: hangUp(lab)
    case .send(let message):
      if labs[lab].handle != nil { labs[lab].toOnline.append(MessageCodec.encode(message)) }
    case .event(let event): labs[lab].events.append(event)
    case .requestWork: labs[lab].wantsWork = true
    }
  }

  private mutating func hangUp(_ lab: Int) {
    labs[lab].toOnline = []
    labs[lab].toLab = []
    labs[lab].wantsDial = false
    labs[lab].wantsWork = false
    guard let handle = labs[lab].handle else { return }
    labs[lab].handle = nil
    tellOnline(.peerGone(handle))
  }

  private mutating func perform(_ output: OnlineOutput) {
    switch output {
    case .send(let handle, let message):
      guard let lab = labs.firstIndex(where: { $0.handle == handle }) else { return }
      labs[lab].toLab.append(MessageCodec.encode(message))
    case .drop: break
    case .event(let event): events.append(event)
    case .requestWork: wantsWork = true
    }
  }
}
