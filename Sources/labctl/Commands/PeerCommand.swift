import ArgumentParser
import Glibc
import SyncControl

struct PeerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "peer", abstract: "The machines: who gets in, and who is shut out.",
    subcommands: [
      PeerListCommand.self, PeerShowCommand.self, PeerInviteCommand.self, PeerApproveCommand.self,
      PeerRevokeCommand.self, PeerReleaseCommand.self,
    ])
}

struct PeerListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the machines that the online side knows.")

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let list = try connection.ask(PeerListRequest())
    if output.json { return try printDocument(list) }
    if list.peers.isEmpty {
      StandardError.line("No machine is known. Invite one: labctl peer invite")
    } else {
      var table = Table(["name", "fingerprint", "standing", "role", "last contact", "held"])
      for peer in list.peers {
        let last = peer.isConnected ? "connected" : peer.lastContact.map(Words.time) ?? "never"
        table.add([
          peer.name, peer.fingerprint, peer.standing, peer.role, last, Words.grouped(peer.held),
        ])
      }
      try table.print()
      try StandardOutput.flush()
    }
    if list.openInvitations > 0 {
      StandardError.line("\(Words.count(list.openInvitations, "invitation")) can still be used.")
    }
  }
}

struct PeerShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one machine, and what would be lost with it.",
    aliases: ["report"])

  @Argument(help: "Its name, fingerprint or key.") var peer: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try connection.ask(PeerShowRequest(peer: peer))
    if output.json { return try printDocument(detail) }
    let entry = detail.peer
    try printPairs(
      [
        (name: "name", value: entry.name), (name: "fingerprint", value: entry.fingerprint),
        (name: "key", value: entry.key),
        (name: "standing", value: Self.standing(entry)), (name: "role", value: entry.role),
        (name: "projects", value: entry.projects?.joined(separator: "\n") ?? "all"),
        (
          name: "last contact",
          value: entry.isConnected
            ? "connected" : entry.lastContact.map(Words.timeAndAge) ?? "never"
        ),
        (name: "only there", value: detail.onlyThere),
        (name: "carries data of", value: Words.count(detail.participants, "participant")),
      ]
        + detail.departures.map {
          (
            name: "left",
            value: "\($0.project) on \(Words.time($0.at)), "
              + "\(Words.count(Int($0.changes), "change")) removed"
          )
        })
    try printChains(detail)
    try printHeld(detail)
  }

  private static func standing(_ entry: PeerEntry) -> String {
    let reason = entry.reason.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
    let way = entry.isByFile ? " (by a file of the folder authorized)" : ""
    return entry.standing + way
      + (entry.since > 0 ? " since \(Words.timeAndAge(entry.since))" : "") + reason
  }

  private func printChains(_ detail: PeerDetail) throws {
    guard !detail.chains.isEmpty else { return }
    try StandardOutput.line()
    try StandardOutput.line(
      Terminal.bold("What it wrote: the changes that are here, and up to which of them they count"))
    var table = Table(["id", "lane", "here", "count until"])
    for chain in detail.chains {
      table.add([
        chain.replica, Self.lane(Int(chain.lane)), Words.grouped(Int(chain.here)),
        chain.standsUntil.map(String.init) ?? "all",
      ])
    }
    try table.print()
  }

  private static func lane(_ number: Int) -> String {
    switch number {
    case 0: "0 rights"
    case 1: "1 records"
    case 2: "2 activity"
    default: String(number)
    }
  }

  private func printHeld(_ detail: PeerDetail) throws {
    guard !detail.held.isEmpty else { return }
    try StandardOutput.line()
    try StandardOutput.line(Terminal.bold("Held: what it sent after it was shut out"))
    var table = Table(["id", "kind", "written", "held since"])
    for held in detail.held {
      table.add([
        held.change, held.kind ?? "unknown", held.writtenAt.map(Words.time) ?? "unknown",
        Words.time(held.heldAt),
      ])
    }
    try table.print()
    try StandardOutput.flush()
    let few =
      detail.held.count < detail.peer.held ? "; the first \(detail.held.count) are shown" : ""
    StandardError.line(
      "\(Words.count(detail.peer.held, "change")) held\(few). Apply: labctl peer release \(detail.peer.fingerprint)"
    )
  }
}

