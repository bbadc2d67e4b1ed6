import Glibc
import Logging

/// Writes log lines to the standard error: for the journal with its priority and without a time,
/// else with time and level. One line is one write. Where the journal has a socket, ``JournalLog`` writes
/// there.
///
/// A message is a fixed sentence; what varies is metadata, `name=value`. Words that people wrote
/// never belong in either.
public struct StandardErrorLog: LogHandler {
  /// How a line begins.
  public enum Form: Hashable, Sendable {
    /// `<6>`: the priority of sd-daemon(3). The journal keeps the time.
    case journal
    /// `2026-03-01T18:04:05.120Z info`
    case timed
  }

  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let form: Form
  private let write: @Sendable (String) -> Void

  /// - Parameter write: takes a line with its end; the standard error unless given.
  public init(
    level: Logger.Level, form: Form,
    write: @escaping @Sendable (String) -> Void = StandardErrorLog.writeToStandardError
  ) {
    logLevel = level
    self.form = form
    self.write = write
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    write(beginning(event.level) + words(of: event) + "\n")
  }

  /// A line without its beginning and end.
  func words(of event: LogEvent) -> String {
    fields(of: event).reduce(into: event.message.description.oneLine) { words, field in
      words += " \(field.name)=\(Self.text(of: field.value))"
    }
  }

  /// What varies, in the order of the names; an error is the last.
  func fields(of event: LogEvent) -> [(name: String, value: Logger.MetadataValue)] {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    let named = all.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    let error = event.error.map { (name: "error", value: Logger.MetadataValue.string("\($0)")) }
    return named + [error].compactMap(\.self)
  }

  /// A value as it is: a text without quotes, with its lines.
  static func plainText(of value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): text
    case .stringConvertible(let value): "\(value)"
    case .array, .dictionary: text(of: value)
    }
  }

  /// The form for where the standard error goes: `JOURNAL_STREAM` names the journal's socket, and
  /// whoever redirects the standard error elsewhere does not change the variable (systemd.exec(5)).
  public static func form(environment: [String: String]) -> Form {
    guard let stream = environment["JOURNAL_STREAM"] else { return .timed }
    var information = stat()
    guard fstat(STDERR_FILENO, &information) == 0 else { return .timed }
    return stream == "\(information.st_dev):\(information.st_ino)" ? .journal : .timed
  }

  /// Writes to the standard error. Nobody is left to be told when that fails.
  public static let writeToStandardError: @Sendable (String) -> Void = { line in
    let bytes = Array(line.utf8)
    while Glibc.write(STDERR_FILENO, bytes, bytes.count) < 0, errno == EINTR {}
  }

  private func beginning(_ level: Logger.Level) -> String {
    switch form {
    case .journal: "<\(level.priority)>"
    case .timed: "\(Self.time()) \(level.rawValue) "
    }
  }

  private static func text(of value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .stringConvertible(let value): quoted("\(value)")
    case .array(let values): "[\(values.map { Self.text(of: $0) }.joined(separator: ","))]"
    case .dictionary(let values):
      "{\(values.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.text(of: $0.value))" }.joined(separator: ","))}"
    }
  }

  /// The text, in quotes where it would otherwise be taken for several.
  private static func quoted(_ text: String) -> String {
    let text = text.oneLine
    let isPlain = !text.isEmpty && !text.contains { " \"=,".contains($0) }
    return isPlain ? text : "\"\(text.replacing("\"", with: "\\\""))\""
  }

  private static func time() -> String {
    let now = SystemClock.wallMilliseconds
    var seconds = time_t(now / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let digits = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(digits).\(String(now % 1000 + 1000).dropFirst())Z"
  }
}

extension Logger.Level {
  /// As syslog(3) counts.
  var priority: Int {
    switch self {
    case .trace, .debug: 7
    case .info: 6
    case .notice: 5
    case .warning: 4
    case .error: 3
    case .critical: 2
    }
  }
}

extension String {
  /// Without line ends and what steers a terminal.
  fileprivate var oneLine: String {
    guard unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
    else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      let isSteering = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      text += isSteering ? " " : String(scalar)
    }
  }
}
