import Fuzzing
import LivingLab
import SyncCore

@testable import SyncWire

extension FuzzTarget {
  /// One change with its personal part: read, written and read again, merged and shown.
  ///
  /// An input is a flag, the personal part as a piece, and the change. Where the flag is odd, the
  /// personal part is taken as the values alone and committed to: no chance finds a commitment.
  static let changePayloads = FuzzTarget(
    name: "change-payloads", maximumBytes: 768,
    seeds: {
      SampleChanges.all.flatMap { change in
        let encoded = SampleChanges.encode(change)
        let values = reading { try PersonalPart(decoding: encoded.personal).values } ?? []
        return [
          [0] + ByteSource.piece(encoded.personal) + encoded.bytes,
          [1] + ByteSource.piece(values) + encoded.bytes,
        ]
      }
    },
    run: { bytes in
      var source = ByteSource(bytes)
      let isCommitted = source.byte() & 1 == 1
      let personal = source.piece()
      var encoded = EncodedChange(bytes: source.remainder(), personal: personal)
      if isCommitted { commit(&encoded) }
      let dot = Dot(replica: SampleMessages.replica(1), lane: .records, sequence: 3)
      let decoded = reading {
        try ChangeCodec.decode(encoded, project: SampleMessages.project, dot: dot)
      }
      checkPlain(encoded, decoded)
      guard let change = decoded else { return }
      let again = SampleChanges.encode(change)
      let second = reading {
        try ChangeCodec.decode(again, project: SampleMessages.project, dot: dot)
      }
      require(second == change, "a change that was read is written and read as the same change")
      require(
        second.map(SampleChanges.encode) == again, "a change is written to the same bytes twice")
      var record = FuzzedRecord()
      record.receive(change)
      record.showEverything(of: LivingLab.schema[change.kind])
    })

  /// The short way reads what the long way reads.
  private static func checkPlain(_ encoded: EncodedChange, _ change: Change?) {
    var plain = PlainChange()
    guard plain.read(encoded) else { return }
    func text(_ range: Range<Int>) -> String {
      String(decoding: encoded.bytes[range], as: UTF8.self)
    }
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
    require(change?.kind == text(plain.kind), "a plain change has the kind of the change")
    require(change?.record == plain.record, "a plain change has the record of the change")
    require(change?.naturalKey == [], "a plain change has no natural key")
    require(change?.operations == operations, "a plain change has the operations of the change")
  }

  private static func commit(_ encoded: inout EncodedChange) {
    let key = SampleChanges.commitmentKey
    var writer = WireWriter(capacity: 24)
    writer.blob(12, Commitment.over(encoded.personal, key: key))
    encoded.bytes += writer.bytes
    encoded.personal = PersonalPart(key: key, values: encoded.personal).encoded
  }
}
