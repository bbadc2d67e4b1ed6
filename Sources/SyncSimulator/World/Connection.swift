import OnlineWorker

/// One connection between a laptop and an online worker. Each direction keeps its order and loses
/// nothing, until the connection is cut: then what is under way arrives up to some frame and the
/// rest never, and the two ends learn of it at different times, or not at all.
struct Connection {
  let id: Int
  let lab: Int
  let hub: Int
  /// Whether the laptop's end is open, as the laptop believes.
  var isOpenAtLab = true
  /// Nothing new is taken in either direction.
  var isCut = false
  /// The number under which the online worker knows it; a new one after it was dropped.
  var handle: PeerHandle?
  /// When the online end notices that the laptop's is gone: its next send fails then.
  var routeEnds = Int64.max
  var toHub = Pipe()
  var toLab = Pipe()
}

/// One direction of a connection.
struct Pipe {
  private(set) var frames: ArraySlice<Frame> = []
  private var lastArrival: Int64 = 0
  /// Whether an arrival is in the schedule.
  var isScheduled = false

  struct Frame {
    var bytes: [UInt8]
    var arrival: Int64
  }

  var isEmpty: Bool { frames.isEmpty }
  var nextArrival: Int64? { frames.first?.arrival }

  mutating func push(_ bytes: [UInt8], arriving time: Int64) {
    lastArrival = max(lastArrival, time)
    frames.append(Frame(bytes: bytes, arrival: lastArrival))
  }

  mutating func pop() -> [UInt8]? { frames.popFirst()?.bytes }

  /// Loses what is behind the first `count` frames.
  mutating func truncate(to count: Int) { frames = frames.prefix(count) }

  mutating func delay(by milliseconds: Int64) {
    for index in frames.indices { frames[index].arrival += milliseconds }
    lastArrival += milliseconds
  }
}
