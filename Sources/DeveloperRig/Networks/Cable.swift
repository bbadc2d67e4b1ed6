/// What a cable does to the frames of one machine, each way.
public struct Cable: Hashable, Sendable {
  /// On the way of each frame.
  public var delayMilliseconds = 0
  /// The share of frames that are lost each way.
  public var lossPercent = 0
  /// How much passes each way; nil for no limit. What does not fit waits, up to ``queueBytes``.
  public var kilobitsPerSecond: Int?
  /// Frames towards the machine vanish without a sign.
  public var losesInbound = false
  /// Frames from the machine vanish without a sign.
  public var losesOutbound = false

  /// What waits before a slow cable at the most; what comes then is lost, as in any router.
  public static let queueBytes = 64 * 1024

  public init() {}

  /// A satellite or a bad telephone.
  public static let slow: Cable = {
    var cable = Cable()
    cable.delayMilliseconds = 600
    cable.lossPercent = 2
    cable.kilobitsPerSecond = 30
    return cable
  }()
}

/// One direction of a cable: what is in front of the next frame.
struct CableQueue {
  private var freeAtMicroseconds = 0

  /// When a frame that enters now comes out at the other end; nil when it is lost.
  mutating func passage(
    of bytes: Int, through cable: Cable, loses: Bool, at now: Int,
    chance: inout SeededGenerator
  ) -> Int? {
    guard !loses, Int.random(in: 0..<100, using: &chance) >= cable.lossPercent else { return nil }
    guard let rate = cable.kilobitsPerSecond else { return now + cable.delayMilliseconds * 1000 }
    let start = max(now, freeAtMicroseconds)
    // A kilobit a second is a bit a millisecond.
    guard (start - now) * rate / 8000 <= Cable.queueBytes else { return nil }
    freeAtMicroseconds = start + bytes * 8000 / rate
    return freeAtMicroseconds + cable.delayMilliseconds * 1000
  }
}
