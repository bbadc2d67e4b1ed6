/// An answer for a program: the members of the answer, and `version` among them.
struct VersionedAnswer<Answer: Encodable>: Encodable {
  var answer: Answer

  init(_ answer: Answer) { self.answer = answer }

  private enum CodingKeys: String, CodingKey { case version }

  func encode(to encoder: any Encoder) throws {
    try answer.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(ControlProtocol.version, forKey: .version)
  }
}
