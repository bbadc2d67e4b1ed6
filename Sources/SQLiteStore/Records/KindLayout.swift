import SyncCore

/// What the store works out once for a kind: where its fields stand, and how its metadata is written.
final class KindLayout {
  let kind: KindDeclaration
  let codec: StateCodec
  /// Which fields hold sets or maps.
  let isKeyed: [Bool]
  /// The fields' types and their numbers in metadata.
  let types: [FieldType]
  let numbers: [Int]
  /// The names of the fields that hold sets or maps.
  let keyedFields: [String]

  init(_ kind: KindDeclaration) {
    self.kind = kind
    codec = StateCodec(kind: kind)
    isKeyed = kind.fields.map(\.rule.isKeyed)
    types = kind.fields.map(\.type)
    let codec = codec
    numbers = kind.fields.map { codec.number(ofField: $0.name) }
    keyedFields = kind.fields.filter(\.rule.isKeyed).map(\.name)
  }

  /// Operations above this number are merged the general way.
  private static let plainOperations = 64

  /// The fields of the operations, where a change writes a new record in the plainest way: one value
  /// a cell, each cell once, nothing replaced, no deletion, no field that is not declared.
  func plainFields(of change: Change) -> [Int]? {
    guard change.operations.count <= Self.plainOperations else { return nil }
    var written: UInt64 = 0
    var fields: [Int] = []
    fields.reserveCapacity(change.operations.count)
    for (position, operation) in change.operations.enumerated() {
      guard operation.replaces.isEmpty, operation.values.count == 1,
        operation.values[0].restores == nil,
        let index = kind.index(ofField: operation.cell.field), index < 64,
        isKeyed[index] == (operation.cell.element != nil)
      else { return nil }
      fields.append(index)
      if isKeyed[index] {
        let earlier = change.operations[..<position]
        if earlier.contains(where: { $0.cell == operation.cell }) { return nil }
      } else {
        guard written & 1 << UInt64(index) == 0 else { return nil }
        written |= 1 << UInt64(index)
      }
    }
    return fields
  }
}
