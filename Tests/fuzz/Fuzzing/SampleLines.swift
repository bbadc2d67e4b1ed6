import LivingLab
import SyncCore

/// A line for every kind, with every field.
public enum SampleLines {
  public static var all: [[UInt8]] {
    LivingLab.schema.kinds.flatMap { kind in
      let fields = kind.fields.map { field in
        JSONValue.Member(field.name, value(of: field.type))
      }
      return stride(from: 0, to: fields.count, by: 4).map { start in
        JSONValue.object([
          .init("kind", .text(kind.name)), .init("key", .text("pam:4711")),
          .init("at", .text("2016-03-01T00:00:00Z")),
          .init("fields", .object(Array(fields[start...].prefix(4)))),
        ]).bytes
      }
    }
  }

  private static func value(of type: FieldType) -> JSONValue {
    switch type {
    case .text, .prose: .text("A \"garden\"\n")
    case .integer: .integer(-1)
    case .integerIn(let low, _): .integer(low)
    case .boolean: .boolean(true)
    case .time: .text("2016-03-01T17:00:00.5+01:00")
    case .choice(let choices): .text(choices.first ?? "")
    case .state: .text("open")
    case .reference, .anyReference: .text("pam:1")
    case .money: .object([.init("amount", .integer(1250)), .init("currency", .text("EUR"))])
    case .textSet: .array([.text("eco"), .text("water")])
    case .referenceSet: .array([.text("01a201f5-8a46-7be1-88c4-f6acb09dbe4c")])
    case .map: .object([.init("a", .text("b"))])
    }
  }
}
