import ArgumentParser
import DeveloperRig
import Foundation
import SyncControl

struct VotesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "votes",
    abstract: "Spreads the votes of real conversations over two laptops and compares the outcome.",
    discussion: """
      Where a person voted again on a statement, the votes alternate between the laptops, which sync \
      in between. Everything is imported twice, the second time in an order that the seed chooses. \
      The supports have to equal participants-votes.csv in every cell.
      """)

  @Option(help: "The folder with one folder for each conversation.")
  var data = "../shared/data/polis"
  @Option(help: "Chooses the order of the second import.") var seed: UInt64 = 1

  func run() throws {
    guard let folder = DataFolder(data) else { return }
    var checks = Checklist()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
      say("\(name):")
      let conversation = try Conversation(name, folder: "\(folder.path)/\(name)")
      try conversation.replay(seed: seed, &checks)
    }
    try checks.finish()
  }
}

/// One conversation: statements, votes, and what came of them.
struct Conversation {
  /// One person on one statement.
  struct Place: Hashable, Comparable {
    var statement: Int
    var person: Int

    static func < (left: Place, right: Place) -> Bool {
      (left.statement, left.person) < (right.statement, right.person)
    }
  }

  struct Vote: Hashable {
    var place: Place
    var at: Int64
    var value: Int64
  }

  private let name: String
  private let statements: [Int: String]
  /// In the order in which they were cast.
  private let votes: [Vote]
  /// The last vote of each person on each statement, as its own software counted it.
  let outcome: [Place: Int64]

  init(_ name: String, folder: String) throws {
    self.name = name
    let comments = try CommaSeparated("\(folder)/comments.csv")
    let (number, body) = (try comments.column("comment-id"), try comments.column("comment-body"))
    statements = Dictionary(
      comments.rows.map { (Int($0[number]) ?? -1, $0[body]) }, uniquingKeysWith: { $1 })
    let events = try CommaSeparated("\(folder)/votes.csv")
    let columns = try ["timestamp", "comment-id", "voter-id", "vote"].map(events.column)
    votes = events.rows.compactMap { row in
      let numbers = columns.compactMap { Int64(row[$0]) }
      guard numbers.count == columns.count else { return nil }
      return Vote(
        place: Place(statement: Int(numbers[1]), person: Int(numbers[2])), at: numbers[0],
        value: numbers[3])
    }.sorted { ($0.at, $0.place) < ($1.at, $1.place) }
    outcome = try Self.outcome("\(folder)/participants-votes.csv")
  }

  private static func outcome(_ path: String) throws -> [Place: Int64] {
    let matrix = try CommaSeparated(path)
    let person = try matrix.column("participant")
    var outcome: [Place: Int64] = [:]
    for row in matrix.rows {
      guard let person = Int(row[person]) else { continue }
      for (column, title) in matrix.header.enumerated() {
        guard let statement = Int(title), column < row.count, let value = Int64(row[column]) else {
          continue
        }
        outcome[Place(statement: statement, person: person)] = value
      }
    }
    return outcome
  }

  /// Votes in rounds: the first of everybody on everything, then the second, and so on.
  private var rounds: [[Vote]] {
    var rounds: [[Vote]] = []
    var cast: [Place: Int] = [:]
    for vote in votes {
      let round = cast[vote.place, default: 0]
      cast[vote.place] = round + 1
      if round == rounds.count { rounds.append([]) }
      rounds[round].append(vote)
    }
    return rounds
  }
}

extension Conversation {
  func replay(seed: UInt64, _ checks: inout Checklist) throws {
    let lab = try Lab(laptops: 2, projectName: name)
    try lab.start()
    let statementLines = statements.sorted { $0.key < $1.key }.map { line(ofStatement: $0, $1) }
    try lab.online.importLines(statementLines)
    for (round, votes) in rounds.enumerated() {
      for laptop in lab.laptops { try lab.setPaused(true, laptop) }
      for (number, laptop) in lab.laptops.enumerated() {
        // A person's next vote on a statement is on the other laptop.
        let here = votes.filter { ($0.place.person + $0.place.statement + round) % 2 == number }
        try laptop.importLines(here.map(line))
      }
      for laptop in lab.laptops { try lab.setPaused(false, laptop) }
      try lab.waitUntilInSync()
      checks.note("votes of round \(round + 1)", Figures.grouped(votes.count))
    }
    let first = try lab.equalExports("first")
    try importAgain(lab, seed: seed, statementLines, &checks)
    let again = try lab.equalExports("again")
    checks.expect("exports stand still", try again.hasSameBytes(as: first), true)
    for machine in lab.machines {
      let differing = try difference(on: machine, project: lab.project)
      checks.expect("cells that differ on \(machine.name)", differing, 0)
    }
    checks.expect(
      "machines that say they are in sync", try lab.inSyncClaims(), lab.machines.map(\.name))
    checks.note("cells compared", Figures.grouped(outcome.count))
    try lab.stop()
  }

  private func importAgain(
    _ lab: Lab, seed: UInt64, _ statements: [String], _ checks: inout Checklist
  ) throws {
    var chance = SeededGenerator(seed: seed)
    for machine in lab.machines {
      var lines = statements + votes.map(line)
      lines.shuffle(using: &chance)
      let result = try machine.importLines(lines)
      checks.expect("lines that changed something again on \(machine.name)", result.changed, 0)
    }
    try lab.waitUntilInSync()
  }

  private func line(ofStatement number: Int, _ words: String) -> String {
    let fields = JSON.object(["title": .text(words), "idea_kind": .text("idea")])
    return document([
      "kind": .text("idea"), "key": .text(key(ofStatement: number)),
      "at": .integer(votes.first?.at ?? 0), "fields": fields,
    ])
  }

  private func line(_ vote: Vote) -> String {
    let fields = JSON.object([
      "idea": .text(key(ofStatement: vote.place.statement)),
      "participant": .text(key(ofPerson: vote.place.person)), "ballot": .text("main"),
      "value": .integer(vote.value),
    ])
    return document(["kind": .text("support"), "at": .integer(vote.at), "fields": fields])
  }

  func key(ofStatement number: Int) -> String { "polis:\(name):s\(number)" }
  func key(ofPerson number: Int) -> String { "polis:\(name):p\(number)" }

  private func document(_ members: [String: JSON]) -> String {
    do {
      return try ControlCodec.text(of: .object(members))
    } catch {
      preconditionFailure("texts and integers can always be written as JSON: \(error)")
    }
  }
}
