import SyncCore

/// Every limit on who knocks, in one place. What the other side is told when it passes one is in the
/// table of <doc:Security>.
enum GateLimits {
  /// Hellos of machines that are not admitted which are answered in words, of all together.
  static let helloRate = TokenBucket(perSecond: 50, burst: 100)
  /// Their hellos above that which are told to come back, and their other messages that are answered.
  /// What is above this gets no answer.
  static let answerRate = TokenBucket(perSecond: 200, burst: 200)
  /// Machines that are noted as pending.
  static let noteRate = TokenBucket(perSecond: 2, burst: 20)
  /// Hellos of one admitted device.
  static let deviceHelloRate = TokenBucket(perSecond: 2, burst: 20)
  /// Devices whose hellos are counted each for itself.
  static let countedDevices = 4_096
  /// The wait that is named to who comes too often.
  static let comeBackMilliseconds: UInt32 = 10_000
  /// Open files and connections above which the door is shut to new connections. Half of it is for
  /// machines that are not let in.
  static let descriptors = 4_096
  /// The door is shut, too, where fewer than this are left of what the process may have open: those
  /// that have come and are not accepted yet (512), and everything that is no connection.
  static let descriptorsInReserve = 768
  /// How often it is looked whether connections have gone.
  static let doorLookMilliseconds: Int64 = 1_000
  /// A door that shuts again and again is spoken of this often.
  static let doorWordsMilliseconds: Int64 = 60_000
  /// UTF-8 bytes of the name under which a pending machine is listed.
  static let pendingNameBytes = 100
  /// What is kept of one device that was shut out. The batch that passes it is still kept.
  static let held = BatchBounds(bytes: 256 << 20, rows: 100_000)
  /// Days that an invitation may be good for.
  static let longestInvitationDays = 90
  /// The longest addresses and the most of them in an invitation.
  static let invitedEndpoints = 8
}

/// So many at once and so many a second afterwards.
struct TokenBucket: Hashable, Sendable {
  private let perSecond: Int64
  private let burst: Int64
  /// In thousandths.
  private var left: Int64
  private var last: Int64?

  init(perSecond: Int64, burst: Int64) {
    self.perSecond = perSecond
    self.burst = burst
    left = burst * 1_000
  }

  /// Whether there is one more, which is taken.
  mutating func take(at milliseconds: Int64) -> Bool {
    let passed = max(0, milliseconds - (last ?? milliseconds))
    last = milliseconds
    left = min(burst * 1_000, left + min(passed, 3_600_000) * perSecond)
    guard left >= 1_000 else { return false }
    left -= 1_000
    return true
  }
}
