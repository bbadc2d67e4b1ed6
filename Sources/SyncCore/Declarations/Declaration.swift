/// A record kind, declared once: its SQL table, capture triggers, listings, import and export all
/// follow from this value. Fields are only ever appended; a field's rule and type never change.
public struct KindDeclaration: Hashable, Sendable {
  /// The kind's name in changes, imports and commands: `idea`.
  public let name: String
  /// The table that people read and write: `ideas`.
  public let table: String
  public var lane: Lane
  public let role: KindRole
  /// The fields that identify the record; empty where it has an id of its own.
  public let naturalKey: [String]
  /// The field by which people name a record where an id would do, such as the code on a badge. Several
  /// records may have one value of it.
  public let handle: String?
  public let fields: [FieldDeclaration]
  /// What of its records is for everybody's eyes.
  public let publication: Publication
  private let indexByField: [String: Int]

  public init(
    _ name: String, table: String, lane: Lane = .records, role: KindRole = .record,
    naturalKey: [String] = [], handle: String? = nil, publication: Publication = .withheld,
    fields: [FieldDeclaration]
  ) {
    self.init(
      name, table: table, lane: lane, role: role, naturalKey: naturalKey, handle: handle,
      publication: publication, allFields: fields + Self.common)
  }

  /// The kind as a software declares it that lacks some of its fields.
  public func without(_ isMissing: (FieldDeclaration) -> Bool) -> KindDeclaration {
    KindDeclaration(
      name, table: table, lane: lane, role: role, naturalKey: naturalKey, handle: handle,
      publication: publication, allFields: fields.filter { !isMissing($0) })
  }

  private init(
    _ name: String, table: String, lane: Lane, role: KindRole, naturalKey: [String],
    handle: String?, publication: Publication, allFields: [FieldDeclaration]
  ) {
    self.name = name
    self.table = table
    self.lane = lane
    self.role = role
    self.naturalKey = naturalKey
    self.handle = handle
    self.publication = publication
    fields = allFields
    indexByField = Dictionary(
      allFields.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  public func field(named name: String) -> FieldDeclaration? {
    indexByField[name].map { fields[$0] }
  }

  /// The place of a field among ``fields``, or `nil`. Cost: one hash.
  public func index(ofField name: String) -> Int? { indexByField[name] }

  /// Whether a natural key means another record in every project, to people too: what one replica wrote to
  /// a project is numbered there alone. Elsewhere a table has one row of a key, whatever the project.
  public var isKeyedByProject: Bool { !naturalKey.isEmpty && role.isOnlineOnly }

  public func isKey(_ field: FieldDeclaration) -> Bool { naturalKey.contains(field.name) }

  /// The fields that every record has, after its own.
  static let common = [
    FieldDeclaration("created_at", .time, .earliest),
    FieldDeclaration("channel", .choice(["lab", "online", "paper", "import"]), .earliest),
    FieldDeclaration("extra", .map, .latestPerKey),
  ]
}

/// What a kind means to the engine itself.
public enum KindRole: Hashable, Sendable {
  /// Nothing: its records are merged and shown.
  case record
  /// Each says whether the person that its natural key names agrees to the purpose that it names
  /// (``Publication``): `state` is `granted` or `withdrawn`.
  case consent
  /// Each of its records takes one change back (``Voids``): `replica`, `lane`, `sequence`, and a
  /// `state` that is not `released`.
  case void
  /// Each takes back what a replica wrote after `last_rights`, `last_record`, `last_activity`.
  case revocation
  /// Each erases the personal values of the record that its natural key names, for good
  /// (``Erasures``).
  case erasure
  /// Each says that a replica has erased; the engine itself writes it.
  case receipt

  /// Whether changes that were made in a room are no changes of such a kind.
  public var isOnlineOnly: Bool {
    switch self {
    case .record, .consent, .erasure, .receipt: false
    case .void, .revocation: true
    }
  }

  /// Whether its records are what people do day by day, and mean nothing to the engine's own tables.
  public var isOrdinary: Bool {
    switch self {
    case .record, .consent: true
    case .void, .revocation, .erasure, .receipt: false
    }
  }
}

/// One field of a kind.
public struct FieldDeclaration: Hashable, Sendable {
  public var name: String
  public var type: FieldType
  public var rule: MergeRule
  /// Whether erasing a participant removes this field everywhere.
  public var isPersonal: Bool

  public init(_ name: String, _ type: FieldType, _ rule: MergeRule, personal: Bool = false) {
    self.name = name
    self.type = type
    self.rule = rule
    self.isPersonal = personal
  }
}

/// What a field holds, and with it the column's SQL type and the limit at capture.
public enum FieldType: Hashable, Sendable {
  /// A title, a name: at most ``Limits/shortTextBytes``.
  case text
  /// At most ``Limits/proseBytes``.
  case prose
  case integer
  /// An integer between two bounds, both included.
  case integerIn(Int64, Int64)
  case boolean
  /// Milliseconds since 1970, UTC.
  case time
  /// One of these texts.
  case choice([String])
  /// A state of the lifecycle that is the field's rule.
  case state
  /// The UUID of a record of this kind, which may not be here yet.
  case reference(String)
  /// The UUID of a record of any kind.
  case anyReference
  /// Minor units, a space, and an ISO 4217 code: `1250 EUR`.
  case money
  /// A set of texts, shown as a JSON array.
  case textSet
  /// A set of references, shown as a JSON array.
  case referenceSet(String)
  /// A map of texts, shown as a JSON object.
  case map
}

/// Everything that is declared: what a replica knows how to show.
public struct Schema: Hashable, Sendable {
  public private(set) var kinds: [KindDeclaration]
  private var indexByName: [String: Int]

  public init(kinds: [KindDeclaration]) {
    self.kinds = kinds
    indexByName = Dictionary(
      kinds.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  public subscript(kind: String) -> KindDeclaration? { indexByName[kind].map { kinds[$0] } }

  /// The kind behind a table's name, so that commands take either.
  public func kind(namedOrTabled name: String) -> KindDeclaration? {
    self[name] ?? kinds.first { $0.table == name }
  }
}
