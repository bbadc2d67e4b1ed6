import Fuzzing
import SyncCore
import SyncWire

extension FuzzTarget {
  /// Changes of one record from several replicas, sound or not: whatever the order of their arrival,
  /// the record is the same, and the rule that the first byte picks shows something.
  static let merging = FuzzTarget(
    name: "merging", maximumBytes: 160,
    seeds: {
      FuzzedRecord.rules.indices.map { rule in
        [UInt8(rule)] + (0..<100).map { UInt8(truncatingIfNeeded: $0 * (2 * rule + 1) * 37) }
      }
    },
    run: { bytes in
      var source = ByteSource(bytes)
      let rule = source.number(below: FuzzedRecord.rules.count)
      let changes = changes(from: &source)
      var inOrder = FuzzedRecord()
      for change in changes { inOrder.receive(change) }
      var reversed = FuzzedRecord()
      for change in changes.reversed() { reversed.receive(change) }
      var rotated = FuzzedRecord()
      for change in changes.dropFirst(changes.count / 2) + changes.prefix(changes.count / 2) {
        rotated.receive(change)
      }
      require(inOrder.state == reversed.state, "a record is the same in the reversed order")
      require(inOrder.state == rotated.state, "a record is the same in a rotated order")
      inOrder.showEverything(under: FuzzedRecord.rules[rule])
    })

  private static func changes(from source: inout ByteSource) -> [Change] {
    var sequences: [UInt64] = [0, 0, 0]
    var changes: [Change] = []
    while !source.isAtEnd, changes.count < 10 {
      let replica = source.number(below: sequences.count)
      sequences[replica] += 1
      let dot = Dot(
        replica: SampleMessages.replica(UInt64(replica)), lane: .records,
        sequence: sequences[replica])
      let change = Change(
        project: SampleMessages.project, dot: dot, hlc: HLC(rawValue: UInt64(source.byte() & 7)),
        side: .lab, authority: Authority(rawValue: source.byte() & 3), channel: "lab", kind: "idea",
        record: RecordID(rawValue: UniqueID(high: 9, low: 9)),
        operations: (0...source.number(below: 3)).map { _ in operation(from: &source) })
      let encoded = SampleChanges.encode(change)
      let again = reading {
        try ChangeCodec.decode(encoded, project: SampleMessages.project, dot: dot)
      }
      require(again == change, "a change that was written is read as the same change")
      changes.append(again ?? change)
    }
    return changes
  }

  private static func operation(from source: inout ByteSource) -> FieldOperation {
    let cells = [
      CellKey("title"), CellKey("body"), CellKey("state"), CellKey("tags", element: "eco"),
      CellKey("tags", element: "water"), .deletion,
    ]
    let cell = source.pick(cells)
    let counts = source.byte()
    return FieldOperation(
      cell: cell,
      values: (0..<Int(counts & 3)).map { _ in
        let value = source.pick(values)
        let restores = source.byte()
        return WrittenValue(value, restores: restores & 1 == 0 ? nil : dot(restores >> 1))
      },
      replaces: (0..<Int(counts >> 2 & 7)).map { _ in dot(source.byte()) })
  }

  /// Of the record, or one that never comes.
  private static func dot(_ byte: UInt8) -> Dot {
    Dot(
      replica: SampleMessages.replica(UInt64(byte & 3)), lane: byte & 4 == 4 ? .rights : .records,
      sequence: UInt64(byte >> 3 & 7))
  }

  private static let values: [Value] = [
    .null, .boolean(true), .boolean(false), .integer(.min), .integer(.max), .integer(1), .text(""),
    .text("lab"), .text("public"), .text("draft"), .text("open"), .text("other"), .text("done"),
    .text("idle"), .text("withdrawn"), .text("rejected"), .text("merged:1"), .text("merged:2"),
    .text("One. Two. Three."), .text("One. 2. Three."), .text("One. Two. 3."),
    .text("0. One. Two. Three."), .text("One.\nTwo.\n\nThree."), .text("Two. Three. Four?"),
    .text("é"), .text("e\u{301}"),
  ]
}
