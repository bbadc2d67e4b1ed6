import SyncCore
import SyncProtocol
import Testing

@testable import SyncWire

@Suite("A change as bytes")
struct ChangeCodecTests {
  @Test("A change that was encoded decodes to itself", arguments: 0..<200 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let change = generator.change()
    #expect(try ChangeCodec.decode(encode(change), project: project, dot: change.dot) == change)
  }

  @Test(
    "The generated code writes and reads the very same bytes", arguments: 0..<200 as Range<UInt64>)
  func agreement(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let change = generator.change()
    let encoded = encode(change)
    let wire = try WireChange(serializedBytes: encoded.bytes)
    #expect(wire.unknownFields.data.isEmpty)
    #expect(try wire.serializedBytes() as [UInt8] == encoded.bytes)
    #expect(wire.kind == change.kind)
    #expect(wire.operations.count == change.operations.count)
    if !encoded.personal.isEmpty {
      let part = try WirePersonalPart(serializedBytes: encoded.personal)
      let values = try WirePersonalValues(serializedBytes: Array(part.values))
      #expect(try part.serializedBytes() as [UInt8] == encoded.personal)
      #expect(try values.serializedBytes() as [UInt8] == Array(part.values))
    }
  }

  @Test(
    "No change is larger than its operations are said to be at the most, under any names",
    arguments: 0..<200 as Range<UInt64>)
  func mostBytes(seed: UInt64) throws {
    var generator = Generator(state: seed)
    var change = generator.change()
    // Every dot becomes one of a replica that is not the change's own: the longest way to write it.
    change.dot = Dot(replica: replicaID(99), lane: .rights, sequence: 1)
    let encoded = encode(change)
    let most = change.operations.reduce(0) { $0 + ChangeCodec.mostBytes(of: $1) }
    let key = change.naturalKey.reduce(0) { $0 + 16 + ($1.text?.utf8.count ?? 0) }
    #expect(encoded.bytes.count + encoded.personal.count <= most + key + 256)
  }

  @Test("Personal values are in the personal part alone, and erased ones read as null")
  func personalValues() throws {
    let dot = Dot(replica: replicaID(1), lane: .records, sequence: 1)
    let change = Change(
      project: project, dot: dot, hlc: HLC(milliseconds: 5), side: .lab, authority: .lab,
      channel: "lab", kind: "participant", record: RecordID(rawValue: uniqueID(3)),
      operations: [
        FieldOperation(cell: CellKey("code"), value: .text("SL-0042"), replaces: []),
        FieldOperation(cell: CellKey("display_name"), value: .text("Núria Soler"), replaces: []),
      ])
    var encoded = encode(change)
    #expect(encoded.bytes.firstRange(of: Array("SL-0042".utf8)) != nil)
    #expect(encoded.bytes.firstRange(of: Array("Soler".utf8)) == nil)
    #expect(encoded.personal.firstRange(of: Array("Soler".utf8)) != nil)

    let hash = ChainHash.next(after: .zero, dot: dot, bytes: encoded.bytes)
    encoded.personal = []
    let erased = try ChangeCodec.decode(encoded, project: project, dot: dot)
    #expect(erased.operations[0] == change.operations[0])
    #expect(erased.operations[1].values == [WrittenValue(.null)])
    #expect(ChainHash.next(after: .zero, dot: dot, bytes: encoded.bytes) == hash)
  }

