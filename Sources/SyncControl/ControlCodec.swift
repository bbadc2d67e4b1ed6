import Foundation

/// Requests and answers as bytes: one JSON object each, in UTF-8, members sorted by name.
public enum ControlCodec {
  /// The bytes of a request.
  public static func encode(_ question: some ControlQuestion) throws(ControlFailure) -> [UInt8] {
    try bytes(of: RequestEnvelope(question: question), what: "the request could not be written")
  }

  /// Reads a request. What it throws is the answer to give.
  public static func decodeRequest(_ bytes: [UInt8]) throws(ControlFailure) -> ControlRequest {
    let what = "the request was not understood"
    let head = try value(of: RequestHead.self, in: bytes, what: what)
    guard head.version == ControlProtocol.version else {
      throw ControlFailure(
        what: what,
        why:
          "it is of version \(head.version), and this labsyncd speaks \(ControlProtocol.version)",
        remedy: "use the labctl that came with labsyncd", exit: .failed)
    }
    guard ControlRequest.Name(rawValue: head.request) != nil else {
      throw ControlFailure(
        what: "labsyncd does not know the request \(head.request)", why: "it may be older",
        remedy: "use the labctl that came with labsyncd", exit: .failed)
    }
    return try value(of: ControlRequest.self, in: bytes, what: what, exit: .usage)
  }

  /// The bytes of the answer to a request that was carried out.
  public static func encode(
    answer: some Codable & Hashable & Sendable
  ) throws(ControlFailure) -> [UInt8] {
    try bytes(of: AnswerEnvelope(result: answer), what: "the answer could not be written")
  }

  /// The bytes of the answer to a request that was not.
  public static func encode(failure: ControlFailure) throws(ControlFailure) -> [UInt8] {
    try bytes(of: FailureEnvelope(error: failure), what: "the answer could not be written")
  }

  /// Reads the answer to `Question`. Throws the daemon's own failure when it sent one.
  public static func decodeAnswer<Question: ControlQuestion>(
    to question: Question.Type, _ bytes: [UInt8]
  ) throws(ControlFailure) -> Question.Answer {
    let what = "the answer of labsyncd was not understood"
    let head = try value(of: AnswerHead.self, in: bytes, what: what)
    guard head.version == ControlProtocol.version else {
      throw ControlFailure(
        what: what,
        why: "it is of version \(head.version), and this program speaks \(ControlProtocol.version)",
        remedy: "use the labctl that came with labsyncd")
    }
    guard head.ok else {
      throw try value(of: FailureEnvelope.self, in: bytes, what: what).error
    }
    return try value(of: ResultOnly<Question.Answer>.self, in: bytes, what: what).result
  }

  /// The answer alone, as a program reads it: its members, and `version` among them.
  public static func document(
    _ answer: some Codable & Hashable & Sendable
  ) throws(ControlFailure) -> [UInt8] {
    try bytes(of: VersionedAnswer(answer), what: "the answer could not be written")
  }

  /// One value as JSON text.
  public static func text(of value: JSON) throws(ControlFailure) -> String {
    String(decoding: try bytes(of: value, what: "a value could not be written"), as: UTF8.self)
  }

  private static func bytes(
    of value: some Encodable, what: String
  ) throws(ControlFailure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value))
    } catch {
      throw ControlFailure(what: what, why: words(for: error), remedy: "")
    }
  }

  private static func value<Value: Decodable>(
    of type: Value.Type, in bytes: [UInt8], what: String, exit: ExitStatus = .failed
  ) throws(ControlFailure) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch let failure as ControlFailure {
      throw failure
    } catch {
      throw ControlFailure(
        what: what, why: words(for: error), remedy: "use the labctl that came with labsyncd",
        exit: exit)
    }
  }

  /// Why coding failed, without repeating what was in the message.
  private static func words(for error: any Error) -> String {
    guard let error = error as? DecodingError else { return "it cannot be written as JSON" }
    switch error {
    case .keyNotFound(let key, let context):
      return "\(place(context.codingPath + [key])) is missing"
    case .typeMismatch(_, let context):
      return "\(place(context.codingPath)) is of another type"
    case .valueNotFound(_, let context):
      return "\(place(context.codingPath)) is null"
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      return "it is not JSON"
    case .dataCorrupted(let context):
      return "\(place(context.codingPath)) has a value that is not known"
    @unknown default:
      return "it is not as agreed"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.isEmpty ? "the message" : path.map(\.stringValue).joined(separator: ".")
  }
}

private struct RequestHead: Decodable {
  var version: Int
  var request: String
}

private struct RequestEnvelope<Question: ControlQuestion>: Encodable {
  var question: Question

  enum CodingKeys: String, CodingKey { case version, request }

  func encode(to encoder: any Encoder) throws {
    try question.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(ControlProtocol.version, forKey: .version)
    try container.encode(Question.name, forKey: .request)
  }
}

private struct AnswerHead: Decodable {
  var version: Int
  var ok: Bool
}

private struct AnswerEnvelope<Result: Encodable>: Encodable {
  var version = ControlProtocol.version
  var ok = true
  var result: Result
}

private struct ResultOnly<Result: Decodable>: Decodable {
  var result: Result
}

private struct FailureEnvelope: Codable {
  var version = ControlProtocol.version
  var ok = false
  var error: ControlFailure
}
