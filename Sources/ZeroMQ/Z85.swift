import CZeroMQ

/// Keys as text: ZeroMQ RFC 32, five characters for four bytes.
enum Z85 {
  static func text(of bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: bytes.count / 4 * 5 + 1)
    guard zmq_z85_encode(&text, bytes, bytes.count) != nil else {
      preconditionFailure("Z85 encodes whole groups of four bytes")
    }
    return string(text)
  }

  static func key(from text: String) throws(ZeroMQError) -> [UInt8] {
    let characters = text.utf8.count
    guard characters == Curve.keyCharacters else {
      throw malformed("a key has \(Curve.keyCharacters) characters and this has \(characters)")
    }
    var bytes = [UInt8](repeating: 0, count: Curve.keyBytes)
    // libzmq stops at a zero byte, so one inside would leave the rest of the key unread.
    guard !text.utf8.contains(0), zmq_z85_decode(&bytes, text) != nil else {
      throw malformed("it holds characters that are not Z85. Copy the key again, whole")
    }
    return bytes
  }

  static func string(_ text: [CChar]) -> String {
    String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func malformed(_ reason: String) -> ZeroMQError {
    ZeroMQError(.readKey, .malformedKey(reason))
  }
}
