/// Asks how things stand. Answered from memory, at once.
public struct StatusRequest: ControlQuestion {
  public typealias Answer = Status
  public static let name = ControlRequest.Name.status

  public init() {}
}

/// Asks to connect now, to stop for a while, or to go on.
public struct SyncRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.sync

  public enum Action: String, Codable, CaseIterable, Hashable, Sendable {
    /// Connects at once, whatever the backoff says; while a sync runs, another follows it.
    case now
    /// Ends the connection and makes none until `resume`. Capture goes on.
    case pause
    case resume
  }

  public var action: Action

  public init(action: Action) { self.action = action }
}

/// Asks whether this machine may be lost now. Syncs first, and is answered when that is done.
public struct LeaveCheckRequest: ControlQuestion {
  public typealias Answer = LeaveAnswer
  public static let name = ControlRequest.Name.leaveCheck

  public init() {}
}

/// Asks to compute a part of the log's chains anew. Go on with the cursor of the answer until it has
/// none.
public struct VerifyRequest: ControlQuestion {
  public typealias Answer = VerifyPage
  public static let name = ControlRequest.Name.verify

  public var cursor: String?

  public init(cursor: String? = nil) { self.cursor = cursor }
}

/// Asks to take a damaged chain of another machine off the log from a change on, and to fetch it
/// anew.
public struct RepairRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.repair

  public var project: String
  public var replica: String
  public var lane: Int
  /// The first change that goes.
  public var sequence: Int64

  public init(project: String, replica: String, lane: Int, sequence: Int64) {
    self.project = project
    self.replica = replica
    self.lane = lane
    self.sequence = sequence
  }
}
