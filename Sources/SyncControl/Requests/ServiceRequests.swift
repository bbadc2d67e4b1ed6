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
