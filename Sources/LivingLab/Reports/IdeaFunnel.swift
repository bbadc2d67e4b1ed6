import SyncCore

/// How far ideas have come, from how many show each state.
public struct IdeaFunnel: Hashable, Sendable {
  /// A step of the lifecycle and how many ideas have reached it.
  public struct Step: Hashable, Sendable {
    public var state: String
    public var reached: Int64
  }

  public var all: Int64 = 0
  /// By what is shown, without an argument. No state is `captured`.
  public var states: [String: Int64] = [:]

  public init(_ counts: [(state: String?, count: Int64)]) {
    for (state, count) in counts {
      all += count
      states[Lifecycle.name(of: state ?? "captured"), default: 0] += count
    }
  }

  /// Accepted, or further on.
  public var accepted: Int64 { reached("accepted") - states["rejected", default: 0] }
  public var rejected: Int64 { states["rejected", default: 0] }
  public var inPractice: Int64 {
    states["released", default: 0] + states["implemented", default: 0]
  }

  /// Every step; an idea has reached each step up to the one it shows. A rejected idea was decided and
  /// went no further. What was withdrawn, hidden, merged or expired, and what is contested, shows no
  /// step: how far it had come is not counted beyond the first.
  public var steps: [Step] {
    LivingLab.ideaLifecycle.ranks.flatMap { states -> [Step] in
      guard let first = states.first else { return [] }
      if first == LivingLab.ideaLifecycle.ranks.first?.first {
        return [Step(state: first, reached: all)]
      }
      if states.contains("rejected") {
        return [
          Step(state: "decided", reached: reached(first)),
          Step(state: "accepted", reached: accepted),
        ]
      }
      return [Step(state: first, reached: reached(first))]
    }
  }

  /// States beside the order of progress that ideas show, by name.
  public var besides: [(state: String, count: Int64)] {
    states.filter { LivingLab.ideaLifecycle.rank(of: $0.key) < 0 }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  private func reached(_ state: String) -> Int64 {
    let lifecycle = LivingLab.ideaLifecycle
    let rank = lifecycle.rank(of: state)
    return states.reduce(0) { $0 + (lifecycle.rank(of: $1.key) >= rank ? $1.value : 0) }
  }
}
