import SyncCore
import Testing

@Suite("Identifiers")
struct IdentifierTests {
  @Test("read and write the 36-character form, in either case")
  func text() {
    let text = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    let id = UniqueID(high: 0x6BA7_B810_9DAD_11D1, low: 0x80B4_00C0_4FD4_30C8)
    #expect(UniqueID(text) == id)
    #expect(UniqueID(text.uppercased()) == id)
    #expect(id.description == text)
    #expect(RecordID(text)?.description == text)
    #expect(UniqueID(high: 0, low: 0).description == "00000000-0000-0000-0000-000000000000")
  }

  @Test(
    "refuse everything else",
    arguments: [
      "", "6ba7b810", "6ba7b8109dad11d180b400c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c",
      "6ba7b810-9dad-11d1-80b4-00c04fd430c80", "6ba7b810-9dad-11d1-80b400c04fd430c8-",
      "6ba7b810-9dad-11d1-80b4-00c04fd430cg", "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
      "6ba7b810_9dad_11d1_80b4_00c04fd430c8", " 6ba7b810-9dad-11d1-80b4-00c04fd430c8",
      "6ba7b810-9dad-11d1-80b4-00c04fd430é",
    ])
  func refused(text: String) {
    #expect(UniqueID(text) == nil)
  }

  @Test("are sixteen bytes, most significant first")
  func bytes() {
    let id = UniqueID(high: 0x0102_0304_0506_0708, low: 0x090A_0B0C_0D0E_0F10)
    #expect(id.bytes == Array(1...16))
    #expect(UniqueID(bytes: id.bytes) == id)
    #expect(UniqueID(bytes: id.bytes.dropLast()) == nil)
    #expect(UniqueID(high: 1, low: .max) < UniqueID(high: 2, low: 0))
    #expect(UniqueID(high: 1, low: 1) < UniqueID(high: 1, low: .max))
  }

  private static let dns = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
  private static let x500 = "6ba7b814-9dad-11d1-80b4-00c04fd430c8"

  @Test(
    "of version 5 are those of RFC 9562, across the blocks of SHA-1",
    arguments: [
      (dns, "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
      (dns, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"),
      (dns, "llengües, niños i pingüins", "748a7d46-fd0e-51c0-89cc-fd78d0a131de"),
      ("6ba7b812-9dad-11d1-80b4-00c04fd430c8", "", "0a68eb57-c88a-5f34-9e9d-27f85e68af4f"),
      (x500, String(repeating: "a", count: 39), "1d779fbe-e369-5060-ac1f-81577ebe8b60"),
      (x500, String(repeating: "a", count: 40), "b0cb2bb0-c128-58cb-a3e4-7795ce57d6b4"),
      (x500, String(repeating: "a", count: 47), "e1cb7327-90ba-529b-85f4-c48cabf88070"),
      (x500, String(repeating: "a", count: 48), "de789902-3013-5899-adde-1eac29c8fddb"),
    ])
  func version5(namespace: String, name: String, expected: String) throws {
    let namespace = try #require(UniqueID(namespace))
    #expect(UniqueID.version5(namespace: namespace, name: name).description == expected)
  }

  @Test("of records with a natural key are derived from project, kind and key")
  func derived() throws {
    let project = ProjectID(rawValue: UniqueID(high: 0, low: 1))
    let key: [Value] = [.text("i"), .text("p"), .text("b")]
    let id = RecordID.derived(project: project, kind: "support", naturalKey: key)
    #expect(id.description == "1c129465-a67d-5eb1-b7b1-7d7078c04bf5")
    let shifted: [Value] = [.text("ip"), .text(""), .text("b")]
    #expect(id != RecordID.derived(project: project, kind: "support", naturalKey: shifted))
    #expect(id != RecordID.derived(project: project, kind: "evaluation", naturalKey: key))
    let other = ProjectID(rawValue: UniqueID(high: 0, low: 2))
    #expect(id != RecordID.derived(project: other, kind: "support", naturalKey: key))
  }

  @Test("of conflicts are the same on every replica, and one for each cell")
  func conflicts() {
    let record = RecordID(rawValue: UniqueID(high: 3, low: 4))
    let title = ConflictID(record: record, cell: CellKey("title"))
    #expect(title == ConflictID(record: record, cell: CellKey("title")))
    #expect(title != ConflictID(record: record, cell: CellKey("body")))
    #expect(title != ConflictID(record: record, cell: CellKey("title", element: "x")))
  }
}
