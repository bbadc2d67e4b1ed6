/// Counts the calls that a store gets and makes one of them fail.
public final class FaultPlan {
  public private(set) var calls = 0
  /// The call, counted from 1, that fails; `nil` for none.
  public var failingCall: Int?

  public init() {}

  func check(_ call: String) throws(StoreFault) {
    calls += 1
    if calls == failingCall { throw StoreFault(call: call, number: calls) }
  }
}

/// The failure that was planned.
public struct StoreFault: Error, Hashable, Sendable, CustomStringConvertible {
  public var call: String
  public var number: Int

  public var description: String { "\(call): the planned failure of call \(number)" }
}
