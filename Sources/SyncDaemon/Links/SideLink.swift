import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import ZeroMQ

/// One side's sockets and the worker behind them. The loop drives it; it never waits.
protocol SideLink: AnyObject {
  /// The sockets to poll; asked for anew when ``pollGeneration`` has changed.
  var pollItems: [PollItem<LoopTag>] { get }
  var pollGeneration: Int { get }
  /// The monotonic time at which ``tick(at:store:)`` is wanted.
  var nextDeadline: Int64? { get }
  /// Whether ``work(at:store:)`` is wanted.
  var wantsWork: Bool { get }

  func start(at now: Instant, store: inout SQLiteStore) throws
  /// Something can be read at one of the poll items. Takes a bounded number of messages.
  func ready(_ tag: LoopTag, at now: Instant, store: inout SQLiteStore) throws
  func storeChanged(at now: Instant, store: inout SQLiteStore)
  func work(at now: Instant, store: inout SQLiteStore)
  func tick(at now: Instant, store: inout SQLiteStore)
  func stop(at now: Instant, store: inout SQLiteStore)
  /// The machine's link came back, or the machine woke up.
  func wake(_ reason: Wake, at now: Instant, store: inout SQLiteStore)
  /// A person asks for a sync; `answer` is called once, with one sentence and whether it succeeded.
  func syncNow(
    at now: Instant, store: inout SQLiteStore,
    answer: @escaping (_ isDone: Bool, _ words: String) -> Void)
  /// Ends the connection until it is resumed; what it returns says why that is not to be had here.
  func setPaused(_ isPaused: Bool, at now: Instant, store: inout SQLiteStore) -> ControlFailure?
  /// Reads the folder of authorized keys anew.
  func reloadKeys(at now: Instant, store: inout SQLiteStore)

  /// How things stand with the other side. Cost: a few look-ups in the store.
  func standing(at now: Instant, store: SQLiteStore) throws -> LinkStanding
  /// The machines that this side serves; `nil` on a laptop that serves none.
  func fleet(at now: Instant, store: SQLiteStore) -> Fleet?
  /// Whether this machine may be lost now, or what it has of `only` one project; `nil` on the side where
  /// everything ends up anyway.
  func leaveCheck(uncaptured: Int, only: ProjectID?, store: SQLiteStore) throws -> LeaveCheck?
  /// Ends the conversation and begins a new one, because the store has less than it said.
  func beginAnew(at now: Instant, store: inout SQLiteStore)
  /// Answers what is asked about who gets in.
  func administer(
    _ request: PeerRequest, at now: Instant, store: inout SQLiteStore
  ) throws -> [UInt8]
  /// What becomes of what `replica` wrote, where a bundle of `sender` brings it. Cost: a few look-ups.
  func ruling(
    on replica: ReplicaID, in project: ProjectID, from sender: Introduction, at now: Instant,
    store: SQLiteStore
  ) throws -> CarriedRuling
  /// A person says which machine made a bundle.
  func vouch(
    for sender: Introduction, as device: String, at now: Instant, store: inout SQLiteStore) throws
  /// The connection in one sentence, from memory.
  func connectionWords(at now: Instant) -> String
}

extension SideLink {
  func fleet(at now: Instant, store: SQLiteStore) -> Fleet? { nil }
}

enum Wake: Hashable, Sendable {
  case linkReturned, resumed
}

/// How the connection stands, for `status`.
struct LinkStanding {
  var connection: Status.Connection
  var isPaused = false
  var clockOffsetMilliseconds: Int64?
  /// Wall time of the last proof that both sides hold the same.
  var inSyncAt: Int64?
  var isInSync = false
  /// Changes that the peer has received and not yet committed.
  var received = 0
  /// Changes that the peer has said to have and this store has not.
  var coming: Int?
  /// The peer, once it said who it is.
  var peer: ReplicaID?
  var peers: [Status.Peer] = []
  /// How the machines stand whose changes belong in a report; empty on a laptop.
  var machines: [Report.Machine] = []
  /// How often the other side broke the protocol.
  var violations = 0
  /// Of this machine's own key.
  var fingerprint: String?

  /// Parts of the log that stop at a change too large to be sent.
  mutating func note(unsendable count: Int) {
    connection.unsendable = count > 0 ? count : nil
  }
}
