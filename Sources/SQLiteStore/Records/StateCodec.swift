import SyncCore

/// A record's causal metadata as bytes: its dots once each, then its cells by field number and dot
/// number. A record whose fields were written together takes three bytes a field.
///
/// Field numbers are places in the declaration, which only ever grows; fields that this software
/// does not know are kept by name. The fields that every kind has stand behind a kind's own, and
/// have numbers apart: a field that a later version appends moves none.
struct StateCodec {
  let kind: KindDeclaration?
  /// The kind's own fields, in declared order.
  private let ownFields: [String]
  private let numberByField: [String: Int]

  init(kind: KindDeclaration?) {
    self.kind = kind
    let fields = (kind?.fields ?? []).map(\.name)
    ownFields = fields.filter { !Self.commonFields.contains($0) }
    let own = ownFields.enumerated().map { ($0.element, $0.offset + Self.firstOwnField) }
    let common = Self.commonFields.enumerated()
      .filter { fields.contains($0.element) }
      .map { ($0.element, $0.offset + Self.firstCommonField) }
    numberByField = Dictionary(own + common, uniquingKeysWith: { first, _ in first })
  }

  /// The fields that every kind has, in the order of their numbers.
  private static let commonFields = ["created_at", "channel", "extra"]
  private static let firstCommonField = 2
  private static let firstOwnField = 16

  private static let unknownField = 0
  private static let deletionField = 1

  /// What a cell's first byte says.
  private enum Traits {
    static let element: UInt8 = 1
    /// One live value, the first of its operation, that is no boolean; nothing cancelled.
    static let isSimple: UInt8 = 2
  }

  func encode(_ state: RecordState, project: Int64, origins: Origins) throws -> [UInt8] {
    var writer = ByteWriter()
    writer.integer(UInt64(bitPattern: state.revision.rawValue))
    var numbers: [Dot: Int] = [:]
    var dots: [Dot] = []
    func number(of dot: Dot) -> Int {
      if let number = numbers[dot] { return number }
      numbers[dot] = dots.count
      dots.append(dot)
      return dots.count - 1
    }
    var cells = ByteWriter()
    cells.count(state.cells.count)
    for key in state.keys {
      guard let cell = state[key] else { continue }
      write(key, cell, number: number, into: &cells)
    }
    writer.count(dots.count)
    for dot in dots {
      let ref = try origins.ref(
        of: Origin(replica: dot.replica, lane: dot.lane), inProjectRef: project)
      writer.integer(UInt64(ref))
      writer.integer(dot.sequence)
    }
    return writer.bytes + cells.bytes
  }

  private func write(
    _ key: CellKey, _ cell: Cell, number: (Dot) -> Int, into writer: inout ByteWriter
  ) {
    let only = cell.live.count == 1 ? cell.live.first : nil
    let isSimple = only?.ordinal == 0 && only?.flag == nil && cell.cancelled.isEmpty
    writeHead(key, isSimple: isSimple, into: &writer)
    if isSimple, let only {
      writer.count(number(only.dot))
      return
    }
    writer.count(cell.live.count)
    for value in cell.live {
      writer.count(number(value.dot))
      writer.integer(UInt64(value.ordinal))
      writer.byte(value.flag.map { $0 ? 2 : 1 } ?? 0)
    }
    writer.count(cell.cancelled.count)
    for dot in cell.cancelled { writer.count(number(dot)) }
  }

  /// The number of a declared field.
  func number(ofField name: String) -> Int { numberByField[name] ?? Self.unknownField }

  private func writeHead(_ key: CellKey, isSimple: Bool, into writer: inout ByteWriter) {
    writer.byte((key.element == nil ? 0 : Traits.element) | (isSimple ? Traits.isSimple : 0))
    if let field = numberByField[key.field] {
      writer.count(field)
    } else if key.field == CellKey.deletion.field {
      writer.count(Self.deletionField)
    } else {
      writer.count(Self.unknownField)
      writer.text(key.field)
    }
    if let element = key.element { writer.text(element) }
  }

