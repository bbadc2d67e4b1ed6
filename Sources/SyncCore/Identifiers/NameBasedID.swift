extension UniqueID {
  /// The version 5 UUID of `name` in `namespace` (RFC 9562, section 5.5).
  public static func version5(namespace: UniqueID, name: String) -> UniqueID {
    var hash = SHA1.prefix128(of: namespace.bytes + Array(name.utf8))
    hash.high = hash.high & ~0xF000 | 0x5000
    hash.low = hash.low & ~(3 << 62) | 2 << 62
    return hash
  }
}

/// Between the parts of a name that an identifier is derived from: U+001F, the unit separator,
/// which a key may not contain.
let partSeparator = "\u{1F}"

extension RecordID {
  /// The identifier of a record that has a natural key: two laptops that register the same thing
  /// make one record. The name is the kind and each part of the key, joined by U+001F.
  public static func derived(project: ProjectID, kind: String, naturalKey: [Value]) -> RecordID {
    let name = ([kind] + naturalKey.map(\.keyText)).joined(separator: partSeparator)
    return RecordID(rawValue: .version5(namespace: project.rawValue, name: name))
  }

  /// The identifier of a record that another system calls `foreignKey`.
  public static func derived(project: ProjectID, kind: String, foreignKey: String) -> RecordID {
    derived(project: project, kind: kind, naturalKey: [.text(foreignKey)])
  }
}

extension ConflictID {
  /// The conflict on one cell of one record, named alike by every replica.
  public init(record: RecordID, cell: CellKey) {
    self.init(rawValue: .version5(namespace: record.rawValue, name: cell.description))
  }
}
