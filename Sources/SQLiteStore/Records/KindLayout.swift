import SyncCore
import SyncWire

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
  private let forms: [ColumnForm]
  private let nameBytes: [UInt8]
  private let fieldNames: FieldNames
  /// The kind's lane, where plain changes can make its records: they have an id of their own, and
  /// either side may write them.
  let plainLane: Lane?

  init(_ kind: KindDeclaration) {
    self.kind = kind
    codec = StateCodec(kind: kind)
    isKeyed = kind.fields.map(\.rule.isKeyed)
    types = kind.fields.map(\.type)
    let codec = codec
    numbers = kind.fields.map { codec.number(ofField: $0.name) }
    keyedFields = kind.fields.filter(\.rule.isKeyed).map(\.name)
    forms = kind.fields.map { $0.rule.isKeyed ? .elements : ColumnForm($0.type) }
    nameBytes = Array(kind.name.utf8)
    fieldNames = FieldNames(kind.fields.map(\.name))
    plainLane = kind.naturalKey.isEmpty && !kind.role.isOnlineOnly ? kind.lane : nil
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

  /// Whether these bytes are the kind's name.
  func isNamed(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    bytes[range].elementsEqual(nameBytes)
  }

  /// Finds the field of each write. `false` where the change has to be decoded: a field is not
  /// declared, has elements, comes twice, or can not show the value.
  func findFields(
    of writes: [PlainChange.Write], in bytes: [UInt8], into fields: inout [Int]
  ) -> Bool {
    fields.removeAll(keepingCapacity: true)
    guard writes.count <= Self.plainOperations else { return false }
    var written: UInt64 = 0
    var next = 0
    for write in writes {
      guard let index = fieldNames.index(of: write.field, in: bytes, from: next), index < 64,
        forms[index].shows(write.value), written & 1 << UInt64(index) == 0
      else { return false }
      written |= 1 << UInt64(index)
      fields.append(index)
      next = index + 1
    }
    return true
  }
}

/// The names of a kind's fields as bytes, to look up what lies in a change.
private struct FieldNames {
  private var bytes: [UInt8] = []
  /// Where each name ends.
  private var ends: [Int] = []

  init(_ names: [String]) {
    for name in names {
      bytes += name.utf8
      ends.append(bytes.count)
    }
  }

  /// The field that the bytes name, looked for from `first` on, then from the start: changes name
  /// their fields in declared order.
  func index(of range: Range<Int>, in name: [UInt8], from first: Int) -> Int? {
    var index = first
    for _ in ends.indices {
      if index >= ends.count { index = 0 }
      let start = index == 0 ? 0 : ends[index - 1]
      if range.count == ends[index] - start, isEqual(range, in: name, at: start) { return index }
      index += 1
    }
    return nil
  }

  private func isEqual(_ range: Range<Int>, in name: [UInt8], at start: Int) -> Bool {
    for offset in 0..<range.count where name[range.lowerBound + offset] != bytes[start + offset] {
      return false
    }
    return true
  }
}

/// How a field stands in its column.
enum ColumnForm {
  case boolean
  case integer
  case text
  /// JSON of a set or a map.
  case elements

  init(_ type: FieldType) {
    self =
      switch type {
      case .boolean: .boolean
      case .integer, .integerIn, .time: .integer
      case .text, .prose, .choice, .state, .reference, .anyReference, .money: .text
      case .textSet, .referenceSet, .map: .elements
      }
  }

  /// Whether the column of a field with one value can show this one.
  fileprivate func shows(_ value: PlainChange.PlainValue) -> Bool {
    switch (self, value) {
    case (.elements, _): false
    case (_, .null), (.boolean, .boolean), (.integer, .integer), (.text, .text): true
    case (_, .boolean), (_, .integer), (_, .text): false
    }
  }
}
