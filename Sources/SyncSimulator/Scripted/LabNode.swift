import LabWorker
import OnlineWorker
import SyncProtocol
import SyncCore

/// One laptop of a simulation, and its link.
public struct LabNode {
  public internal(set) var worker: LabWorker
  public var store: MemoryStore
  public var device: Device
  /// Whether dialing succeeds.
  public var isReachable = true
  public internal(set) var events: [LabEvent] = []
  /// The link to the online side, while there is one.
  public internal(set) var handle: PeerHandle?
  var toOnline: [[UInt8]] = []
  var toLab: [[UInt8]] = []
  var wantsDial = false
  var wantsWork = false

  init(worker: LabWorker, store: MemoryStore, device: Device) {
    self.worker = worker
    self.store = store
    self.device = device
  }

  mutating func handle(_ input: LabInput, at now: Instant) -> [LabOutput] {
    worker.handle(input, at: now, store: &store)
  }
}
