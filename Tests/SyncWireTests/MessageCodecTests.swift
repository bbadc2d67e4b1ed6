import SwiftProtobuf
import SyncCore
import SyncProtocol
import Testing

@testable import SyncWire

@Suite("Messages as frames")
struct MessageCodecTests {
  @Test("A message that was encoded decodes to itself", arguments: messages)
  func roundTrip(message: SyncProtocol.Message) throws {
    #expect(try MessageCodec.decode(MessageCodec.encode(message)) == message)
  }

  @Test("Each message is these bytes", arguments: zip(messages, Golden.messages))
  func golden(message: SyncProtocol.Message, bytes: String) throws {
    #expect(hexadecimal(try Frame.unwrap(MessageCodec.encode(message))) == bytes)
  }

  @Test("A small frame is a version, no flags, and the message")
  func smallFrame() {
    #expect(MessageCodec.encode(.receipt(Receipt(number: 12))) == [1, 0, 0x2A, 2, 8, 12])
  }

  @Test("There is a golden frame for each message")
  func goldenCount() {
    #expect(messages.count == Golden.messages.count)
    #expect(Set(messages.map(\.name)).count == 10)
  }

  @Test("Every prefix and every damaged byte of a frame gives a message or an error")
  func damage() {
    for message in messages {
      let frame = MessageCodec.encode(message)
      for count in frame.indices {
        _ = try? MessageCodec.decode(Array(frame.prefix(count)))
      }
      for index in frame.indices {
        for value in [0x00, 0x01, 0x7F, 0x80, 0xFF, frame[index] ^ 1, frame[index] ^ 0x40]
          as [UInt8]
        {
          var damaged = frame
          damaged[index] = value
          _ = try? MessageCodec.decode(damaged)
        }
      }
    }
  }

  @Test("The generated code reads the batches that are written by hand")
  func agreement() throws {
    for case .batch(let batch) in messages {
      let bytes = BatchCodec.encode(batch)
      let wire = try WireMessage(serializedBytes: bytes)
      #expect(try wire.serializedBytes() as [UInt8] == bytes)
      #expect(wire.batch.number == batch.number)
      #expect(try BatchCodec.decode(try wire.serializedBytes()) == batch)
    }
  }

  @Test("Another version, unknown flags and an empty frame are errors")
  func header() {
    #expect(throws: WireError(.unknownVersion(2), in: "Frame", at: 0)) {
      try MessageCodec.decode([2, 0, 1])
    }
    #expect(throws: WireError(.unknownFlags(6), in: "Frame", at: 1)) {
      try MessageCodec.decode([1, 6, 1])
    }
    #expect(throws: WireError(.truncated, in: "Frame", at: 1)) { try MessageCodec.decode([1]) }
    #expect(throws: WireError(.missing, in: "Message.kind", at: 0)) {
      try MessageCodec.decode([1, 0])
    }
  }

  @Test("A batch is compressed, and one that is too repetitive is sent as it is")
  func compression() throws {
    let text = (0..<3_000).map { "idea \($0 * 7_919 % 3_001)" }.joined(separator: ", ")
    let batch = message(of: Array(text.utf8))
    let frame = MessageCodec.encode(batch)
    #expect(frame[1] == 1)
    #expect(frame.count < text.utf8.count / 2)
    #expect(try MessageCodec.decode(frame) == batch)

    let monotone = message(of: [UInt8](repeating: 0x41, count: 100_000))
    #expect(MessageCodec.encode(monotone)[1] == 0)
    #expect(try MessageCodec.decode(MessageCodec.encode(monotone)) == monotone)
  }

  @Test("A frame that would decompress to far more than it is, or than the limit, is refused")
  func bomb() {
    let cases = [
      (1 << 20, ProtocolLimits.compressionRatio),
      (ProtocolLimits.messageBytes + 1, ProtocolLimits.messageBytes),
      (64 << 20, ProtocolLimits.messageBytes),
    ]
    for (count, limit) in cases {
      let frame = bombFrame(of: count)
      #expect(frame.count < 64 << 10)
      #expect(throws: WireError(.overLimit(limit), in: "Frame", at: 2)) {
        try MessageCodec.decode(frame)
      }
    }
  }

  @Test("A compressed frame that lies about its size is refused")
  func lyingSize() throws {
    let text = (0..<3_000).map { "idea \($0 * 7_919 % 3_001)" }.joined(separator: ", ")
    let frame = MessageCodec.encode(message(of: Array(text.utf8)))
    for index in 2..<12 {
      var lying = frame
      lying[index] ^= 0x01
      let decoded = try? MessageCodec.decode(lying)
      #expect(decoded == nil)
    }
  }

  @Test("A frame above the limit is refused before it is read")
  func oversized() {
    let frame = [1, 0] + [UInt8](repeating: 0, count: ProtocolLimits.frameBytes + 1)
    #expect(throws: WireError.self) { try MessageCodec.decode(frame) }
  }

  @Test("Sequences that no store can hold are refused")
  func sequences() {
    for sequence in [0, UInt64.max, ProtocolLimits.sequence + 1] {
      var batch = Batch(
        number: 1, changes: ChangeBatch(project: project, lane: .records, runs: []))
      batch.changes.runs = [
        ChangeRun(
          replica: replicaID(1), firstSequence: sequence, changes: [EncodedChange(bytes: [1])])
      ]
      #expect(throws: WireError.self) {
        try MessageCodec.decode(MessageCodec.encode(.batch(batch)))
      }
      let divergence = Divergence(
        project: project, origin: Origin(replica: replicaID(1), lane: .records),
        sequence: sequence)
      #expect(throws: WireError.self) {
        try MessageCodec.decode(MessageCodec.encode(.divergence(divergence)))
      }
    }
  }

  private func message(of bytes: [UInt8]) -> SyncProtocol.Message {
    .batch(
      Batch(
        number: 1,
        changes: ChangeBatch(
          project: project, lane: .records,
          runs: [
            ChangeRun(
              replica: replicaID(1), firstSequence: 1, changes: [EncodedChange(bytes: bytes)])
          ])))
  }
}
