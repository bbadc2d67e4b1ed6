import Foundation
import Testing

@testable import SyncControl

/// The JSON blocks of the norm, in their order.
private func examples() throws -> [String] {
  let page = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/SyncControl/Documentation.docc/ControlProtocol.md")
  let text = try String(contentsOf: page, encoding: .utf8)
  return text.components(separatedBy: "```json\n").dropFirst().compactMap {
    $0.components(separatedBy: "\n```").first
  }
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

@Suite("The control protocol")
struct ControlProtocolTests {
  /// A request's bytes again, and its answer's.
  private func again<Question: ControlQuestion>(
    _ question: Question, answer: String
  ) throws -> (request: String, answer: String) {
    let decoded = try ControlCodec.decodeAnswer(to: Question.self, bytes(answer))
    return (
      String(decoding: try ControlCodec.encode(question), as: UTF8.self),
      String(decoding: try ControlCodec.encode(answer: decoded), as: UTF8.self)
    )
  }

  @Test("reads and writes every example of its page, byte for byte")
  func pageExamples() throws {
    let examples = try examples()
    var names: Set<ControlRequest.Name> = []
    for index in stride(from: 1, to: examples.count - 1, by: 2) {
      let request = try ControlCodec.decodeRequest(bytes(examples[index]))
      let written = try again(request.question, answer: examples[index + 1])
      #expect(written.request == examples[index])
      #expect(written.answer == examples[index + 1])
      names.insert(type(of: request.question).name)
    }
    #expect(names == Set(ControlRequest.Name.allCases))
    #expect(examples.count.isMultiple(of: 2) == false)
  }

  @Test("carries a failure whole")
  func failure() throws {
    let example = try #require(try examples().first)
    let failure = try #require(throws: ControlFailure.self) {
      try ControlCodec.decodeAnswer(to: ShowRequest.self, bytes(example))
    }
    #expect(failure.exit == .failed)
    #expect(
      "\(failure)"
        == "there is no idea 0195d2c4-0000-7000-8000-000000000009 (this replica has never seen it). "
        + "Try: labctl list idea")
    #expect(String(decoding: try ControlCodec.encode(failure: failure), as: UTF8.self) == example)
  }

  @Test("passes over members that it does not know")
  func additions() throws {
    let request = try ControlCodec.decodeRequest(
      bytes(#"{"version":1,"request":"show","kind":"idea","id":"x","colour":{"a":[1]}}"#))
    #expect(request == .show(ShowRequest(kind: "idea", id: "x")))
  }

  @Test(
    "refuses what is not a request, with the reason and none of the message's words",
    arguments: [
      (#"{"version":2,"request":"status"}"#, "it is of version 2"),
      (#"{"version":1,"request":"format"}"#, "format"),
      (#"{"version":1,"request":"show","kind":"idea"}"#, "id is missing"),
      (#"{"version":1,"request":"show","kind":7,"id":"x"}"#, "kind is of another type"),
      (#"{"version":1,"request":"sync","action":"secretword"}"#, "action has a value"),
      (#"{"version":1,"request":"conflictResolve","id":"x"}"#, "either keep or value"),
      (#"{"version":1,"request":"conflictResolve","id":"x","keep":1,"value":2}"#, "either keep"),
      ("secretword", "not JSON"), ("", "not JSON"), ("[]", "another type"),
    ])
  func malformed(text: String, reason: String) throws {
    let failure = try #require(throws: ControlFailure.self) {
      try ControlCodec.decodeRequest(bytes(text))
    }
    #expect("\(failure)".contains(reason), "\(failure)")
    #expect(!"\(failure)".contains("secretword"))
  }

  @Test("keeps every kind of value as it is")
  func values() throws {
    let fields: [String: JSON] = [
      "a": .integer(.max), "b": .integer(.min), "c": .text("l’Hospitalet 🌱 \u{0}\n\"\\"),
      "d": .array([.null, .boolean(true), .boolean(false)]), "e": .object(["x": .object([:])]),
      "f": .number(0.5), "g": .text("1"), "h": .text("true"), "i": .integer(1),
    ]
    let written = try ControlCodec.encode(AddRequest(kind: "idea", fields: fields))
    #expect(
      try ControlCodec.decodeRequest(written) == .add(AddRequest(kind: "idea", fields: fields)))
  }

  @Test("gives a program the answer with its version, and status with every member")
  func documents() throws {
    let document = String(
      decoding: try ControlCodec.document(ParkedRetryResult(applied: 1, stillParked: 0)),
      as: UTF8.self)
    #expect(document == #"{"applied":1,"stillParked":0,"version":1}"#)
    let status = try ControlCodec.document(sampleStatus())
    let members = try #require(
      try JSONSerialization.jsonObject(with: Data(status)) as? [String: Any])
    for name in [
      "version", "side", "replica", "projects", "connection", "queued", "received", "durable",
      "confirmed", "oldestAgeSeconds", "conflicts", "settled", "parked", "held",
      "clockOffsetMilliseconds", "lastSync", "inSync",
    ] {
      #expect(members.keys.contains(name), "\(name) is missing")
    }
    let connection = try #require(members["connection"] as? [String: Any])
    #expect(Set(connection.keys) == ["state", "words", "endpoint", "since"])
    let inSync = try #require(members["inSync"] as? [String: Any])
    #expect(Set(inSync.keys) == ["value", "at"])
  }

  @Test("has room for the longest line, whatever escaping it needs")
  func limits() throws {
    let line = String(repeating: "\u{1}", count: ControlProtocol.importLineBytes)
    let request = try ControlCodec.encode(ImportRequest(firstLine: .max, lines: [line]))
    #expect(request.count <= ControlProtocol.messageBytes)
  }
}

/// A laptop that has never synced: whatever may be without a value is.
func sampleStatus() -> Status {
  Status(
    side: .lab, replica: "r", name: "Taula 3", projects: [],
    connection: .init(state: .unconfigured, words: "no endpoint is set", endpoint: nil, since: 0),
    outbox: 0, queued: 0, received: 0, durable: 0, confirmed: 0, oldestAgeSeconds: nil,
    conflicts: 0, settled: 0, parked: 0, held: 0, clockOffsetMilliseconds: nil, lastSync: nil,
    inSync: .init(value: false, at: nil), storeBytes: 0, software: "labsyncd 0.1.0", peers: [],
    isPaused: false)
}
