import LivingLab
import SyncCore
import SyncWire

/// A change of every kind, that writes every field, and a few that replace, restore and delete.
enum SampleChanges {
  static let commitmentKey = [UInt8](repeating: 7, count: 16)

  static var all: [Change] {
    let written = LivingLab.schema.kinds.enumerated().map { number, kind in
      change(
        UInt64(number) + 1, kind: kind.name, naturalKey: kind.naturalKey.map { .text($0) },
        operations: kind.fields.map { field in
          FieldOperation(
            cell: CellKey(field.name, element: field.rule.isKeyed ? "eco" : nil),
            value: value(of: field.type), replaces: [])
        })
    }
    return written + [edited, undone, deleted]
  }

  /// With the personal fields of its kind in the personal part.
  static func encode(_ change: Change) -> EncodedChange {
    ChangeCodec.encode(
      change, isPersonal: { isPersonal($0, kind: change.kind) }, commitmentKey: commitmentKey)
  }

  static func isPersonal(_ field: String, kind: String) -> Bool {
    LivingLab.schema[kind]?.field(named: field)?.isPersonal ?? false
  }

  private static func dot(_ sequence: UInt64, of replica: UInt64 = 1) -> Dot {
    Dot(replica: SampleMessages.replica(replica), lane: .records, sequence: sequence)
  }

  private static func change(
    _ sequence: UInt64, kind: String, naturalKey: [Value] = [], operations: [FieldOperation]
  ) -> Change {
    Change(
      project: SampleMessages.project, dot: dot(sequence),
      hlc: HLC(milliseconds: 1_456_800_000_123), side: .lab, authority: .lab,
      changedBy: RecordID(rawValue: UniqueID(high: 8, low: 8)),
      channel: "lab", kind: kind, record: RecordID(rawValue: UniqueID(high: 9, low: 9)),
      naturalKey: naturalKey, operations: operations)
  }

  private static let edited = change(
    101, kind: "idea",
    operations: [
      FieldOperation(
        cell: CellKey("body"), value: .text("Share drills. Open on Saturdays."),
        replaces: [dot(1), dot(7, of: 2)])
    ])

  private static let undone = change(
    102, kind: "participant",
    operations: [
      FieldOperation(
        cell: CellKey("display_name"),
        values: [
          WrittenValue(.text("Núria"), restores: dot(1)),
          WrittenValue(.text("Mercè"), restores: dot(7, of: 2)),
        ], replaces: [dot(101)])
    ])

  private static let deleted = change(
    103, kind: "idea",
    operations: [
      FieldOperation(cell: .deletion, value: .boolean(true), replaces: [dot(1), dot(101)])
    ])

  private static func value(of type: FieldType) -> Value {
    switch type {
    case .text: .text("A tool library")
    case .prose: .text("Share drills and saws. Open on Saturdays.\nCome in.")
    case .integer, .integerIn: .integer(1)
    case .time: .integer(1_456_800_000_123)
    case .boolean, .textSet, .referenceSet: .boolean(true)
    case .choice(let choices): .text(choices.first ?? "")
    case .state: .text("open")
    case .reference, .anyReference: .text("01a201f5-8a46-7be1-88c4-f6acb09dbe4c")
    case .money: .text("1250 EUR")
    case .map: .text("one")
    }
  }
}
