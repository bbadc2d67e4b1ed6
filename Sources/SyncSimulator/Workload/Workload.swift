import SyncCore

/// What people write, drawn from the declarations alone: every kind, every field, every rule. A few
/// records of each kind are written by everybody, so that people meet in the same cells.
struct Workload {
  let schema: Schema
  /// The records of each kind, by project.
  private var records: [ProjectID: [String: [RecordName]]] = [:]
  /// The kinds that this seed prefers.
  private let favourites: [String]

  /// Records of a kind that people write.
  private static let recordsPerKind = 3

  init(schema: Schema, projects: [ProjectID], using random: inout SplitMix64) {
    self.schema = schema
    favourites = schema.kinds.filter { $0.role.isOrdinary }.map(\.name).shuffled(using: &random)
      .prefix(5).map(\.self)
    for (number, project) in projects.enumerated() {
      makeRecords(of: project, number, using: &random)
    }
  }

  private mutating func makeRecords(
    of project: ProjectID, _ number: Int, using random: inout SplitMix64
  ) {
    var ids: [String: [RecordID]] = [:]
    for kind in schema.kinds {
      ids[kind.name] = (0..<Self.recordsPerKind).map { _ in RecordID(rawValue: random.uniqueID()) }
    }
    for kind in schema.kinds where kind.role.isOrdinary {
      var names: [RecordName] = []
      for index in 0..<Self.recordsPerKind {
        var name = RecordName(
          kind: kind.name, id: ids[kind.name]?[index] ?? Self.nobody, naturalKey: [])
        if kind.name == "project" { name.id = RecordID(rawValue: project.rawValue) }
        if !kind.naturalKey.isEmpty {
          name.naturalKey = kind.naturalKey.map { key in
            keyValue(kind.field(named: key)?.type ?? .text, ids, number, using: &random)
          }
          name.id = .derived(project: project, kind: kind.name, naturalKey: name.naturalKey)
        }
        if !names.contains(where: { $0.id == name.id }) { names.append(name) }
      }
      records[project, default: [:]][kind.name] = names
    }
  }

  /// How an erasure of somebody is named.
  func erasure(
    of kind: KindDeclaration, in project: ProjectID, using random: inout SplitMix64
  ) -> RecordName? {
    guard let subject = kind.subjectKind,
      let person = records[project]?[subject]?.randomElement(using: &random)
    else { return nil }
    let key: [Value] = [.text(person.id.description)]
    return RecordName(
      kind: kind.name, id: .derived(project: project, kind: kind.name, naturalKey: key),
      naturalKey: key)
  }

  /// What every personal value of a record ends with: it stands nowhere else.
  static func personalMark(of record: RecordID) -> String { "of person \(record)" }

  private static let nobody = RecordID(rawValue: UniqueID(high: 0, low: 0))

  private func keyValue(
    _ type: FieldType, _ ids: [String: [RecordID]], _ number: Int, using random: inout SplitMix64
  ) -> Value {
    switch type {
    case .reference(let kind):
      return .text((ids[kind]?.randomElement(using: &random) ?? Self.nobody).description)
    case .choice(let choices): return .text(choices.randomElement(using: &random) ?? "")
    case .text, .prose, .integer, .integerIn, .boolean, .time, .state, .anyReference, .money,
      .textSet, .referenceSet, .map:
      return .text("key \(number).\(Int.random(in: 1...3, using: &random))")
    }
  }

  /// A record that the software of `schema` knows.
  func record(
    in project: ProjectID, knownTo schema: Schema, using random: inout SplitMix64
  ) -> RecordName? {
    let kind: String?
    if Int.random(in: 0..<4, using: &random) > 0 {
      kind = favourites.randomElement(using: &random)
    } else {
      kind = schema.kinds.randomElement(using: &random)?.name
    }
    guard let kind, schema[kind] != nil else { return nil }
    return records[project]?[kind]?.randomElement(using: &random)
  }

