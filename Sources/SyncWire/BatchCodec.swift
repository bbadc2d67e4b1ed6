import SyncCore
import SyncProtocol

/// The message `Batch` inside its `Message`, by hand: nearly all bytes that travel are in one.
enum BatchCodec {
  private static let fieldOfMessage: UInt8 = 4

  static func encode(_ batch: Batch) -> [UInt8] {
    let changes = batch.changes
    var writer = WireWriter(capacity: changes.byteCount + 12 * changes.count + 256)
    writer.message(fieldOfMessage) { writer in
      if batch.number != 0 { writer.varint(1, batch.number) }
      writer.id(2, changes.project.rawValue)
      if changes.lane != .rights { writer.varint(3, UInt64(changes.lane.rawValue)) }
      for run in changes.runs {
        writer.message(4) { $0.write(run) }
      }
    }
    return writer.bytes
  }

  /// The batch, or `nil` where the message is of another kind.
  static func decode(_ bytes: [UInt8]) throws(WireError) -> Batch? {
    var reader = WireReader(bytes, place: "Message")
    guard let field = try reader.next(), field.number == UInt64(fieldOfMessage) else { return nil }
    var content = try reader.message(field, place: "Batch")
    guard try reader.next() == nil else { throw reader.error(.malformed) }
    return try content.batch()
  }
}

extension WireWriter {
  mutating func id(_ number: UInt8, _ id: UniqueID) { self.id(number, high: id.high, low: id.low) }

  fileprivate mutating func write(_ run: ChangeRun) {
    id(1, run.replica.rawValue)
    if run.firstSequence != 0 { varint(2, run.firstSequence) }
    for change in run.changes {
      beginMessage(3, byteCount: Self.byteCount(of: change))
      blob(1, change.bytes)
      if !change.personal.isEmpty { blob(2, change.personal) }
    }
  }
}

extension WireWriter {
  private static func byteCount(of change: EncodedChange) -> Int {
    let personal = change.personal.isEmpty ? 0 : blobByteCount(change.personal)
    return blobByteCount(change.bytes) + personal
  }
}

extension WireReader {
  fileprivate mutating func batch() throws(WireError) -> Batch {
    var batch = Batch(
      number: 0,
      changes: ChangeBatch(
        project: ProjectID(rawValue: UniqueID(high: 0, low: 0)), lane: .rights, runs: []))
    var count = 0
    while let field = try next() {
      switch field.number {
      case 1: batch.number = try varint(field)
      case 2: batch.changes.project = ProjectID(rawValue: UniqueID(try id(field)))
      case 3: batch.changes.lane = try lane(field)
      case 4:
        var run = try message(field, place: "Run")
        batch.changes.runs.append(try run.run(counting: &count))
      default: try skip(field)
      }
    }
    return batch
  }

  private mutating func run(counting count: inout Int) throws(WireError) -> ChangeRun {
    var run = ChangeRun(
      replica: ReplicaID(rawValue: UniqueID(high: 0, low: 0)), firstSequence: 0, changes: [])
    while let field = try next() {
      switch field.number {
      case 1: run.replica = ReplicaID(rawValue: UniqueID(try id(field)))
      case 2: run.firstSequence = try varint(field)
      case 3:
        count += 1
        guard count <= ProtocolLimits.batchRows else {
          throw error(.overLimit(ProtocolLimits.batchRows), "changes")
        }
        var change = try message(field, place: "EncodedChange")
        run.changes.append(try change.encodedChange())
      default: try skip(field)
      }
    }
    // Counting on from the first must reach the last, in a signed 64-bit column.
    guard run.firstSequence > 0, run.firstSequence <= ProtocolLimits.sequence, !run.changes.isEmpty
    else { throw error(.unknownValue(run.firstSequence), "first_sequence") }
    return run
  }

  private mutating func encodedChange() throws(WireError) -> EncodedChange {
    var change = EncodedChange(bytes: [])
    while let field = try next() {
      switch field.number {
      case 1: change.bytes = try blob(field)
      case 2: change.personal = try blob(field)
      default: try skip(field)
      }
    }
    return change
  }
}
