import DeveloperRig
import SyncControl
import Testing

extension SystemTests {
  /// A form reads a row, a sync brings another edit, and the form posts all its columns.
  @Suite(
    "What a writer had seen", .enabled(if: Shell.isInstalled, "\(Shell.path) is not installed"))
  struct SeenTests {
    private static let ideas = [
      "01900000-0000-7000-8000-000000000001", "01900000-0000-7000-8000-000000000002",
      "01900000-0000-7000-8000-000000000003",
    ]
    private static let person = "01900000-0000-7000-8000-000000000004"

    private let lab: Lab
    private var laptop: Machine { lab.laptops[0] }

    init() throws {
      lab = try Lab(laptops: 1)
      try lab.start()
    }

    private func write(_ sql: String) throws {
      let run = try Shell.run(sql, on: laptop)
      guard run.ending.exitStatus == 0 else { throw RigError(run.errors) }
    }

    /// The revision that a form reads with the row.
    private func revision(_ table: String, _ condition: String) throws -> Int {
      try laptop.database(isReadOnly: true).integer(
        "SELECT revision FROM \(table) WHERE \(condition)")
    }

    private func rows(_ sql: String, on machine: Machine) throws -> [[Cell]] {
      try machine.database(isReadOnly: true).rows(sql)
    }

    @Test(
      "keeps what came meanwhile; a true clash is an open conflict; without it explain names it")
    func form() throws {
      for idea in Self.ideas {
        try write("INSERT INTO ideas (id, title, body) VALUES ('\(idea)', 'roof', 'Green. High.')")
      }
      try lab.waitUntilInSync()
      let seen = try Self.ideas.map { try revision("ideas", "id = '\($0)'") }
      for idea in Self.ideas {
        let edit = SetRequest(kind: "idea", id: idea, fields: ["title": .text("terrace")])
        _ = try lab.online.ask(edit)
      }
      try lab.waitUntilInSync()
      // The person had changed the body; then the title as well; then says nothing of what was seen.
      let columns = [
        "title = 'roof', body = 'Green. Low.', seen = \(seen[0])",
        "title = 'balcony', body = 'Green. Low.', seen = \(seen[1])",
        "title = 'roof', body = 'Green. Low.'",
      ]
      for (idea, columns) in zip(Self.ideas, columns) {
        try write("UPDATE ideas SET \(columns) WHERE id = '\(idea)'")
      }
      try lab.waitUntilInSync()
      for machine in lab.machines {
        #expect(
          try rows("SELECT title, body FROM ideas ORDER BY id LIMIT 1", on: machine)
            == [[.text("terrace"), .text("Green. Low.")]])
        let last = "SELECT title, body FROM ideas ORDER BY id DESC LIMIT 1"
        #expect(try rows(last, on: machine) == [[.text("roof"), .text("Green. Low.")]])
        let open = try machine.ask(ConflictListRequest(status: .open)).conflicts
        #expect(open.map(\.record) == [Self.ideas[1]])
        #expect(open.map(\.field) == ["title"])
        let values = try open.flatMap { try machine.ask(ConflictShowRequest(id: $0.id)).values }
        #expect(Set(values.map(\.value)) == [.text("terrace"), .text("balcony")])
      }
      let story = try lab.online.ask(ExplainRequest(kind: "idea", id: Self.ideas[2])).entries
      let overwrite = story.last { $0.field == "title" }
      #expect(overwrite?.effect.contains("overwrites what was written on online") == true)
    }

    @Test("is needed to loosen a consent, and a withdrawal that was not seen stays")
    func consent() throws {
      let condition = "participant = '\(Self.person)'"
      try write(
        "INSERT INTO consents (participant, purpose, state) "
          + "VALUES ('\(Self.person)', 'photo', 'granted')")
      try lab.waitUntilInSync()
      let seen = try revision("consents", condition)
      let database = try lab.online.database()
      try database.execute("UPDATE consents SET state = 'withdrawn'")
      try lab.online.waitUntilCaptured()
      try lab.waitUntilInSync()
      let refused = try Shell.run(
        "UPDATE consents SET state = 'granted' WHERE \(condition)", on: laptop)
      #expect(refused.ending.exitStatus != 0)
      #expect(refused.errors.contains("loosening consents.state needs seen"))
      try write("UPDATE consents SET state = 'granted', seen = \(seen) WHERE \(condition)")
      try laptop.waitUntilCaptured()
      try lab.waitUntilInSync()
      for machine in lab.machines {
        #expect(try rows("SELECT state FROM consents", on: machine) == [[.text("withdrawn")]])
      }
      // Who has seen the withdrawal may take it back.
      let now = try revision("consents", condition)
      try write("UPDATE consents SET state = 'granted', seen = \(now) WHERE \(condition)")
      try laptop.waitUntilCaptured()
      try lab.waitUntilInSync()
      for machine in lab.machines {
        #expect(try rows("SELECT state FROM consents", on: machine) == [[.text("granted")]])
      }
    }
  }
}