  /// The metadata of a record that one plain change wrote (``KindLayout/plainFields(of:)``), as
  /// ``encode(_:project:origins:)`` would write it, but for the order of the cells.
  func encode(creation change: Change, fieldNumbers: [Int], originRef: Int64) -> [UInt8] {
    var writer = ByteWriter(capacity: 24 + 4 * change.operations.count)
    Self.write(
      creation: change.dot, originRef: originRef, cellCount: change.operations.count,
      into: &writer)
    for (number, operation) in zip(fieldNumbers, change.operations) {
      Self.write(
        cell: number, element: operation.cell.element, flag: operation.values[0].value.boolean,
        into: &writer)
    }
    return writer.bytes
  }

  /// Begins the metadata of a record that the change `dot` alone wrote, in place of what `writer`
  /// held; its cells follow.
  static func write(
    creation dot: Dot, originRef: Int64, cellCount: Int, into writer: inout ByteWriter
  ) {
    var revision = Revision.none
    revision.include(dot)
    writer.removeAll()
    writer.integer(UInt64(bitPattern: revision.rawValue))
    writer.count(1)
    writer.integer(UInt64(originRef))
    writer.integer(dot.sequence)
    writer.count(cellCount)
  }

  /// One cell of such a record. `flag` is its value where that is a boolean.
  static func write(
    cell number: Int, element: String?, flag: Bool?, into writer: inout ByteWriter
  ) {
    writer.byte((element == nil ? 0 : Traits.element) | (flag == nil ? Traits.isSimple : 0))
    writer.count(number)
    if let element { writer.text(element) }
    if flag != nil { writer.count(1) }
    writer.count(0)
    if let flag {
      writer.integer(0)
      writer.byte(flag ? 2 : 1)
      writer.count(0)
    }
  }

  func decode(_ bytes: [UInt8], origins: Origins) throws -> RecordState {
    var reader = ByteReader(bytes)
    let revision = Revision(rawValue: Int64(bitPattern: try reader.integer()))
    var dots: [Dot] = []
    for _ in 0..<(try reader.count()) {
      let origin = try origins.origin(ofRef: Int64(try reader.integer()))
      dots.append(
        Dot(replica: origin.replica, lane: origin.lane, sequence: try reader.integer()))
    }
    var cells: [CellKey: Cell] = [:]
    let count = try reader.count()
    cells.reserveCapacity(count)
    for _ in 0..<count {
      let (key, cell) = try readCell(&reader, dots: dots)
      cells[key] = cell
    }
    return RecordState(cells: cells, revision: revision)
  }

  private func readCell(_ reader: inout ByteReader, dots: [Dot]) throws -> (CellKey, Cell) {
    let traits = try reader.byte()
    let field = try fieldName(reader.count(), &reader)
    let element = traits & Traits.element != 0 ? try reader.text() : nil
    let key = CellKey(field, element: element)
    if traits & Traits.isSimple != 0 {
      return (key, Cell(live: [LiveValue(dot: try dot(&reader, dots))]))
    }
    var cell = Cell()
    for _ in 0..<(try reader.count()) {
      let dot = try dot(&reader, dots)
      let ordinal = UInt16(truncatingIfNeeded: try reader.integer())
      let flag = try reader.byte()
      cell.live.append(LiveValue(dot: dot, ordinal: ordinal, flag: flag == 0 ? nil : flag == 2))
    }
    for _ in 0..<(try reader.count()) { cell.cancelled.append(try dot(&reader, dots)) }
    return (key, cell)
  }

  private func dot(_ reader: inout ByteReader, _ dots: [Dot]) throws -> Dot {
    let number = try reader.count()
    guard number < dots.count else {
      throw StoreError.inconsistent("record metadata names a dot that it does not hold")
    }
    return dots[number]
  }

  private func fieldName(_ number: Int, _ reader: inout ByteReader) throws -> String {
    switch number {
    case Self.unknownField: return try reader.text()
    case Self.deletionField: return CellKey.deletion.field
    default:
      let isOwn = number >= Self.firstOwnField
      let names = isOwn ? ownFields : Self.commonFields
      let index = number - (isOwn ? Self.firstOwnField : Self.firstCommonField)
      guard names.indices.contains(index) else {
        throw StoreError.inconsistent("record metadata names a field that is not declared")
      }
      return names[index]
    }
  }
}
