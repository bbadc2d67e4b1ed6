import SyncCore

/// Finds the last sequence at which two chains of one origin agree, by asking for the hash at one
/// sequence after the other: first at the end of the shorter chain, then halfway between what is
/// known to agree and what is known to differ. Cost: the logarithm of the chain's length in round
/// trips.
struct ForkSearch: Hashable, Sendable {
  let project: ProjectID
  let origin: Origin
  /// The chains are equal up to here; 0 is before the first change.
  private(set) var agreed: UInt64 = 0
  /// The chains differ here, or one of them has ended before.
  private var differing: UInt64
  private var hasLookedAtEnd = false

  /// `shorter` is where the shorter chain ends.
  init(project: ProjectID, origin: Origin, shorter: UInt64) {
    self.project = project
    self.origin = origin
    differing = shorter + 1
  }

  /// The sequence to ask for; `nil` when ``agreed`` is the answer.
  var next: UInt64? {
    guard differing - agreed > 1 else { return nil }
    return hasLookedAtEnd ? agreed + (differing - agreed) / 2 : differing - 1
  }

  mutating func take(_ sequence: UInt64, isEqual: Bool) {
    hasLookedAtEnd = true
    if isEqual {
      agreed = max(agreed, sequence)
    } else {
      differing = min(differing, sequence)
    }
  }
}

/// What a side looks into when a chain of its own store is not the other side's.
enum Inquiry: Hashable, Sendable {
  /// This store is an older copy of one that went on, or another goes on under its name: where do
  /// its own chains and the other side's part?
  case fork([ForkSearch], found: ForkPoints)
  /// The copies of what a third replica wrote differ: from where on?
  case repair(ForkSearch)

  /// The search at hand.
  var search: ForkSearch? {
    switch self {
    case .fork(let searches, _): searches.first
    case .repair(let search): search
    }
  }
}
