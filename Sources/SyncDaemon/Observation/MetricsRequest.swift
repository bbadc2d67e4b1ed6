/// What a client of the metrics' port has sent so far, read as HTTP/1.1 (RFC 9112).
enum MetricsRequestReading: Hashable {
  /// The head has not ended.
  case incomplete
  /// The metrics are asked for; of a HEAD request the body is left out.
  case metrics(hasBody: Bool)
  case refused(status: String)

  /// Bytes of a request's head that are taken.
  static let longestHead = 8_192

  init(_ bytes: [UInt8]) {
    let lines = String(decoding: bytes.prefix(Self.longestHead), as: UTF8.self)
      .replacing("\r\n", with: "\n")
    guard let end = lines.firstRange(of: "\n\n") else {
      self = bytes.count >= Self.longestHead ? .refused(status: "431 Too Large") : .incomplete
      return
    }
    let words = lines[..<end.lowerBound].prefix { $0 != "\n" }.split(separator: " ")
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else {
      self = .refused(status: "400 Bad Request")
      return
    }
    let path = words[1].prefix { $0 != "?" }
    switch (words[0], path) {
    case ("GET", "/metrics"): self = .metrics(hasBody: true)
    case ("HEAD", "/metrics"): self = .metrics(hasBody: false)
    case ("GET", _), ("HEAD", _): self = .refused(status: "404 Not Found")
    default: self = .refused(status: "405 Method Not Allowed")
    }
  }

  /// The whole answer; the connection is closed after it.
  static func answer(status: String, body: String, hasBody: Bool = true) -> [UInt8] {
    let head = """
      HTTP/1.1 \(status)\r
      Content-Type: text/plain; version=0.0.4; charset=utf-8\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r

      """
    return Array(head.utf8) + (hasBody ? Array(body.utf8) : [])
  }
}
