import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncWire

/// A whole living lab in one thread: real workers, real sessions, real frames, over a network, disks
/// and clocks that fail as a seed says. The same seed gives the same run, step by step.
///
/// A run has two parts. First everything that ``Hazards`` allows happens, while people write
/// everywhere. Then all faults stop, every machine that was not lost comes back with the newest
/// software, and the world must come to rest: that is when the checkers conclude.
public final class World {
  public let options: WorldOptions
  public let hazards: Hazards
  public internal(set) var machines: [Machine] = []
  public internal(set) var ledger = Ledger()
  public internal(set) var census = Census()
  public internal(set) var trace: Trace
  public internal(set) var findings: [Finding] = []
  /// Milliseconds since the beginning.
  public internal(set) var time: Int64 = 0
  /// Origins whose changes the simulator damaged under way.
  public internal(set) var corrupted: [ProjectID: Set<Origin>] = [:]
  /// Chains that somebody noticed to differ.
  public internal(set) var mismatches: [ProjectID: Set<Origin>] = [:]
  /// Every conflict that was seen open somewhere.
  public internal(set) var everOpen: [ProjectID: [ConflictID: OpenConflict]] = [:]
  public let projects: [ProjectID]
  /// Whether the second part has begun.
  public internal(set) var isHealed = false
  /// Whether everybody came to rest in time.
  public internal(set) var isDrained = false
  var random: SplitMix64
  var schedule = Schedule()
  var connections: [Int: Connection] = [:]
  var lastHandle: UInt64 = 0
  var workload: Workload
  var checkers: [any Checker]
  var lastConnection = 0
  var lastKey = 0
  /// The replicas of whose stores there are or were several copies.
  var copied: Set<ReplicaID> = []
  /// From which identity each fork took its own.
  var born: [ReplicaID: ReplicaID] = [:]
  /// Keys of devices that nobody will ever let in, or in again.
  var barred: Set<String> = []
  /// Keys of devices that were let in, or in again, in the course of the run.
  var letInOnce: Set<String> = []
  /// What of those who wait or were refused was seen, so that somebody acts once.
  var noted: Set<String> = []
  var invitations: [[UInt8]: Invitation] = [:]
  /// How far the names of devices count that were shut out, online, by origin.
  var standing: [ProjectID: [Origin: UInt64]] = [:]
  /// What was taken over of those who were shut out.
  var released: [ProjectID: Set<Dot>] = [:]
  /// Names under which devices went that were let in again since.
  var renamed: Set<ReplicaID> = []
  /// Disks as they were once, by machine.
  var images: [Int: DiskImage] = [:]
  var onlineContents: [ProjectID: [(dot: Dot, entry: Ledger.Entry)]] = [:]
  /// The longest pause between two writes, for each machine that there is, in milliseconds.
  let writingPause: Int64
  /// Conflicts that somebody decided, in order.
  var decided: [ProjectID: [ConflictID]] = [:]
  /// Whether a disk may be copied with writes that are no change yet: each copy makes its own of them.
  var mayCopyUncaptured: Bool { options.makeStore != nil }

  /// A claim that does not hold.
  public struct Finding: Hashable, Sendable {
    public var claim: String
    public var words: String
    public var time: Int64
  }

  public init(_ options: WorldOptions) {
    self.options = options
    var random = SplitMix64(seed: options.seed)
    hazards = options.hazards ?? Hazards.drawn(using: &random)
    let count = options.projects ?? (Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1)
    projects = (0..<count).map { _ in ProjectID(rawValue: random.uniqueID()) }
    workload = Workload(schema: options.schema, projects: projects, using: &random)
    writingPause = Int64.random(in: 60...700, using: &random)
    trace = Trace(isKept: options.isTraced)
    checkers = options.checkers()
    self.random = random
    setUp()
  }

  /// Runs the seed to its end.
  public func run() {
    while census.events < options.events, time < options.longestMilliseconds, step() {}
    heal()
    let limit = time + options.drainMilliseconds
    var nextLook = time
    while time < limit {
      if time >= nextLook {
        if isAtRest {
          isDrained = true
          break
        }
        nextLook = time + 500
      }
      guard step() else { break }
    }
    if !isDrained { isDrained = isAtRest }
    conclude()
    census.seeds = 1
  }

  private func conclude() {
    for index in checkers.indices {
      do {
        try checkers[index].conclude(self)
      } catch {
        report(checkers[index].claim, "the stores can not be compared: \(error)")
      }
    }
  }

  /// Does what comes next. `false` where nothing ever would.
  func step() -> Bool {
    guard let entry = schedule.next() else { return false }
    time = max(time, entry.time)
    happen(entry.happening)
    return true
  }

  func report(_ claim: String, _ words: String) {
    guard findings.count < 50 else { return }
    findings.append(Finding(claim: claim, words: words, time: time))
    trace.note(at: time, "FINDING", [], "\(claim): \(words)")
  }

  /// Lets every checker see something.
  func show(_ body: (inout any Checker) throws -> Void) {
    for index in checkers.indices {
      do {
        try body(&checkers[index])
      } catch {
        report(checkers[index].claim, "the stores can not be looked at: \(error)")
      }
    }
  }

  func count(_ fault: Fault) { census.faults[fault, default: 0] += 1 }

  func count(_ passage: Passage) { census.passages[passage, default: 0] += 1 }

  func chance(_ perThousand: Int) -> Bool {
    perThousand > 0 && Int.random(in: 0..<1_000, using: &random) < perThousand
  }

  func decoded(_ encoded: EncodedChange, in project: ProjectID, at dot: Dot) -> Change? {
    do {
      return try ChangeCodec.decode(encoded, project: project, dot: dot)
    } catch {
      return nil
    }
  }

  func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &random) }
}

/// What a run is made of.
public struct WorldOptions {
  public var seed: UInt64
  /// The newest software's declarations.
  public var schema: Schema
  /// Drawn from the seed where `nil`.
  public var hazards: Hazards?
  public var laptops: Int?
  public var projects: Int?
  public var onlineWorkers: Int?
  /// Events before the faults stop, at least.
  public var events = 1_000
  /// The end of the first part, where so many events never happen.
  public var longestMilliseconds: Int64 = 3_600_000
  /// How long everything may take to come to rest once the faults stopped.
  public var drainMilliseconds: Int64 = 600_000
  public var isTraced = false
  /// Makes a machine's store; the reference store in memory where `nil`.
  public var makeStore: ((StoreRequest) throws -> any SimulatedStore)?
  public var checkers: () -> [any Checker] = { Checkers.all }

  public init(seed: UInt64, schema: Schema) {
    self.seed = seed
    self.schema = schema
  }
}

/// What a machine's store has to be.
public struct StoreRequest {
  public var replica: ReplicaID
  public var side: Side
  public var name: String
  public var schema: Schema
  public var projects: [ProjectID]
  /// Drawn for this store: decides what it draws itself.
  public var seed: UInt64
}

extension SplitMix64 {
  mutating func uniqueID() -> UniqueID { UniqueID(high: next(), low: next()) }
}
