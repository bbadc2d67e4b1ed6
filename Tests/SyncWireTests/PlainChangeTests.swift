import SyncCore
import Testing

@testable import SyncWire

@Suite("A plain change, read in place")
struct PlainChangeTests {
  @Test("What is written here in the plain form is read so", arguments: 0..<200 as Range<UInt64>)
  func plainForm(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let change = generator.plainChange()
    let encoded = encode(change)
    try expectAgreement(try #require(plain(encoded)), encoded, change.dot)
  }

  @Test("What is read so decodes to the same", arguments: 0..<400 as Range<UInt64>)
  func agreement(seed: UInt64) throws {
    var generator = Generator(state: seed)
    let change = generator.change()
    let encoded = encode(change)
    let isPlain =
      encoded.personal.isEmpty && change.naturalKey.isEmpty
      && change.operations.allSatisfy {
        $0.cell.element == nil && $0.replaces.isEmpty && $0.values.count == 1
          && $0.values[0].restores == nil && !$0.cell.field.isEmpty
      }
    let plain = plain(encoded)
    #expect((plain != nil) == isPlain)
    if let plain { try expectAgreement(plain, encoded, change.dot) }
  }

  @Test("Of every prefix and every damaged byte, what is read so decodes to the same")
  func damage() throws {
    var generator = Generator(state: 5)
    var taken = 0
    for _ in 0..<8 {
      let change = generator.plainChange()
      let whole = encode(change)
      var variants = whole.bytes.indices.map { Array(whole.bytes.prefix($0)) }
      for index in whole.bytes.indices {
        for bit in 0..<8 {
          var damaged = whole.bytes
          damaged[index] ^= 1 << UInt8(bit)
          variants.append(damaged)
        }
      }
      for bytes in variants {
        let encoded = EncodedChange(bytes: bytes)
        guard let plain = plain(encoded) else { continue }
        taken += 1
        try expectAgreement(plain, encoded, change.dot)
      }
    }
    #expect(taken > 1_000, "damage that leaves a plain change is part of the test")
  }

  @Test("Fields in another order, twice, or of a newer software are left to the decoder")
  func otherForms() {
    var generator = Generator(state: 9)
    let bytes = encode(generator.plainChange()).bytes
    #expect(plain(EncodedChange(bytes: bytes)) != nil)
    #expect(plain(EncodedChange(bytes: bytes + [0x10, 0x01])) == nil)
    #expect(plain(EncodedChange(bytes: bytes + [0xF8, 0x07, 0x05])) == nil)
    #expect(plain(EncodedChange(bytes: bytes, personal: [0])) == nil)
    #expect(plain(EncodedChange(bytes: [])) == nil)
  }

  private func plain(_ encoded: EncodedChange) -> PlainChange? {
    var plain = PlainChange()
    return plain.read(encoded) ? plain : nil
  }

  private func expectAgreement(
    _ plain: PlainChange, _ encoded: EncodedChange, _ dot: Dot
  ) throws {
    let decoded = try ChangeCodec.decode(encoded, project: project, dot: dot)
    func text(_ range: Range<Int>) -> String {
      String(decoding: encoded.bytes[range], as: UTF8.self)
    }
    #expect(text(plain.kind).isBytewiseEqual(to: decoded.kind))
    #expect(plain.record == decoded.record)
    #expect(decoded.naturalKey.isEmpty)
    let operations = plain.writes.map { write in
      let value: Value =
        switch write.value {
        case .null: .null
        case .boolean(let boolean): .boolean(boolean)
        case .integer(let integer): .integer(integer)
        case .text(let range): .text(text(range))
        }
      return FieldOperation(cell: CellKey(text(write.field)), value: value, replaces: [])
    }
    #expect(operations == decoded.operations)
  }
}

extension Generator {
  fileprivate mutating func plainChange() -> Change {
    var change = change()
    change.naturalKey = []
    change.operations = (0..<Int.random(in: 0...9, using: &self)).map { _ in
      let field = ["title", "body", "état", "x", "a field of a long name"].randomElement(
        using: &self)
      return FieldOperation(cell: CellKey(field ?? "title"), value: value(), replaces: [])
    }
    return change
  }
}
