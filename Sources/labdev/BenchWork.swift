import DeveloperRig

/// The rows of a measured sync: the same statements with triggers and without.
struct BenchWork {
  static let editsPerSide = 3_000
  /// Cells that both sides edit, to different values.
  static let contested = 150
  private static let activities = 10_000
  private static let ideas = 4_000
  private static let comments = 3_000
  static let changesPerSide = activities + ideas + comments + editsPerSide
  /// Rows of one transaction.
  private static let rowsPerTransaction = 1_000

  enum Table: Int, CaseIterable {
    case idea, activity, comment, edit

    var sql: String {
      switch self {
      case .idea:
        """
        INSERT INTO ideas (id, created_at, channel, project, title, body, idea_kind, challenge)
        VALUES (?, ?, ?, ?, ?, ?, 'idea', ?)
        """
      case .activity:
        """
        INSERT INTO activities (id, created_at, channel, project, at, activity_kind, participant,
          subject_kind, subject, value) VALUES (?, ?, ?, ?, ?, 'view', ?, 'idea', ?, ?)
        """
      case .comment:
        """
        INSERT INTO comments (id, created_at, channel, project, idea, author, body, tone,
          comment_kind) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'comment')
        """
      case .edit: "UPDATE ideas SET title = ? WHERE id = ?"
      }
    }
  }

  typealias Rows = [(table: Table, cells: [Cell])]

  let base: Rows
  /// Of the laptop, and of the online side.
  let sides: [Rows]

  init(base count: Int, project: String, seed: UInt64) {
    var maker = RowMaker(project: project, chance: SeededGenerator(seed: seed))
    base = (0..<count).map { _ in maker.idea("import") }
    let shared = maker.ideas
    sides = ["lab", "online"].enumerated().map { number, channel in
      var rows: Rows = []
      for _ in 0..<Self.ideas { rows.append(maker.idea(channel)) }
      for _ in 0..<Self.comments { rows.append(maker.comment(channel)) }
      for _ in 0..<Self.activities { rows.append(maker.activity(channel)) }
      let first = number * (Self.editsPerSide - Self.contested)
      for offset in first..<first + Self.editsPerSide {
        let title = Cell.text("Edited \(channel): the garden on the roof, \(offset)")
        rows.append((.edit, [title, shared[offset]]))
      }
      return rows
    }
  }

  /// Writes rows by prepared statements, 1,000 a transaction.
  static func write(_ rows: Rows, to database: Database) throws {
    let statements = try Table.allCases.map { try database.prepare($0.sql) }
    var start = 0
    while start < rows.count {
      let end = min(rows.count, start + rowsPerTransaction)
      try database.transaction {
        for row in rows[start..<end] { try statements[row.table.rawValue].run(row.cells) }
      }
      start = end
    }
  }
}

/// Makes rows of the sizes that such records have.
struct RowMaker {
  let project: String
  var chance: SeededGenerator
  private(set) var ideas: [Cell] = []
  private var people: [Cell] = []
  /// Rows so far; each is a millisecond later than the one before.
  private var made: Int64 = 0
  private static let start: Int64 = 1_760_000_000_000

  init(project: String, chance: SeededGenerator) {
    self.project = project
    self.chance = chance
    for _ in 0..<500 { people.append(.text(self.chance.nextID(milliseconds: Self.start))) }
  }

  private mutating func head(_ channel: String) -> [Cell] {
    made += 1
    return [
      .text(chance.nextID(milliseconds: Self.start + made)), .integer(Self.start + made),
      .text(channel), .text(project),
    ]
  }

  mutating func idea(_ channel: String) -> (table: BenchWork.Table, cells: [Cell]) {
    let cells = head(channel)
    ideas.append(cells[0])
    let row =
      cells + [
        .text("A garden on the roof of house \(made)"), .text(prose(sentences: 3)),
        people[Int(made) % 7],
      ]
    return (.idea, row)
  }

  mutating func comment(_ channel: String) -> (table: BenchWork.Table, cells: [Cell]) {
    let row =
      head(channel) + [
        pick(ideas), pick(people), .text(prose(sentences: 2)), .integer(made % 3 - 1),
      ]
    return (.comment, row)
  }

  mutating func activity(_ channel: String) -> (table: BenchWork.Table, cells: [Cell]) {
    let row =
      head(channel) + [.integer(Self.start + made), pick(people), pick(ideas), .integer(1)]
    return (.activity, row)
  }

  private mutating func pick(_ cells: [Cell]) -> Cell {
    cells[Int.random(in: 0..<cells.count, using: &chance)]
  }

  private static let words = [
    "garden", "roof", "water", "street", "school", "evening", "children", "shade", "light",
    "bench", "market", "library", "bicycle", "noise", "river", "kitchen", "repair", "music",
  ]

  private mutating func prose(sentences: Int) -> String {
    (0..<sentences).map { _ in
      let words = (0..<12).map { _ in
        Self.words[Int.random(in: 0..<Self.words.count, using: &chance)]
      }
      return "The " + words.joined(separator: " ") + "."
    }.joined(separator: " ")
  }
}
