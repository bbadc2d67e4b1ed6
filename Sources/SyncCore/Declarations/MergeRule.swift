/// How concurrent values of one cell become one shown value. A field's rule never changes: a new
/// rule is a new field. The normative text is the article <doc:MergeRules>.
public enum MergeRule: Hashable, Sendable {
  /// Set at creation. Least (HLC, replica) shown; different values are an open conflict.
  case immutable
  /// A low-stakes register. Greatest (HLC, replica) shown; settled.
  case latest
  /// A value people will miss. Greatest (HLC, replica) shown; different values are open.
  case register
  /// Prose, merged by sentence or line.
  case text
  /// The organisation's decisions. Highest stamped authority shown.
  case authority
  /// A set whose element is present if some add was not seen by a remove.
  case addWins
  /// A set whose element is absent if some remove was not seen by an add.
  case removeWins
  /// The most restrictive value shown; a looser one replaces it only by having seen it.
  case strictest(Strictness)
  /// One-way progress through these values, in order. The furthest shown; settled.
  case furthest([String])
  /// The least value; no conflict.
  case earliest
  /// The greatest value; no conflict.
  case greatest
  /// Increments that add up, each exactly once.
  case sum
  /// A lifecycle.
  case state(Lifecycle)
  /// A map of strings, each key `latest`.
  case latestPerKey

  /// Whether the field holds a set or a map, whose elements are cells of their own.
  public var isKeyed: Bool {
    switch self {
    case .addWins, .removeWins, .latestPerKey: true
    case .immutable, .latest, .register, .text, .authority, .strictest, .furthest, .earliest,
      .greatest, .sum, .state:
      false
    }
  }

  /// The rule's name in listings and in the catalog.
  public var name: String {
    switch self {
    case .immutable: "immutable"
    case .latest: "latest"
    case .register: "register"
    case .text: "text"
    case .authority: "authority"
    case .addWins: "addWins"
    case .removeWins: "removeWins"
    case .strictest: "strictest"
    case .furthest: "furthest"
    case .earliest: "earliest"
    case .greatest: "greatest"
    case .sum: "sum"
    case .state: "state"
    case .latestPerKey: "latestPerKey"
    }
  }
}

/// What "more restrictive" means for a field.
public enum Strictness: Hashable, Sendable {
  /// These values, the strictest first. A value not among them is the strictest of all: what an
  /// older software does not understand it does not loosen.
  case order([String])
  /// False or true, the strictest first.
  case booleans(strictest: Bool)
  /// Smaller integers are stricter.
  case smallerInteger

  /// A number that is smaller the stricter `value` is. Absent is the strictest.
  public func rank(of value: Value) -> Int64 {
    switch (self, value) {
    case (_, .null): Int64.min
    case (.order(let order), .text(let text)): Int64(order.firstIndex(of: text) ?? -1)
    case (.booleans(let strictest), .boolean(let flag)): flag == strictest ? 0 : 1
    case (.smallerInteger, .integer(let integer)): integer
    default: -1
    }
  }
}
