import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol

/// One computer of a world: a disk, two clocks, some version of the software, and, while the process
/// runs, a worker.
public final class Machine {
  public let number: Int
  public let name: String
  /// Two online workers may serve one store.
  public internal(set) var disk: FaultyStore
  /// What the software that is installed declares.
  public internal(set) var schema: Schema
  public internal(set) var state = State.off
  var clock: MachineClock
  var role: Role
  var lab: LabWorker?
  var online: OnlineWorker?

  /// Of a laptop: its link, its connection, and the dial that is under way.
  var link = Link()
  var connection: Int?
  var dialAttempt = 0
  var dialledEndpoint = 0
  /// Of an online machine: the connections, by the handles that its worker knows.
  var connectionsByHandle: [PeerHandle: Int] = [:]

  /// When it fell asleep, while it sleeps.
  var asleepSince: Int64 = 0
  var scheduledTick: Int64?
  var isWorkScheduled = false
  var isCaptureScheduled = false
  /// How long it takes to read one frame, in milliseconds.
  var readMilliseconds: Int64 = 0
  /// What was written here and is on this disk, or was sent.
  var written: [ProjectID: Set<Contents>] = [:]
  /// Rises when the disk is another than before: what it said earlier binds it no more.
  var incarnation = 0
  /// How far its own changes have been entered into the ledger.
  var entered: [ProjectID: [Origin: UInt64]] = [:]
  /// The secret that its hellos present.
  var invitation: [UInt8]?
  /// What the online side had when it was shut out: it may know that much.
  var reach: [ProjectID: ProjectVector] = [:]
  /// What people here wrote past since, without having seen it, by record and cell.
  var unseen: [RecordID: [CellKey: Set<Dot>]] = [:]

  enum Role {
    case lab(LabConfiguration, Device)
    case online(OnlineConfiguration)
  }

  public enum State: Hashable, Sendable {
    case running
    /// No process; people may write all the same.
    case off
    case asleep
    /// It never comes back.
    case lost
  }

  init(
    number: Int, name: String, disk: FaultyStore, schema: Schema, clock: MachineClock, role: Role
  ) {
    self.number = number
    self.name = name
    self.disk = disk
    self.schema = schema
    self.clock = clock
    self.role = role
  }

  var isHub: Bool {
    switch role {
    case .lab: false
    case .online: true
    }
  }

  var device: Device? {
    switch role {
    case .lab(_, let device): device
    case .online: nil
    }
  }

  var projects: ProjectAccess { device?.projects ?? .all }

  /// Takes from any device what others wrote, for as long as the run lasts: clocks here jump by more than the
  /// time for which that is so.
  func recover() {
    guard case .online(var configuration) = role else { return }
    configuration.recoversUntilMilliseconds = .max
    role = .online(configuration)
  }

  var nextDeadline: Int64? { lab?.nextDeadline ?? online?.nextDeadline }
}

/// A laptop's link to the network: each direction may be down on its own.
struct Link {
  var isOutUp = true
  var isInUp = true
  var isUp: Bool { isOutUp && isInUp }
}
