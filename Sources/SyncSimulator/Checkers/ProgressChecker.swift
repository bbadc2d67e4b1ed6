/// Once faults stop, everything drains, and every pair that is left proves to be in sync.
public struct ProgressChecker: Checker {
  public let claim = "once faults stop, everything drains and every pair proves in sync"

  public init() {}

  public mutating func conclude(_ world: World) throws {
    guard world.corrupted.isEmpty, !world.isDrained else { return }
    let standing = world.remaining.map { machine in
      let words = machine.lab.map { $0.connectionWords(at: world.now(machine)) }
      return "\(machine.name) \(machine.state) \(words ?? "")"
    }
    world.report(
      claim,
      "not within \(world.options.drainMilliseconds / 1_000) s: "
        + standing.joined(separator: "; "))
  }
}
