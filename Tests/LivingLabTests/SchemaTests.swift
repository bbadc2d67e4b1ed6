import LivingLab
import SyncCore
import Testing

@Suite("The schema")
struct SchemaTests {
  static let kinds = LivingLab.schema.kinds

  @Test("declares every kind and table once")
  func names() {
    #expect(Self.kinds.count == 25)
    #expect(Set(Self.kinds.map(\.name)).count == Self.kinds.count)
    #expect(Set(Self.kinds.map(\.table)).count == Self.kinds.count)
    #expect(LivingLab.schema["idea"]?.table == "ideas")
    #expect(LivingLab.schema.kind(namedOrTabled: "ideas")?.name == "idea")
  }

  @Test("names fields that SQL can quote and that are no column of the store's", arguments: kinds)
  func fields(kind: KindDeclaration) {
    let reserved = [
      "id", "project", "revision", "seen", "changed_by", "changed_for", CellKey.deletion.field,
    ]
    #expect(Set(kind.fields.map(\.name)).count == kind.fields.count)
    for name in kind.fields.map(\.name) {
      #expect(
        name.utf8.allSatisfy { byte in
          (97...122).contains(byte) || (48...57).contains(byte)
            || byte == 95
        })
      #expect(!reserved.contains(name), "\(kind.name).\(name)")
    }
    #expect(kind.fields.suffix(3).map(\.name) == ["created_at", "channel", "extra"])
  }

  @Test("has natural keys of immutable fields with one value", arguments: kinds)
  func keys(kind: KindDeclaration) {
    for name in kind.naturalKey {
      let field = kind.field(named: name)
      #expect(field?.rule == .immutable, "\(kind.name).\(name)")
      #expect(field.map(kind.isKey) == true)
      #expect(field?.isPersonal == false)
    }
  }

  @Test("gives every field a type that its rule can merge", arguments: kinds)
  func types(kind: KindDeclaration) {
    for field in kind.fields {
      let isKeyedType =
        switch field.type {
        case .textSet, .referenceSet, .map: true
        default: false
        }
      #expect(field.rule.isKeyed == isKeyedType, "\(kind.name).\(field.name)")
      if case .state(let lifecycle) = field.rule {
        #expect(field.type == .state)
        #expect(!lifecycle.states.contains(Lifecycle.contested))
        #expect(Set(lifecycle.states).count == lifecycle.states.count)
      } else {
        #expect(field.type != .state)
      }
      if field.rule == .text { #expect(field.type == .text || field.type == .prose) }
      if case .choice(let values) = field.type {
        if case .strictest(.order(let order)) = field.rule {
          #expect(order.sorted() == values.sorted())
        }
        if case .furthest(let order) = field.rule { #expect(order == values) }
      }
      if field.rule == .strictest(.smallerInteger) {
        #expect(field.type == .integerIn(0, 100) || field.type == .integerIn(0, .max))
      }
    }
  }

  @Test("refers to kinds that exist", arguments: kinds)
  func references(kind: KindDeclaration) {
    for field in kind.fields {
      switch field.type {
      case .reference(let target), .referenceSet(let target):
        #expect(LivingLab.schema[target] != nil, "\(kind.name).\(field.name)")
      default: break
      }
    }
  }

  @Test("keeps rights and the feed in lanes of their own")
  func lanes() {
    func names(_ lane: Lane) -> [String] {
      Self.kinds.filter { $0.lane == lane }.map(\.name).sorted()
    }
    #expect(
      names(.rights) == [
        "certificate", "consent", "erasure", "erasure_receipt", "revocation", "void",
      ])
    #expect(names(.activity) == ["activity", "mention"])
  }

  @Test("marks what erasure removes")
  func personal() {
    let personal = Self.kinds.flatMap { kind in
      kind.fields.filter(\.isPersonal).map { "\(kind.name).\($0.name)" }
    }
    #expect(
      personal == [
        "participant.display_name", "participant.contact", "participant.birth_band",
        "participant.guardian",
      ])
  }

  @Test("has every field that an import of a municipal plan brings")
  func imports() {
    let brought: [String: [String]] = [
      "project": ["name", "phase"], "challenge": ["title", "mode", "stage", "visibility"],
      "participant": ["code", "locale"], "headcount": ["session", "station", "people"],
      "session": ["title", "venue", "planned_start", "state", "method", "agenda"],
      "idea": [
        "title", "body", "challenge", "origin", "idea_kind", "authors", "tags", "state", "session",
      ],
      "comment": ["idea", "author", "body", "tone", "comment_kind", "parent"],
    ]
    for (kind, fields) in brought {
      for field in fields { #expect(LivingLab.schema[kind]?.field(named: field) != nil) }
    }
  }

  @Test("is described by a text that changes with every declaration")
  func description() {
    let text = LivingLab.schema.schemaDescription
    #expect(text == Schema(kinds: Self.kinds).schemaDescription)
    #expect(text.contains("kind support table supports lane 1 key (idea,participant,ballot)\n"))
    #expect(text.contains("  display_name text register personal\n"))
    #expect(text.contains("  percent integer(0...100) strictest(smaller)\n"))
    #expect(text.contains("  hidden boolean strictest(true<false)\n"))
    #expect(text.contains("  state choice(granted,withdrawn) strictest(withdrawn<granted)\n"))
    #expect(
      text.contains(
        "  state state state(open<attended<resolved=reopened;yield ;prevail ;decide ;"
          + "undecided resolved/reopened)\n"))
    var seen: Set<String> = []
    for index in Self.kinds.indices {
      var kinds = Self.kinds
      let last = kinds[index].fields.last
      kinds[index] = kinds[index].without { $0 == last }
      #expect(seen.insert(Schema(kinds: kinds).schemaDescription).inserted)
    }
    #expect(!seen.contains(text))
  }
}