  @Test("Other personal values than those committed to are an error")
  func commitment() throws {
    let dot = Dot(replica: replicaID(1), lane: .records, sequence: 1)
    func change(_ name: String) -> Change {
      Change(
        project: project, dot: dot, hlc: HLC(milliseconds: 5), side: .lab, authority: .lab,
        channel: "lab", kind: "participant", record: RecordID(rawValue: uniqueID(3)),
        operations: [
          FieldOperation(cell: CellKey("display_name"), value: .text(name), replaces: [])
        ])
    }
    let forged = EncodedChange(
      bytes: encode(change("Núria")).bytes, personal: encode(change("Marta")).personal)
    #expect(throws: WireError(.commitmentMismatch, in: "PersonalPart", at: 0)) {
      try ChangeCodec.decode(forged, project: project, dot: dot)
    }
  }

  @Test("Fields that a newer software added are passed over")
  func unknownFields() throws {
    var generator = Generator(state: 3)
    let change = generator.change()
    var encoded = encode(change)
    encoded.bytes += [0xF8, 0x07, 0x05, 0xFA, 0x07, 0x02, 0x41, 0x42]
    #expect(try ChangeCodec.decode(encoded, project: project, dot: change.dot) == change)
  }

  @Test("A value of a type that only a newer software knows is an error, not null")
  func unknownType() throws {
    var value = WireWrittenValue()
    try value.merge(serializedBytes: [0x2A, 0x01, 0x41] as [UInt8])
    var operation = WireOperation()
    operation.field = "title"
    operation.values = [value]
    var wire = WireChange()
    wire.side = 1
    wire.operations = [operation]
    let encoded = EncodedChange(bytes: try wire.serializedBytes())
    let dot = Dot(replica: replicaID(1), lane: .records, sequence: 1)
    #expect(throws: WireError.self) {
      try ChangeCodec.decode(encoded, project: project, dot: dot)
    }
  }

  @Test("A change that claims millions of erased values is refused")
  func erasedValues() throws {
    var operation = WireOperation()
    operation.personalValues = 4_000
    var wire = WireChange()
    wire.side = 1
    wire.operations = Array(repeating: operation, count: 100)
    let encoded = EncodedChange(bytes: try wire.serializedBytes())
    let dot = Dot(replica: replicaID(1), lane: .records, sequence: 1)
    #expect(throws: WireError.self) {
      try ChangeCodec.decode(encoded, project: project, dot: dot)
    }
  }

  @Test("Every prefix and every damaged byte decodes to a change or an error")
  func damage() {
    var generator = Generator(state: 21)
    for _ in 0..<6 {
      let change = generator.change()
      let whole = encode(change)
      for count in whole.bytes.indices {
        let prefix = EncodedChange(bytes: Array(whole.bytes.prefix(count)))
        _ = try? ChangeCodec.decode(prefix, project: project, dot: change.dot)
      }
      for index in whole.bytes.indices {
        for bit in 0..<8 {
          var damaged = whole
          damaged.bytes[index] ^= 1 << UInt8(bit)
          _ = try? ChangeCodec.decode(damaged, project: project, dot: change.dot)
        }
      }
      for index in whole.personal.indices {
        var damaged = whole
        damaged.personal[index] ^= 0x10
        let decoded = try? ChangeCodec.decode(damaged, project: project, dot: change.dot)
        #expect(decoded == nil || decoded == change, "damage in the personal part went unnoticed")
      }
    }
  }

  @Test("The bytes of a change are these")
  func golden() {
    let dot = Dot(replica: replicaID(1), lane: .records, sequence: 300)
    let change = Change(
      project: project, dot: dot, hlc: HLC(milliseconds: 1_456_800_000_000, counter: 1),
      side: .online, authority: .online, changedBy: RecordID(rawValue: uniqueID(4)),
      channel: "online", kind: "idea", record: RecordID(rawValue: uniqueID(3)),
      naturalKey: [.integer(-1), .null],
      operations: [
        FieldOperation(
          cell: CellKey("title"),
          values: [
            WrittenValue(
              .text("Més llum"), restores: Dot(replica: replicaID(2), lane: .records, sequence: 7))
          ],
          replaces: [Dot(replica: replicaID(1), lane: .records, sequence: 299)]),
        FieldOperation(cell: CellKey("tags", element: "eco"), value: .boolean(true), replaces: []),
      ])
    #expect(hexadecimal(encode(change).bytes) == Golden.change)
  }
}
