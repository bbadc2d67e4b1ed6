/// Expectations, each printed as it is met or missed.
public struct Checklist: Sendable {
  public private(set) var missed = 0

  public init() {}

  /// Prints `ok` or `WRONG`, what was looked at, and what was found.
  public mutating func expect<Value: Equatable>(_ what: String, _ found: Value, _ wanted: Value) {
    if found == wanted {
      say("ok     \(what): \(Self.words(found))")
    } else {
      missed += 1
      say("WRONG  \(what): \(Self.words(found)), expected \(Self.words(wanted))")
    }
  }

  /// Prints a figure that nothing is expected of.
  public func note(_ what: String, _ found: String) { say("       \(what): \(found)") }

  /// Throws when an expectation was missed.
  public func finish() throws(RigError) {
    if missed > 0 { throw RigError("\(missed) expectations were not met") }
    say("all expectations were met")
  }

  private static func words(_ value: some Equatable) -> String {
    if let number = value as? Int { return Figures.grouped(number) }
    return "\(value)"
  }
}
