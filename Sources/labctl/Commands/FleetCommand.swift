import ArgumentParser
import SyncControl

struct FleetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fleet", abstract: "Lists the machines that the online side serves.",
    discussion: """
      What is unsent is what a machine last said to have and this side had not, at the time in the \
      next column: of what was written since, nobody knows before it comes back. The age is that of the \
      oldest that was unsent when it came.
      """)

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let fleet = try connection.ask(FleetRequest())
    if output.json { return try printDocument(fleet) }
    if fleet.machines.isEmpty {
      return StandardError.line(
        "No machine is let in yet. Put a laptop's public key into the folder of authorized keys.")
    }
    var table = Table([
      "machine", "connection", "last contact", "unsent", "known at", "drained in", "clock",
      "software",
    ])
    for machine in fleet.machines {
      let report = machine.reported
      table.add([
        machine.name, machine.words,
        machine.lastContact.map(Words.timeAndAge) ?? "not known",
        report.map { unsent($0, isNow: machine.isConnected) } ?? "not known",
        report.map { Words.time($0.at) } ?? "",
        report?.expectedDrainSeconds.map { "about \(Words.duration($0))" } ?? "",
        machine.clockOffsetMilliseconds.map(Words.clockOffset) ?? "",
        machine.software ?? "",
      ])
    }
    try table.print()
  }

  private func unsent(_ report: Fleet.Report, isNow: Bool) -> String {
    let age = report.oldestAgeSeconds.map { ", oldest \(Words.duration($0))" } ?? ""
    let words = report.unsent == 0 ? "nothing" : "\(Words.grouped(report.unsent))\(age)"
    return isNow ? words : "\(words) then"
  }
}

extension Words {
  /// A clock's distance from this machine's: `right`, `42 s ahead`, `3 h behind`.
  static func clockOffset(_ milliseconds: Int64) -> String {
    let seconds = Int(milliseconds.magnitude / 1_000)
    if seconds < 2 { return "right" }
    return "\(duration(seconds)) \(milliseconds > 0 ? "ahead" : "behind")"
  }
}
