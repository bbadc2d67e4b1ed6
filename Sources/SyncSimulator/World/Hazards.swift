import SyncCore

/// What may happen to a world, every evil a field of its own. The weights are relative to each other:
/// a fault with weight 0 never happens, one with weight 4 four times as often as one with weight 1.
public struct Hazards: Hashable, Sendable {
  /// Milliseconds between two faults, drawn evenly; no faults where it is `nil`.
  public var faultIntervalMilliseconds: ClosedRange<Int64>? = 20...800
  /// How often each fault happens that strikes during a run.
  public var weights: [Fault: Int] = [:]

  // The network.
  /// Milliseconds that a frame is under way.
  public var delayMilliseconds: ClosedRange<Int64> = 1...40
  /// Bytes that pass a laptop's link in a second, each way; `nil` is no limit.
  public var bytesPerSecond: Int64?
  /// Frames that a connection holds before the sender's queue is full.
  public var queueFrames = 1_000
  /// Of a thousand ends of connections that the other end is told of, how many it never hears of.
  public var halfOpenPerThousand = 0
  /// Of a thousand dials into a link that is down, how many are never answered at all.
  public var deafDialsPerThousand = 0
  /// Of a thousand frames, how many arrive as something that is no message.
  public var garbledFramesPerThousand = 0

  // The clocks.
  /// How much faster or slower clocks run, in millionths.
  public var driftPerMillion: Int64 = 0
  /// Clocks that begin up to this many years off.
  public var yearsOff: Int64 = 0

  // The machines.
  /// Of a thousand machines, how many begin with an older software.
  public var olderSoftwarePerThousand = 0

  /// Of a thousand laptops, how many begin with a key that the online side does not know.
  public var strangersPerThousand = 0

  public init() {}

  /// Nothing bad at all.
  public static var none: Hazards {
    var hazards = Hazards()
    hazards.faultIntervalMilliseconds = nil
    return hazards
  }

  /// The faults that strike in the middle of a run.
  static let striking: [Fault] = [
    .swizzle, .partition, .oneWayLink, .brokenConnection, .halfOpenConnection, .slowReader,
    .crashBeforeCall, .crashInsideCall, .crashAfterCall, .failedCall, .fullDisk,
    .undecodableChange, .unsoundChange, .clockJump, .restart, .suspend, .upgrade, .lostLaptop,
    .pause,
  ]

  /// A drawn set: about half of the evils, so that each is also seen without the others ("swarm
  /// testing", Groce et al. 2012). Corruption comes alone, in one seed of twelve.
  public static func drawn(using random: inout SplitMix64) -> Hazards {
    var hazards = Hazards()
    for fault in striking where Bool.random(using: &random) {
      hazards.weights[fault] = Int.random(in: 1...6, using: &random)
    }
    if let weight = hazards.weights[.lostLaptop] { hazards.weights[.lostLaptop] = (weight + 3) / 4 }
    if Int.random(in: 0..<12, using: &random) == 0 { hazards.weights[.corruptedChange] = 4 }
    if Int.random(in: 0..<6, using: &random) == 0 { hazards.weights[.rollback] = 2 }
    if Int.random(in: 0..<6, using: &random) == 0 { hazards.weights[.clone] = 1 }
    // Drawn aside, so that the seeds that were there before are what they were.
    var aside = random
    aside = SplitMix64(seed: ~aside.next())
    if Int.random(in: 0..<4, using: &aside) == 0 { hazards.weights[.shutOut] = 3 }
    if Int.random(in: 0..<4, using: &aside) == 0 { hazards.strangersPerThousand = 500 }
    var apart = aside
    if Int.random(in: 0..<12, using: &apart) == 0 { hazards.restoreOnline() }
    hazards.faultIntervalMilliseconds = 10...(Int64.random(in: 60...1_500, using: &random))
    switch Int.random(in: 0..<4, using: &random) {
    case 0: hazards.delayMilliseconds = 0...2
    case 1: hazards.delayMilliseconds = 200...900
    default: break
    }
    if Int.random(in: 0..<4, using: &random) == 0 { hazards.bytesPerSecond = 4_000 }
    if Int.random(in: 0..<4, using: &random) == 0 { hazards.queueFrames = 8 }
    if Bool.random(using: &random) { hazards.halfOpenPerThousand = 300 }
    if Bool.random(using: &random) { hazards.deafDialsPerThousand = 300 }
    if Int.random(in: 0..<4, using: &random) == 0 { hazards.garbledFramesPerThousand = 5 }
    if Bool.random(using: &random) { hazards.driftPerMillion = 2_000 }
    if Int.random(in: 0..<3, using: &random) == 0 { hazards.yearsOff = 17 }
    if Int.random(in: 0..<3, using: &random) == 0 { hazards.olderSoftwarePerThousand = 400 }
    return hazards
  }

  /// Puts the online side back from a backup now and then. With it go who was let in and shut out since, so
  /// that those who ask for that are in other seeds; and what a laptop's copy and what the online side
  /// each lost are asked apart.
  private mutating func restoreOnline() {
    for fault in [Fault.shutOut, .corruptedChange, .rollback, .clone] { weights[fault] = nil }
    strangersPerThousand = 0
    weights[.restoredOnline] = 1
  }
}
