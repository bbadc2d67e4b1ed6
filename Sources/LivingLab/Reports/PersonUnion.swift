/// Which participants are one person, for counting: decided ("same"), and asked and not decided yet.
///
/// Contributions keep their ids; a verdict that is taken back separates the counts again.
public struct PersonUnion: Hashable, Sendable {
  /// Each to a smaller id that it is joined with.
  private let decided: [String: String]
  private let suspected: [String: String]
  private let excludedIDs: Set<String>

  /// - Parameters:
  ///   - links: pairs of participants and whether they are the same; nil is not decided.
  ///   - excluded: the erased, and those who withdrew their consent to the process. They are in no
  ///     figure about people, and neither is whoever is the same person.
  public init(links: [(a: String, b: String, isSame: Bool?)], excluded: Set<String> = []) {
    var decided: [String: String] = [:]
    var suspected: [String: String] = [:]
    for link in links where link.isSame != false {
      Self.join(link.a, link.b, in: &suspected)
      if link.isSame == true { Self.join(link.a, link.b, in: &decided) }
    }
    let known = Set(links.flatMap { [$0.a, $0.b] })
    let roots = Set(excluded.map { [decided] in Self.root(of: $0, in: decided) })
    self.decided = decided
    self.suspected = suspected
    excludedIDs = excluded.union(
      known.filter { [decided] in roots.contains(Self.root(of: $0, in: decided)) })
  }

  /// In no figure about people; sorted.
  public var excluded: [String] { excludedIDs.sorted() }
  /// Participants that are, or may be, another one too; sorted.
  public var linked: [String] { Set(suspected.keys).union(suspected.values).sorted() }

  /// The participants of a set as people: at least, at most.
  public func count(_ participants: some Sequence<String>) -> ClosedRange<Int64> {
    let counted = participants.filter { !excludedIDs.contains($0) }
    let most = Set(counted.map(person)).count
    let least = Set(counted.map { Self.root(of: $0, in: suspected) }).count
    return Int64(least)...Int64(most)
  }

  /// How many people are in at least two of the sessions: if the suspected are different, and if they
  /// are the same. The smaller one first.
  public func returning(
    _ attendances: some Sequence<(participant: String, session: String)>
  ) -> ClosedRange<Int64> {
    let pairs = attendances.filter { !excludedIDs.contains($0.participant) }
    func returning(by name: (String) -> String) -> Int64 {
      var sessions: [String: Set<String>] = [:]
      for pair in pairs { sessions[name(pair.participant), default: []].insert(pair.session) }
      return Int64(sessions.values.count { $0.count > 1 })
    }
    let apart = returning(by: person)
    let together = returning { Self.root(of: $0, in: suspected) }
    return min(apart, together)...max(apart, together)
  }

  /// One name for all the participants that are decided to be this person.
  public func person(_ participant: String) -> String { Self.root(of: participant, in: decided) }

  public func isExcluded(_ participant: String) -> Bool { excludedIDs.contains(participant) }

  /// The least of the ids that are joined with this one.
  private static func root(of id: String, in parents: [String: String]) -> String {
    var root = id
    while let parent = parents[root] { root = parent }
    return root
  }

  private static func join(_ a: String, _ b: String, in parents: inout [String: String]) {
    let (one, other) = (root(of: a, in: parents), root(of: b, in: parents))
    if one != other { parents[max(one, other)] = min(one, other) }
  }
}
