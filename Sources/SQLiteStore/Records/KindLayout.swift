import SyncCore

/// What the store works out once for a kind: where its fields stand, and how its metadata is written.
final class KindLayout {
  let kind: KindDeclaration
  let codec: StateCodec
  /// Which fields hold sets or maps.
  let isKeyed: [Bool]
  let isKey: [Bool]
  /// The names of the fields that hold sets or maps.
  let keyedFields: [String]

  init(_ kind: KindDeclaration) {
    self.kind = kind
    codec = StateCodec(kind: kind)
    isKeyed = kind.fields.map(\.rule.isKeyed)
    isKey = kind.fields.map { kind.isKey($0) }
    keyedFields = kind.fields.filter(\.rule.isKeyed).map(\.name)
  }

  /// Operations above this number are merged the general way.
  private static let plainOperations = 64

  /// Whether a change writes a new record in the plainest way: one value a cell, each cell once,
  /// nothing replaced, no deletion, no field that is not declared.
  func isPlainCreation(_ change: Change) -> Bool {
    guard change.operations.count <= Self.plainOperations else { return false }
    var written: UInt64 = 0
    for (position, operation) in change.operations.enumerated() {
      guard operation.replaces.isEmpty, operation.values.count == 1,
        operation.values[0].restores == nil,
        let index = kind.index(ofField: operation.cell.field), index < 64,
        isKeyed[index] == (operation.cell.element != nil)
      else { return false }
      if isKeyed[index] {
        let earlier = change.operations[..<position]
        if earlier.contains(where: { $0.cell == operation.cell }) { return false }
      } else {
        guard written & 1 << UInt64(index) == 0 else { return false }
        written |= 1 << UInt64(index)
      }
    }
    return true
  }
}
