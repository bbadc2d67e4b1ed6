import Glibc
import Synchronization

/// The work of a ``RowWriter``'s process.
public struct RowWriting {
  public var store: String
  public var ledger: String
  public var seed: UInt64
  /// Between two transactions.
  public var pauseMilliseconds = 150

  public init(store: String, ledger: String, seed: UInt64) {
    self.store = store
    self.ledger = ledger
    self.seed = seed
  }

  private static let mustEnd = Atomic<Bool>(false)

  /// Writes until SIGTERM comes. A store that takes nothing is noted, and tried again with a new
  /// connection. Throws when the ledger can not be kept.
  public func run() throws {
    signal(SIGTERM) { _ in RowWriting.mustEnd.store(true, ordering: .relaxed) }
    let file = try LedgerFile(path: ledger)
    var hand = Hand(seed: seed)
    var database: Database?
    while !Self.mustEnd.load(ordering: .relaxed) {
      do {
        let open = try database ?? connect()
        database = open
        try file.add(try hand.write(into: open) { try file.add($0) })
      } catch {
        database = nil
        let words = "\(error)".split(separator: "\n").joined(separator: " ")
          .replacing("\(store): ", with: "")
        try file.add([.refused(words: words)])
      }
      Deadline.pause(milliseconds: pauseMilliseconds)
    }
  }

  private func connect() throws(RigError) -> Database {
    let database = try Database(store)
    try database.execute("PRAGMA synchronous = FULL")
    return database
  }
}

/// One person's choices of what to write next.
private struct Hand {
  private var chance: SeededGenerator
  private var ideas: [String] = []

  /// Any time will do: it only makes ids.
  private static let start: Int64 = 1_760_000_000_000
  private static let ideasRemembered = 50

  init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

  /// One transaction. Gives what is committed now.
  ///
  /// - Parameter announce: takes what is about to be committed.
  mutating func write(
    into database: Database, announce: ([Ledger.Entry]) throws -> Void
  ) throws -> [Ledger.Entry] {
    var entries: [Ledger.Entry] = []
    var draft = self
    try database.transaction {
      for _ in 0..<Int.random(in: 1...4, using: &draft.chance) {
        entries.append(try draft.writeOne(into: database))
      }
      try announce(
        entries.compactMap { entry in
          guard case .idea(let id, let title) = entry else { return nil }
          return .attempt(id: id, title: title)
        })
    }
    self = draft
    return entries
  }

  private mutating func writeOne(into database: Database) throws -> Ledger.Entry {
    let id = chance.nextID(milliseconds: Self.start)
    let title = "What \(id.suffix(12)) says"
    switch Int.random(in: 0..<10, using: &chance) {
    case 0..<4:
      try database.prepare("INSERT INTO ideas (id, title, body) VALUES (?, ?, ?)")
        .run([.text(id), .text(title), .text("Said in the room by somebody, and then by more.")])
      ideas.append(id)
      if ideas.count > Self.ideasRemembered { ideas.removeFirst() }
      return .idea(id: id, title: title)
    case 4..<6 where !ideas.isEmpty:
      let own = ideas[Int.random(in: 0..<ideas.count, using: &chance)]
      try database.prepare("UPDATE ideas SET title = ? WHERE id = ?")
        .run([.text(title), .text(own)])
      return .idea(id: own, title: title)
    case 6..<7:
      let shared = SharedIdeas.title(Int.random(in: 0..<SharedIdeas.count, using: &chance))
      try database.prepare("UPDATE ideas SET body = ? WHERE title = ?")
        .run([.text("\(title). Everybody edits this."), .text(shared)])
      return .shared
    default:
      try database.prepare(
        "INSERT INTO activities (id, at, activity_kind, value) VALUES (?, ?, 'view', ?)"
      ).run([.text(id), .integer(Self.start), .integer(1)])
      return .activity(id: id)
    }
  }
}
