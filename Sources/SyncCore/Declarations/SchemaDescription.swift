extension Schema {
  /// The whole declaration as canonical text: one line a kind and one a field, in declared order.
  /// Two schemas merge and show alike when their texts are equal byte for byte; the schema hash of
  /// a session is made of it. Pure; cost by the number of fields.
  public var schemaDescription: String {
    kinds.map(\.schemaDescription).joined()
  }
}

extension KindDeclaration {
  fileprivate var schemaDescription: String {
    let key = naturalKey.joined(separator: ",")
    let head = "kind \(name) table \(table) lane \(lane.rawValue) key (\(key))\n"
    return fields.reduce(into: head) { $0 += "  \($1.schemaDescription)\n" }
  }
}

extension FieldDeclaration {
  fileprivate var schemaDescription: String {
    "\(name) \(type.schemaDescription) \(rule.schemaDescription)\(isPersonal ? " personal" : "")"
  }
}

extension FieldType {
  fileprivate var schemaDescription: String {
    switch self {
    case .text: "text"
    case .prose: "prose"
    case .integer: "integer"
    case .integerIn(let least, let greatest): "integer(\(least)...\(greatest))"
    case .boolean: "boolean"
    case .time: "time"
    case .choice(let values): "choice(\(values.joined(separator: ",")))"
    case .state: "state"
    case .reference(let kind): "reference(\(kind))"
    case .anyReference: "reference"
    case .money: "money"
    case .textSet: "textSet"
    case .referenceSet(let kind): "referenceSet(\(kind))"
    case .map: "map"
    }
  }
}

extension MergeRule {
  fileprivate var schemaDescription: String {
    switch self {
    case .immutable, .latest, .register, .text, .authority, .addWins, .removeWins, .earliest,
      .greatest, .sum, .latestPerKey:
      name
    case .strictest(let strictness): "\(name)(\(strictness.schemaDescription))"
    case .furthest(let order): "\(name)(\(order.joined(separator: "<")))"
    case .state(let lifecycle): "\(name)(\(lifecycle.schemaDescription))"
    }
  }
}

extension Strictness {
  fileprivate var schemaDescription: String {
    switch self {
    case .order(let values): values.joined(separator: "<")
    case .booleans(let strictest): strictest ? "true<false" : "false<true"
    case .smallerInteger: "smaller"
    }
  }
}

extension Lifecycle {
  fileprivate var schemaDescription: String {
    let order = ranks.map { $0.joined(separator: "=") }.joined(separator: "<")
    let pairs = undecided.map(\.schemaDescription).joined(separator: ",")
    let lists = [yielding, prevailing, decisions].map { $0.joined(separator: ",") }
    return "\(order);yield \(lists[0]);prevail \(lists[1]);decide \(lists[2]);undecided \(pairs)"
  }
}

extension Lifecycle.UndecidedPair {
  fileprivate var schemaDescription: String {
    switch self {
    case .states(let one, let other): "\(one)/\(other)"
    case .stateAndFrom(let state, let reached): "\(state)/\(reached)+"
    case .differentArguments(let state): "\(state):*"
    }
  }
}