  /// What a person does who looks at a row, or at its absence.
  func deed(
    on record: RecordName, _ row: SeenRow?, of kind: KindDeclaration, in project: ProjectID,
    using random: inout SplitMix64
  ) -> Deed? {
    guard let row else {
      return .insert(
        record, named(creation(of: kind, in: project, using: &random), record, kind))
    }
    if kind.name != "project", Int.random(in: 0..<14, using: &random) == 0 {
      return .delete(record)
    }
    var cells: [CellKey: Value] = [:]
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      guard let field = kind.fields.randomElement(using: &random), !kind.isKey(field) else {
        continue
      }
      if let (cell, value) = edit(of: field, row, in: project, using: &random) {
        cells[cell] = value
      }
    }
    return cells.isEmpty ? nil : .update(record, named(cells, record, kind))
  }

  private func named(
    _ cells: [CellKey: Value], _ record: RecordName, _ kind: KindDeclaration
  ) -> [CellKey: Value] {
    var cells = cells
    for field in kind.personalFields {
      guard let text = cells[CellKey(field.name)]?.text else { continue }
      cells[CellKey(field.name)] = .text("\(text) \(Self.personalMark(of: record.id))")
    }
    return cells
  }

  private func creation(
    of kind: KindDeclaration, in project: ProjectID, using random: inout SplitMix64
  ) -> [CellKey: Value] {
    var cells: [CellKey: Value] = [:]
    for field in kind.fields where !kind.isKey(field) && field.name != "channel" {
      guard field.name == "created_at" || Int.random(in: 0..<3, using: &random) == 0 else {
        continue
      }
      let cell = CellKey(field.name, element: element(of: field, in: project, using: &random))
      cells[cell] = value(of: field, in: project, using: &random)
    }
    cells[CellKey("channel")] = .text("lab")
    return cells
  }

  /// A change of one field of a row that is there; `nil` where its rule allows none.
  private func edit(
    of field: FieldDeclaration, _ row: SeenRow, in project: ProjectID,
    using random: inout SplitMix64
  ) -> (CellKey, Value)? {
    let element = element(of: field, in: project, using: &random)
    let cell = CellKey(field.name, element: element)
    let old = row.cells[cell]
    switch field.rule {
    case .immutable:
      guard old == nil else { return nil }
    case .addWins, .removeWins:
      if old != nil { return (cell, .boolean(false)) }
    case .latest, .register, .text, .authority, .strictest, .furthest, .earliest, .greatest, .sum,
      .state, .latestPerKey:
      if old != nil, field.name != "channel", Int.random(in: 0..<12, using: &random) == 0 {
        return (cell, .null)
      }
    }
    if case .prose = field.type, let text = old?.text {
      return (cell, .text(Prose.edited(text, using: &random)))
    }
    return (cell, value(of: field, in: project, using: &random))
  }

  private func element(
    of field: FieldDeclaration, in project: ProjectID, using random: inout SplitMix64
  ) -> String? {
    switch field.type {
    case .textSet, .map: return ["red", "green", "blue"].randomElement(using: &random)
    case .referenceSet(let kind):
      return records[project]?[kind]?.randomElement(using: &random)?.id.description
        ?? Self.nobody.description
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money:
      return nil
    }
  }

  private func value(
    of field: FieldDeclaration, in project: ProjectID, using random: inout SplitMix64
  ) -> Value {
    let number = Int64.random(in: 0...9, using: &random)
    switch field.type {
    case .text: return .text("word \(number)")
    case .prose: return .text(Prose.fresh(using: &random))
    case .integer: return .integer(number)
    case .integerIn(let low, let high): return .integer(min(max(low, number - 1), high))
    case .boolean: return .boolean(number < 5)
    case .time: return .integer(1_772_384_400_000 + number * 60_000)
    case .choice(let choices): return .text(choices.randomElement(using: &random) ?? "")
    case .state: return .text(state(of: field, number, using: &random))
    case .reference(let kind):
      let id = records[project]?[kind]?.randomElement(using: &random)?.id ?? Self.nobody
      return .text(id.description)
    case .anyReference: return .text(RecordID(rawValue: project.rawValue).description)
    case .money: return .text("\(number) EUR")
    case .textSet, .referenceSet: return .boolean(true)
    case .map: return .text("value \(number)")
    }
  }

  private func state(
    of field: FieldDeclaration, _ number: Int64, using random: inout SplitMix64
  ) -> String {
    guard case .state(let lifecycle) = field.rule else { return "" }
    let state = lifecycle.states.randomElement(using: &random) ?? ""
    let takesArgument = lifecycle.undecided.contains(.differentArguments(state))
    return takesArgument ? "\(state):\(number)" : state
  }
}

/// Texts of a few sentences, so that edits meet in one sentence or pass each other by.
enum Prose {
  static func fresh(using random: inout SplitMix64) -> String {
    (0..<3).map { sentence($0, using: &random) }.joined(separator: " ")
  }

  private static func sentence(_ place: Int, using random: inout SplitMix64) -> String {
    let place = ["First", "Then", "Last"][place % 3]
    return "\(place) comes number \(Int.random(in: 0...9, using: &random))."
  }

  /// The text with one sentence written anew, put in or taken out.
  static func edited(_ text: String, using random: inout SplitMix64) -> String {
    var sentences = text.split(separator: ".").map {
      "\($0.drop { $0 == " " })."
    }
    let place = Int.random(in: 0...sentences.count, using: &random)
    let new = sentence(place, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0 where sentences.count < 6: sentences.insert(new, at: place)
    case 1 where sentences.count > 1 && place < sentences.count: sentences.remove(at: place)
    default:
      if place < sentences.count { sentences[place] = new } else { sentences.append(new) }
    }
    return sentences.prefix(8).joined(separator: " ")
  }
}
