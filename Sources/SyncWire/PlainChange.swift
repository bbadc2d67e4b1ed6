import SyncCore

/// A change of the plainest form, read where its bytes lie: a record with an id of its own, fields
/// with one value each, nothing replaced, nothing restored, nothing personal. Nearly everything that
/// a reconnecting laptop brings is such a change, and its texts go from the wire into a row without
/// becoming strings.
///
/// What ``read(_:)`` takes decodes to the same with ``ChangeCodec``. What it leaves may be anything:
/// another form, another order of fields, a newer software's, or damaged.
public struct PlainChange {
  /// The UTF-8 of the kind, within the change's bytes.
  public private(set) var kind = 0..<0
  public private(set) var record = RecordID(rawValue: UniqueID(high: 0, low: 0))
  /// In the order of the change. A field may be written twice.
  public private(set) var writes: [Write] = []

  /// One field and what was written to it. Ranges are UTF-8 within the change's bytes.
  public struct Write: Hashable, Sendable {
    public var field: Range<Int>
    public var value: PlainValue
  }

  public enum PlainValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case text(Range<Int>)
  }

  public init() {}

  /// Whether `change` is of this form; the properties then say what it holds. Allocates nothing once
  /// ``writes`` has grown.
  public mutating func read(_ change: EncodedChange) -> Bool {
    guard change.personal.isEmpty else { return false }
    kind = 0..<0
    record = RecordID(rawValue: UniqueID(high: 0, low: 0))
    writes.removeAll(keepingCapacity: true)
    var reader = WireReader(change.bytes, place: "Change")
    do throws(WireError) {
      return try read(&reader)
    } catch {
      return false
    }
  }

  private static let operationField: UInt64 = 11

  /// Takes the fields in ascending order alone, as they are written here: none can then come twice
  /// and mean the last.
  private mutating func read(_ reader: inout WireReader) throws(WireError) -> Bool {
    var last: UInt64 = 0
    var side: UInt64 = 0
    while let field = try reader.next() {
      guard field.number > last || field.number == Self.operationField && last == field.number
      else { return false }
      last = field.number
      switch field.number {
      case 1: _ = try reader.fixed64(field)
      case 2: side = try reader.varint(field)
      case 3: guard try reader.varint(field) <= UInt64(UInt8.max) else { return false }
      case 4, 5: _ = try reader.id(field)
      case 6: _ = try reader.textRange(field)
      case 7: kind = try reader.textRange(field)
      case 8: record.rawValue.high = try reader.fixed64(field)
      case 9: record.rawValue.low = try reader.fixed64(field)
      case Self.operationField:
        guard let write = try write(&reader, field) else { return false }
        writes.append(write)
      default: return false
      }
    }
    return UInt8(exactly: side).flatMap(Side.init(rawValue:)) != nil
  }

  private func write(
    _ reader: inout WireReader, _ operation: WireReader.Field
  ) throws(WireError) -> Write? {
    let enclosing = try reader.enter(operation)
    guard let name = try reader.next(), name.number == 1 else { return nil }
    let field = try reader.textRange(name)
    guard let written = try reader.next(), written.number == 3 else { return nil }
    let operationEnd = try reader.enter(written)
    guard let value = try value(&reader), reader.isAtEnd else { return nil }
    reader.leave(to: operationEnd)
    guard reader.isAtEnd else { return nil }
    reader.leave(to: enclosing)
    return Write(field: field, value: value)
  }

  private func value(_ reader: inout WireReader) throws(WireError) -> PlainValue? {
    guard let field = try reader.next() else { return .null }
    switch field.number {
    case 1: return .boolean(try reader.varint(field) != 0)
    case 2: return .integer(try reader.signed(field))
    case 3: return .text(try reader.textRange(field))
    default: return nil
    }
  }
}
