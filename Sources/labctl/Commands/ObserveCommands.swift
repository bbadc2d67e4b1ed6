import ArgumentParser
import Glibc
import SyncControl

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Prints the daemon's metrics for Prometheus.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let metrics = try connection.ask(MetricsRequest())
    if output.json { return try printDocument(metrics) }
    try StandardOutput.line(
      metrics.text.hasSuffix("\n") ? String(metrics.text.dropLast()) : metrics.text)
  }
}

struct EventsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Prints what happened in the daemon, one event a line.",
    discussion: """
      --follow goes on until it is interrupted, also over restarts of labsyncd. With --json each \
      line is an object of its own.
      """)

  @Flag(help: "Wait for what happens next.") var follow = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var request = EventsRequest()
    try take(connection.ask(request), &request)
    while follow {
      do {
        let client = try connection.client()
        // Half of what the answer may take, so that a quiet hour is no silent daemon.
        request.waitMilliseconds = min(60, connection.timeout) * 500
        while true { try take(client.ask(request), &request) }
      } catch let failure as ControlFailure where failure.exit == .daemonUnreachable {
        StandardError.line("labctl: \(Terminal.harmless("\(failure)"))")
        sleep(2)
      }
    }
  }

  private func take(_ page: EventPage, _ request: inout EventsRequest) throws {
    if page.missed > 0, request.run == page.run {
      StandardError.line("labctl: \(Words.count(Int(page.missed), "event")) forgotten meanwhile")
    }
    for event in page.events { try print(event) }
    try StandardOutput.flush()
    if request.run != page.run { request.after = nil }
    request.run = page.run
    request.after = page.events.last?.number ?? request.after ?? 0
  }

  private func print(_ event: DaemonEvent) throws {
    if output.json { return try printDocument(event) }
    let fields = try event.fields.sorted { $0.key < $1.key }
      .map { " \($0.key)=\(try Words.value($0.value))" }.joined()
    try StandardOutput.line(Terminal.oneLine("\(Words.time(event.at)) \(event.event)\(fields)"))
  }
}
