import Logging
import SyncControl

/// Answers requests with bytes, or with why not.
protocol AnsweringService {
  /// Where it stands what went wrong otherwise than by the request.
  var logger: Logger { get }
}

extension AnsweringService {
  /// Encodes what `body` gives, and puts what it throws into words.
  func encoded(
    _ body: () throws -> some Codable & Hashable & Sendable
  ) throws(ControlFailure) -> [UInt8] {
    let answer: any Codable & Hashable & Sendable
    do {
      answer = try body()
    } catch {
      throw ControlFailure(of: error, in: logger)
    }
    return try ControlCodec.encode(answer: answer)
  }
}

extension Logger {
  /// For whoever reads no log.
  public static let silent = Logger(label: "labsyncd") { _ in SwiftLogNoOpLogHandler() }
}
