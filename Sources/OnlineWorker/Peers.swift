import SyncCore
import SyncProtocol

/// The peers with a session, and which of them want something: a worker with hundreds of them asks
/// nobody who does not.
struct Peers: Sendable {
  struct Peer: Sendable {
    var device: Device
    var session: Session
    /// What the peer held when it said hello.
    var digests: [ProjectDigest]
  }

  /// Whose turn it is.
  enum Turn: Hashable, Sendable {
    /// To have a batch committed.
    case commit(PeerHandle)
    /// To have a batch committed and one sent.
    case work(PeerHandle)
  }

  private var all: [PeerHandle: Peer] = [:]
  /// Batches of these wait to be committed.
  private var receiving: Set<PeerHandle> = []
  /// For these something may be to be sent.
  private var sending: Set<PeerHandle> = []
  private var catchingUp: Set<PeerHandle> = []
  /// The store has changed and these do not know. They are told before anything else.
  private var outdated: Set<PeerHandle> = []
  private var deadlines: [PeerHandle: Int64] = [:]
  private var lastServed = PeerHandle(rawValue: 0)
  private var commitsInARow = 0

  /// What arrives goes first: it is on nobody else's disk. After so many commits, and after one for each
  /// peer that brings something, one peer is sent something all the same, so that nobody waits for the
  /// end of another's long week, and a single laptop's two directions go side by side.
  private static let commitsBeforeSending = 16

  subscript(handle: PeerHandle) -> Peer? { all[handle] }

  /// All, by handle.
  var sorted: [(handle: PeerHandle, peer: Peer)] {
    all.sorted { $0.key < $1.key }.map { handle, peer in
      guard outdated.contains(handle) else { return (handle, peer) }
      var told = peer
      told.session.expectNews()
      return (handle, told)
    }
  }

  var handles: [PeerHandle] { all.keys.sorted() }
  func handles(of key: String) -> [PeerHandle] {
    all.filter { $0.value.device.key == key }.keys.sorted()
  }

  var count: Int { all.count }
  /// Those that are not in sync yet, but for one device.
  func catchingUpCount(except key: String) -> Int {
    catchingUp.count { all[$0]?.device.key != key }
  }

  /// Takes a peer out, so that its session can be changed without a copy.
  mutating func take(_ handle: PeerHandle) -> Peer? {
    let peer = all.removeValue(forKey: handle)
    receiving.remove(handle)
    sending.remove(handle)
    catchingUp.remove(handle)
    deadlines[handle] = nil
    return peer
  }

  /// Puts a peer in, or back.
  mutating func put(_ peer: Peer, as handle: PeerHandle) {
    let session = peer.session
    if session.hasIncoming { receiving.insert(handle) }
    if session.hasOutgoing { sending.insert(handle) }
    if session.inSyncSince == nil, !session.isSettled { catchingUp.insert(handle) }
    deadlines[handle] = session.nextDeadline
    all[handle] = peer
  }

  mutating func remove(_ handle: PeerHandle) {
    _ = take(handle)
    outdated.remove(handle)
  }

  /// The store has changed: all but one have to be told.
  mutating func markOutdated(except handle: PeerHandle?) {
    for other in all.keys where other != handle { outdated.insert(other) }
  }

  /// Whether the peer has to be told that the store has changed; asked once.
  mutating func takeOutdated(_ handle: PeerHandle) -> Bool { outdated.remove(handle) != nil }

  var hasWork: Bool { !receiving.isEmpty || !sending.isEmpty || !outdated.isEmpty }

  /// The next in turn among those whose batches wait; now and then, and when none waits, among those
  /// that something may be sent to.
  mutating func nextTurn() -> Turn? {
    let waiting = sending.union(outdated)
    let limit = min(Self.commitsBeforeSending, receiving.count - 1)
    if !receiving.isEmpty, commitsInARow < limit || waiting.isEmpty {
      commitsInARow += 1
      return serve(next(in: receiving)).map { .commit($0) }
    }
    commitsInARow = 0
    return serve(next(in: waiting)).map { .work($0) }
  }

  private mutating func serve(_ handle: PeerHandle?) -> PeerHandle? {
    if let handle { lastServed = handle }
    return handle
  }

  private func next(in handles: Set<PeerHandle>) -> PeerHandle? {
    handles.filter { lastServed < $0 }.min() ?? handles.min()
  }

  var nextDeadline: Int64? { deadlines.values.min() }

  /// Those whose deadline has come, by handle.
  func due(at time: Int64) -> [PeerHandle] {
    deadlines.filter { $0.value <= time }.keys.sorted()
  }
}
