import SyncCore
import SyncProtocol

/// What a lab's worker is told.
public enum LabInput: Hashable, Sendable {
  /// Begin: dial the first endpoint.
  case start
  /// The secured connection that was asked for stands.
  case transportConnected
  /// It could not be made, for a reason that completes a sentence: `nothing answers`.
  case transportFailed(words: String)
  /// It stood and is gone.
  case disconnected(words: String)
  case message(Message)
  /// A frame arrived that is no message.
  case undecodable(words: String)
  /// A deadline may have passed.
  case tick
  /// Do one bounded piece of work; wanted after ``LabOutput/requestWork``.
  case work
  /// Something makes it likely that the other side can be reached now.
  case wake(WakeReason)
  case pause
  case resume
  /// A person wants to see both sides in sync; answered by ``LabEvent/answered(_:_:)``.
  case syncNow(SyncRequest)
  /// Changes were captured in this store.
  case storeChanged
  /// The daemon stops.
  case stop
}

public enum WakeReason: Hashable, Sendable {
  /// The machine's link or address came back.
  case linkReturned
  /// The machine was asleep.
  case resumed
}

/// The number of somebody's wish to sync now, made by whoever asks.
public struct SyncRequest: Hashable, Comparable, Sendable {
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a lab's worker wants done, in order.
public enum LabOutput: Hashable, Sendable {
  /// Make a new socket and connect it to the configured endpoint at this index.
  case dial(endpoint: Int)
  /// Destroy the socket, with whatever is in it.
  case hangUp
  case send(Message)
  case event(LabEvent)
  /// Give ``LabInput/work`` soon: once, however often this is said before.
  case requestWork
}

/// What is worth a line in a log, a metric or `status`.
public enum LabEvent: Hashable, Sendable {
  case dialing(endpoint: Int)
  case waiting(milliseconds: Int64, why: String)
  /// The other side answered and does not let this device in.
  case refused(words: String)
  case session(SessionEvent)
  case sessionEnded(SessionEnding)
  /// Another machine uses this device's key: a new key pair has to be made before the next dial.
  case keyShared(words: String)
  /// The store could not do its part; nothing was acknowledged, and it is tried again.
  case storeFailed(words: String)
  case answered(SyncRequest, SyncAnswer)
}

/// How a pass that somebody asked for ended.
public enum SyncAnswer: Hashable, Sendable {
  case inSync(at: Instant)
  /// Everything was exchanged, and the two sides do not hold the same.
  case different
  /// The two sides share no project, so that there is nothing to exchange.
  case nothingShared
  /// The pass could not be made, for this reason.
  case failed(words: String)
}
