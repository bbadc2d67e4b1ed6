import SyncCore

/// A peer's mistake, as a value: counted and said, never a reason to stop.
public enum PeerViolation: Hashable, Sendable {
  case unexpected(message: String)
  case batchNumber(expected: UInt64, found: UInt64)
  case overCredit(granted: Int, found: Int)
  case projectNotShared(ProjectID)
  case unknownBatch(UInt64)
  case unknownPing(UInt64)
  case gap(Origin, expected: UInt64, found: UInt64)
  case forged(Dot, reason: String)
  /// The welcome contradicts the hello that it answers.
  case contradiction(ProjectID)
  case version(UInt8)
  /// The bytes were no message at all.
  case undecodable(words: String)

  /// The kind's name in metrics.
  public var name: String {
    switch self {
    case .unexpected: "unexpected"
    case .batchNumber: "batch number"
    case .overCredit: "over credit"
    case .projectNotShared: "project not shared"
    case .unknownBatch: "unknown batch"
    case .unknownPing: "unknown ping"
    case .gap: "gap"
    case .forged: "forged"
    case .contradiction: "contradiction"
    case .version: "version"
    case .undecodable: "undecodable"
    }
  }
}

extension PeerViolation: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpected(let message): "a \(message) at this point"
    case .batchNumber(let expected, let found): "batch \(found) where \(expected) was due"
    case .overCredit(let granted, let found):
      "\(found) bytes unacknowledged where \(granted) were granted"
    case .projectNotShared(let project): "project \(project) is not shared with it"
    case .unknownBatch(let number): "batch \(number) was never sent or is acknowledged already"
    case .unknownPing(let number): "an answer to ping \(number), which was never sent"
    case .gap(let origin, let expected, let found):
      "change \(found) of \(origin.replica) in lane \(origin.lane.rawValue) where \(expected) was due"
    case .forged(let dot, let reason): "change \(dot): \(reason)"
    case .contradiction(let project): "project \(project) is called equal and is not"
    case .version(let version): "protocol version \(version), which was not offered"
    case .undecodable(let words): words
    }
  }
}
