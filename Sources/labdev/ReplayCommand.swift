import ArgumentParser
import DeveloperRig
import SyncControl

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Replays a city's action plan over two laptops and an online side.",
    discussion: """
      Sessions are captured on two laptops without a connection and ideas online; the laptops \
      connect; then one of them, offline again, edits 200 ideas while the online side decides all \
      and edits 100 of the same texts.
      """)

  @Option(help: "The folder with base, lab, online and decisions.jsonl.")
  var data = "../shared/data/pam-barcelona-2016"
  @Option(help: "Chooses the order in which everything is imported again.") var seed: UInt64 = 1

  func run() throws {
    guard let folder = DataFolder(data) else { return }
    var replay = try Replay(folder, seed: seed)
    try replay.run()
  }
}

/// The scenario, step by step.
struct Replay {
  private let data: DataFolder
  private let lab: Lab
  private var chance: SeededGenerator
  private var checks = Checklist()

  init(_ data: DataFolder, seed: UInt64) throws {
    self.data = data
    chance = SeededGenerator(seed: seed)
    // As the first line of base.jsonl names it.
    lab = try Lab(laptops: 2, projectName: "Pla d'Actuació Municipal, Barcelona 2016")
  }

  mutating func run() throws {
    try lab.start()
    for laptop in lab.laptops { try lab.setPaused(true, laptop) }
    try captureApart()
    for laptop in lab.laptops { try lab.setPaused(false, laptop) }
    try timed("two laptops connect, until all three are in sync") { try lab.waitUntilInSync() }
    let first = try lab.equalExports("first")
    checks.note("canonical exports after the first sync", "equal")
    expectCounts(first)
    try expectOpenConflicts(0)
    checks.expect("machines that say they are in sync", try lab.inSyncClaims(), names)
    let edits = try ReplayEdits(data)
    try editApart(edits)
    try verify(edits)
    try importAgain()
    try lab.stop()
    try checks.finish()
  }

  /// What was said in the rooms on the laptops, what was written online there.
  private func captureApart() throws {
    let base = try data.lines("base.jsonl")
    let parts = try SessionSplit(try data.lines("lab.jsonl")).parts
    for (laptop, part) in zip(lab.laptops, parts) {
      try timed("\(laptop.name), offline, takes \(part.count) lines") {
        try laptop.importLines(base + part)
      }
    }
    let written = try data.lines("online.jsonl")
    try timed("online takes \(written.count) lines") { try lab.online.importLines(base + written) }
  }

  private var names: [String] { lab.machines.map(\.name) }

  private mutating func expectCounts(_ export: CanonicalExport) {
    checks.expect("ideas", export.counts["idea"] ?? 0, 10_860)
    checks.expect("comments", export.counts["comment"] ?? 0, 18_192)
    checks.expect("sessions", export.counts["session"] ?? 0, 410)
    checks.expect("head counts", export.counts["headcount"] ?? 0, 388)
    checks.expect("participants", export.counts["participant"] ?? 0, 3_791)
    checks.expect("challenges", export.counts["challenge"] ?? 0, 5)
  }

  private mutating func expectOpenConflicts(_ wanted: Int) throws {
    for machine in lab.machines {
      let status = try machine.ask(StatusRequest())
      checks.expect("open conflicts on \(machine.name)", status.conflicts, wanted)
      checks.expect("parked on \(machine.name)", status.parked, 0)
    }
  }

  /// The second laptop goes offline and edits; online decides and edits some of the same texts.
  private func editApart(_ edits: ReplayEdits) throws {
    let laptop = lab.laptops[1]
    try lab.setPaused(true, laptop)
    try timed("\(laptop.name), offline, edits \(edits.onLaptop.count) ideas") {
      for edit in edits.onLaptop { _ = try laptop.ask(edit) }
    }
    let decisions = try data.lines("decisions.jsonl")
    try timed("online takes \(decisions.count) decisions and edits \(edits.online.count) texts") {
      try lab.online.importLines(decisions)
      for edit in edits.online { _ = try lab.online.ask(edit) }
    }
    try lab.setPaused(false, laptop)
    try timed("\(laptop.name) connects, until all three are in sync") { try lab.waitUntilInSync() }
  }

  private mutating func verify(_ edits: ReplayEdits) throws {
    let export = try lab.equalExports("second")
    checks.note(
      "canonical exports after the second sync",
      "equal, \(Figures.grouped(export.byteCount)) bytes each")
    expectCounts(export)
    try expectOpenConflicts(ReplayEdits.pairs)
    for machine in lab.machines {
      let found = try ReplayFindings(edits, on: machine)
      let name = machine.name
      checks.expect("texts with both edits on \(name)", found.merged, ReplayEdits.pairs)
      checks.expect("conflicts with both values on \(name)", found.conflicting, ReplayEdits.pairs)
      checks.expect("open conflicts on other cells on \(name)", found.unexpectedConflicts, 0)
      checks.expect("edits of other fields on \(name)", found.otherFields, ReplayEdits.others)
      checks.expect("decisions on edited ideas on \(name)", found.decided, edits.decisions.count)
    }
  }

  /// Every file on every machine, files and lines in an order that the seed chooses.
  private mutating func importAgain() throws {
    let before = try Vectors(of: lab.online)
    let first = try lab.equalExports("before-again")
    for machine in lab.machines {
      var files = ["base.jsonl", "lab.jsonl", "online.jsonl", "decisions.jsonl"]
      files.shuffle(using: &chance)
      var changed = 0
      for file in files {
        var lines = try data.lines(file)
        lines.shuffle(using: &chance)
        changed += try machine.importLines(lines).changed
      }
      checks.expect("lines that changed something when all is imported again", changed, 0)
    }
    try lab.waitUntilInSync()
    checks.expect("vectors stand still", try Vectors(of: lab.online) == before, true)
    let again = try lab.equalExports("again")
    checks.expect("exports stand still", try again.hasSameBytes(as: first), true)
  }
}