struct PeerInviteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Makes an invitation for one laptop.",
    discussion: """
      Prints one line to be pasted behind labctl join on the laptop, and the same as a QR code on a \
      terminal. The line works once, and is a secret until then.
      """)

  @Option(help: ArgumentHelp("A project's id; may be said again. Default: all.", valueName: "id"))
  var project: [String] = []
  @Option(help: "What the laptop will be called. Default: its host name.") var name: String?
  @Option(help: ArgumentHelp("How long it can be used: 30m, 24h, 7d.", valueName: "time"))
  var expires = "24h"
  @Flag(help: "It may also bring what other laptops wrote.") var relay = false
  @Flag(help: "It may read, and bring nothing.") var readOnly = false
  @Option(help: ArgumentHelp("Where the laptop dials; may be said again.", valueName: "address"))
  var endpoint: [String] = []
  @Flag(help: "No QR code.") var noQr = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if relay && readOnly { throw ValidationError("--relay and --read-only do not go together.") }
    guard Self.seconds(expires) != nil else {
      throw ValidationError("--expires is a number with m, h or d: 30m, 24h, 7d.")
    }
  }

  private static func seconds(_ text: String) -> Int? {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let number = Int(text.dropLast()),
      number > 0, number < 100_000
    else { return nil }
    return number * unit
  }

  func run() throws {
    let invitation = try connection.ask(
      PeerInviteRequest(
        projects: project, peer: name, expiresInSeconds: Self.seconds(expires) ?? 0,
        role: relay ? "relay" : readOnly ? "read-only" : "capture", endpoints: endpoint))
    if output.json { return try printDocument(invitation) }
    let command = "labctl join \(invitation.line)"
    try StandardOutput.line(command)
    try StandardOutput.flush()
    if Terminal.isTerminal(STDOUT_FILENO), !noQr {
      for line in QRCode.lines(of: command) { try StandardOutput.line(line) }
      try StandardOutput.flush()
    }
    StandardError.line(
      "Paste the line on the laptop, behind sudo where LabSync is installed as a service. It works once, "
        + "until \(Words.time(invitation.expiresAt)), "
        + "and dials \(invitation.endpoints.joined(separator: ", ")).")
  }
}

struct PeerApproveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Lets a machine in, or changes what it may.",
    discussion: "Compare the fingerprint with the one that labctl status shows on the laptop.")

  @Argument(help: "Its name, fingerprint or key.") var peer: String
  @Option(help: ArgumentHelp("A project's id; may be said again. Default: all.", valueName: "id"))
  var project: [String] = []
  @Option(help: "What it will be called.") var name: String?
  @Flag(help: "It may also bring what other laptops wrote.") var relay = false
  @Flag(help: "It may read, and bring nothing.") var readOnly = false
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = try connection.ask(
      PeerApproveRequest(
        peer: peer, newName: name, projects: project,
        role: relay ? "relay" : readOnly ? "read-only" : "capture"))
    try printWords(answer, output)
  }
}

struct PeerRevokeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Shuts a machine out at once.",
    discussion: """
      Its session ends, and what it sends later is kept apart. What it wrote before counts, unless --since or \
      --after says otherwise: then what followed is taken back everywhere.
      """)

  @Argument(help: "Its name, fingerprint or key.") var peer: String
  @Option(help: "Why, for the machine and for whoever looks later.") var reason = ""
  @Option(
    help: ArgumentHelp(
      "Takes back what it wrote from then on: 2016-03-01T18:00:00+01:00.", valueName: "time"))
  var since: String?
  @Option(
    help: ArgumentHelp(
      "Takes back what followed this change; may be said again.",
      valueName: "replica/lane/sequence"))
  var after: [String] = []
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = try connection.ask(
      PeerRevokeRequest(
        peer: peer, reason: reason, since: try MomentArgument.milliseconds(since, "--since"),
        after: after))
    if output.json { return try printDocument(answer) }
    try StandardOutput.line(Terminal.harmless(answer.words))
  }
}

struct PeerReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Applies what a machine sent after it was shut out.")

  @Argument(help: "Its name, fingerprint or key.") var peer: String
  @Option(
    help: ArgumentHelp("Only what it wrote until then, by its clock.", valueName: "time"))
  var until: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = try connection.ask(
      PeerReleaseRequest(peer: peer, until: try MomentArgument.milliseconds(until, "--until")))
    try printWords(answer, output)
  }
}

/// A confirmation, as it is asked for.
func printWords(_ answer: Confirmation, _ output: OutputOptions) throws {
  if output.json { return try printDocument(answer) }
  try StandardOutput.line(Terminal.harmless(answer.words))
}
