import SyncCore
import SyncProtocol

/// Builds one change from its bytes and its personal part.
struct ChangeDecoder {
  private var change: Change
  private var side: UInt64 = 0
  private var commitment: [UInt8] = []
  /// The operations whose values are in the personal part, and how many those are.
  private var personal: [(operation: Int, count: Int)] = []
  private var personalCount = 0

  init(project: ProjectID, dot: Dot) {
    change = Change(
      project: project, dot: dot, hlc: HLC(rawValue: 0), side: .lab,
      authority: Authority(rawValue: 0), channel: "", kind: "",
      record: RecordID(rawValue: UniqueID(high: 0, low: 0)), operations: [])
  }

  mutating func read(_ bytes: [UInt8]) throws(WireError) {
    var reader = WireReader(bytes, place: "Change")
    while let field = try reader.next() {
      switch field.number {
      case 1: change.hlc = HLC(rawValue: try reader.fixed64(field))
      case 2: side = try reader.varint(field)
      case 3:
        let raw = try reader.varint(field)
        guard let authority = UInt8(exactly: raw) else {
          throw reader.error(.unknownValue(raw), "authority")
        }
        change.authority = Authority(rawValue: authority)
      case 4: change.changedBy = RecordID(rawValue: UniqueID(try reader.id(field)))
      case 5: change.changedFor = RecordID(rawValue: UniqueID(try reader.id(field)))
      case 6: change.channel = try reader.text(field)
      case 7: change.kind = try reader.text(field)
      case 8: change.record.rawValue.high = try reader.fixed64(field)
      case 9: change.record.rawValue.low = try reader.fixed64(field)
      case 10:
        var value = try reader.message(field, place: "Change.natural_key")
        change.naturalKey.append(try value.value(relativeTo: change.dot).value)
      case 11:
        var operation = try reader.message(field, place: "Operation")
        try append(&operation)
      case 12: commitment = try reader.blob(field)
      default: try reader.skip(field)
      }
    }
  }

  private mutating func append(_ reader: inout WireReader) throws(WireError) {
    var operation = FieldOperation(cell: CellKey(""), values: [], replaces: [])
    var personalValues: UInt64 = 0
    while let field = try reader.next() {
      switch field.number {
      case 1: operation.cell.field = try reader.text(field)
      case 2: operation.cell.element = try reader.text(field)
      case 3:
        var written = try reader.message(field, place: "WrittenValue")
        operation.values.append(try written.value(relativeTo: change.dot))
      case 4:
        var replaced = try reader.message(field, place: "Operation.replaces")
        operation.replaces.append(try replaced.dot(relativeTo: change.dot))
      case 5: personalValues = try reader.varint(field)
      default: try reader.skip(field)
      }
    }
    let limit = ProtocolLimits.valuesPerOperation
    guard operation.values.count <= limit, personalValues <= UInt64(limit) else {
      throw reader.error(.overLimit(limit), "values")
    }
    if personalValues > 0 {
      personal.append((operation: change.operations.count, count: Int(personalValues)))
      personalCount += Int(personalValues)
      guard personalCount <= ProtocolLimits.personalValuesPerChange else {
        throw reader.error(.overLimit(ProtocolLimits.personalValuesPerChange), "personal_values")
      }
    }
    change.operations.append(operation)
  }

  /// Puts the personal values back where the operations left room for them.
  mutating func restore(personal bytes: [UInt8]) throws(WireError) {
    guard !bytes.isEmpty else {
      for (operation, count) in personal {
        change.operations[operation].values += Array(repeating: WrittenValue(.null), count: count)
      }
      return
    }
    let part = try PersonalPart(decoding: bytes)
    guard !commitment.isEmpty, Commitment.over(part.values, key: part.key) == commitment else {
      throw WireError(.commitmentMismatch, in: "PersonalPart", at: 0)
    }
    var reader = WireReader(part.values, place: "PersonalValues")
    var cells = personal.makeIterator()
    while let field = try reader.next() {
      guard field.number == 1 else {
        try reader.skip(field)
        continue
      }
      var cell = try reader.message(field, place: "PersonalCell")
      let values = try cell.personalValues(relativeTo: change.dot)
      guard let (operation, count) = cells.next(), values.count == count else {
        throw reader.error(.unknownValue(UInt64(values.count)), "cells")
      }
      change.operations[operation].values += values
    }
    guard cells.next() == nil else { throw reader.error(.missing, "cells") }
  }

  func finished() throws(WireError) -> Change {
    var change = change
    guard let side = UInt8(exactly: side).flatMap(Side.init(rawValue:)) else {
      throw WireError(.unknownValue(side), in: "Change.side", at: 0)
    }
    change.side = side
    return change
  }
}

extension UniqueID {
  init(_ words: (high: UInt64, low: UInt64)) { self.init(high: words.high, low: words.low) }
}

extension WireReader {
  /// A `WrittenValue`, or a `Value`, which is one that restores nothing.
  fileprivate mutating func value(relativeTo dot: Dot) throws(WireError) -> WrittenValue {
    var written = WrittenValue(.null)
    var unknown: UInt64?
    while let field = try next() {
      switch field.number {
      case 1: written.value = .boolean(try varint(field) != 0)
      case 2: written.value = .integer(try signed(field))
      case 3: written.value = .text(try text(field))
      case 4:
        var restored = try message(field, place: "WrittenValue.restores")
        written.restores = try restored.dot(relativeTo: dot)
      default:
        unknown = field.number
        try skip(field)
      }
    }
    // A type of value that only a newer software knows must not pass for null.
    if let unknown, written.value.isNull { throw error(.unknownValue(unknown), "value") }
    return written
  }

  fileprivate mutating func personalValues(
    relativeTo dot: Dot
  ) throws(WireError) -> [WrittenValue] {
    var values: [WrittenValue] = []
    while let field = try next() {
      guard field.number == 1 else {
        try skip(field)
        continue
      }
      var written = try message(field, place: "PersonalCell.values")
      values.append(try written.value(relativeTo: dot))
    }
    return values
  }

  fileprivate mutating func dot(relativeTo dot: Dot) throws(WireError) -> Dot {
    var found = Dot(replica: dot.replica, lane: dot.lane, sequence: 0)
    while let field = try next() {
      switch field.number {
      case 1: found.replica.rawValue.high = try fixed64(field)
      case 2: found.replica.rawValue.low = try fixed64(field)
      case 3: found.lane = try lane(field)
      case 4: found.sequence = try varint(field)
      default: try skip(field)
      }
    }
    return found
  }

  mutating func lane(_ field: Field) throws(WireError) -> Lane {
    let raw = try varint(field)
    guard let lane = UInt8(exactly: raw).flatMap(Lane.init(rawValue:)) else {
      throw error(.unknownValue(raw), "lane")
    }
    return lane
  }
}
