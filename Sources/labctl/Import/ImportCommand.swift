import ArgumentParser
import SyncControl

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Takes in a JSON Lines file.",
    discussion: """
      A line that can not be taken is reported as FILE:line: reason, the others are taken, and the \
      command ends with 3. Importing a file again changes nothing. - is the standard input.
      """)

  @Argument(help: "A JSON Lines file, or - for the standard input.") var file: String
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let client = try connection.client()
    var reader = try LineReader(file)
    var batch = ImportBatch()
    var total = ImportTotal(file: file, totalBytes: reader.totalBytes)
    do {
      while let line = try reader.next() {
        let number = batch.nextLine
        if batch.isFull(before: line) { try send(&batch, to: client, &total) }
        batch.add(line)
        if case .refused(let reason) = line { total.refuse(number, reason) }
        total.showProgress(bytesRead: reader.bytesRead)
      }
      try send(&batch, to: client, &total)
    } catch var failure as ControlFailure {
      total.progress.clear()
      failure.why += "; \(Words.count(total.linesDone, "line")) of \(file) had been looked at"
      failure.remedy = "\(failure.remedy), and import again: what was taken stays once"
      throw failure
    }
    try finish(&total)
  }

  private func send(
    _ batch: inout ImportBatch, to client: borrowing ControlClient, _ total: inout ImportTotal
  ) throws {
    guard let request = batch.take(project: project) else { return }
    let result = try client.ask(request)
    total.add(result, lines: request.lines.count)
  }

  private func finish(_ total: inout ImportTotal) throws {
    total.progress.clear()
    if output.json {
      try printDocument(total.summary)
    } else {
      try StandardOutput.line(
        "\(Words.count(total.accepted, "line")) taken "
          + "(\(Words.grouped(total.changed)) changed something, "
          + "\(Words.grouped(total.unchanged)) said nothing new), "
          + "\(Words.grouped(total.refused)) refused")
    }
    try StandardOutput.flush()
    if total.refused > 0 { throw Ended(status: .partlyDone) }
  }
}

/// Lines on their way into one request.
struct ImportBatch {
  private(set) var nextLine = 1
  private var lines: [String] = []
  private var bytes = 0

  /// Whether this line has to wait for the next request.
  func isFull(before line: LineReader.Line) -> Bool {
    !lines.isEmpty && bytes + line.utf8Count > ControlProtocol.importRequestBytes
  }

  /// A line that is no text keeps its place as an empty one, which is passed over.
  mutating func add(_ line: LineReader.Line) {
    switch line {
    case .text(let text): lines.append(text)
    case .refused: lines.append("")
    }
    // An empty line costs as well: its quotes, its comma and its place.
    bytes += line.utf8Count + 8
    nextLine += 1
  }

  /// The request, and an empty batch for what follows; nil when there is nothing to send.
  mutating func take(project: String?) -> ImportRequest? {
    guard !lines.isEmpty else { return nil }
    let request = ImportRequest(
      firstLine: nextLine - lines.count, lines: lines, project: project)
    lines.removeAll(keepingCapacity: true)
    bytes = 0
    return request
  }
}

extension LineReader.Line {
  fileprivate var utf8Count: Int {
    switch self {
    case .text(let text): text.utf8.count
    case .refused: 0
    }
  }
}

/// What all requests of an import came to. Refused lines are reported at once, not kept.
struct ImportTotal {
  var progress: ProgressBar
  private(set) var linesDone = 0
  private(set) var accepted = 0
  private(set) var changed = 0
  private(set) var unchanged = 0
  private(set) var refused = 0
  private let file: String
  /// Of the refused lines the first so many are in the summary for programs.
  private var firstRefusals: [ImportResult.Refusal] = []

  init(file: String, totalBytes: Int?) {
    self.file = file
    progress = ProgressBar(total: totalBytes)
  }

  mutating func showProgress(bytesRead: Int) {
    let words =
      "\(Words.count(linesDone, "line")), \(Words.grouped(refused)) refused"
      + progress.rate(linesDone, "lines")
    progress.update(done: bytesRead, words)
  }

  mutating func add(_ result: ImportResult, lines: Int) {
    linesDone += lines
    accepted += result.accepted
    changed += result.changed
    unchanged += result.unchanged
    for refusal in result.refused { refuse(refusal.line, refusal.reason) }
  }

  mutating func refuse(_ line: Int, _ reason: String) {
    progress.clear()
    StandardError.line("\(file):\(line): \(Terminal.oneLine(Naming.improving(reason)))")
    refused += 1
    if firstRefusals.count < 1000 { firstRefusals.append(.init(line: line, reason: reason)) }
  }

  var summary: ImportResult {
    ImportResult(
      accepted: accepted, changed: changed, unchanged: unchanged,
      refused: firstRefusals.sorted { $0.line < $1.line })
  }
}
