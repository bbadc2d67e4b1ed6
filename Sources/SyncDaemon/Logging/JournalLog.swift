import Logging

/// Writes to the journal itself: the line that the standard error would get, and each name of metadata as a
/// field of its own, to search for. What the journal does not take goes to the standard error.
struct JournalLog: LogHandler {
  private var lines: StandardErrorLog
  private let socket: JournalSocket
  private let identifier: String

  /// - Parameters:
  ///   - identifier: what the journal shows before a line, as `SyslogIdentifier` of the unit.
  ///   - lines: makes the lines, and takes those that the journal does not.
  init(_ socket: JournalSocket, identifier: String, otherwise lines: StandardErrorLog) {
    self.socket = socket
    self.identifier = identifier
    self.lines = lines
  }

  var logLevel: Logger.Level {
    get { lines.logLevel }
    set { lines.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { lines.metadata }
    set { lines.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { lines[metadataKey: key] }
    set { lines[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    var entry = JournalEntry(
      message: lines.words(of: event), priority: event.level.priority, identifier: identifier)
    for (name, value) in lines.fields(of: event) {
      entry.add(metadata: name, StandardErrorLog.plainText(of: value))
    }
    if !socket.send(entry) { lines.log(event: event) }
  }
}
