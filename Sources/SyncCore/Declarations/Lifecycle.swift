/// The states that a record goes through, and what is shown when two people moved it differently.
public struct Lifecycle: Hashable, Sendable {
  /// The states in order of progress; those in one inner list share a rank.
  public var ranks: [[String]]
  /// States outside that order, which yield to every ranked state.
  public var yielding: [String]
  /// States that are shown before all others, the first one first; the lab is told (rule 1).
  public var prevailing: [String]
  /// States that are decisions of the organisation: of two, the one of higher authority stands
  /// (rule 2).
  public var decisions: [String]
  /// Pairs that nobody may decide silently (rule 3).
  public var undecided: [UndecidedPair]

  public init(
    ranks: [[String]], yielding: [String] = [], prevailing: [String] = [],
    decisions: [String] = [], undecided: [UndecidedPair] = []
  ) {
    self.ranks = ranks
    self.yielding = yielding
    self.prevailing = prevailing
    self.decisions = decisions
    self.undecided = undecided
  }

  /// Shown where the values that remain can not be decided. Never written.
  public static let contested = "contested"

  /// A pair of states that conflict when both are live.
  public enum UndecidedPair: Hashable, Sendable {
    case states(String, String)
    /// The first beside anything that has reached the second.
    case stateAndFrom(String, String)
    /// Two different values of a state that carries an argument (`merged:<idea>`).
    case differentArguments(String)
  }

  /// Every state that may be written, ranked ones first.
  public var states: [String] { ranks.flatMap(\.self) + yielding + prevailing }

  /// The state without its argument: `merged` of `merged:<idea>`.
  public static func name(of state: String) -> String {
    state.firstIndex(of: ":").map { String(state[..<$0]) } ?? state
  }

  /// The place of a state in the order of progress; states outside it come before the first.
  public func rank(of state: String) -> Int {
    let name = Self.name(of: state)
    if let rank = ranks.firstIndex(where: { $0.contains(name) }) { return rank }
    return -1 - (yielding.firstIndex(of: name) ?? yielding.count)
  }

  /// Whether a state has a place in the order of progress.
  func isRanked(_ state: String) -> Bool { rank(of: state) >= 0 }

  /// Whether two live states are an undecided pair.
  func isUndecided(_ left: String, _ right: String) -> Bool {
    undecided.contains { pair in
      switch pair {
      case .states(let one, let other):
        let names = [Self.name(of: left), Self.name(of: right)]
        return names == [one, other] || names == [other, one]
      case .stateAndFrom(let state, let reached):
        return left == state && rank(of: right) >= rank(of: reached) && right != state
          || right == state && rank(of: left) >= rank(of: reached) && left != state
      case .differentArguments(let state):
        return left != right && Self.name(of: left) == state && Self.name(of: right) == state
      }
    }
  }
}
