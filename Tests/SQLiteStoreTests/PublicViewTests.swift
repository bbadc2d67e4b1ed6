import GRDB
import LivingLab
import SyncCore
import Testing

@testable import SQLiteStore

@Suite("The public views")
struct PublicViewTests {
  let lab: StoreFixture
  static let (ana, ben) = (
    "00000000-0000-7000-8000-00000000a0a0", "00000000-0000-7000-8000-00000000be00"
  )

  init() throws {
    lab = try StoreFixture(number: 1)
    for (id, code, name) in [(Self.ana, "SL-1", "Ana"), (Self.ben, "SL-2", "Ben")] {
      try lab.sql(
        """
        INSERT INTO participants (id, code, display_name, contact, extra)
        VALUES (?, ?, ?, 'a@b', '{"x":"y"}')
        """, [id, code, name])
    }
  }

  private func set(_ state: String, _ purpose: String, of person: String = ana) throws {
    try lab.sql(
      """
      INSERT INTO consents (participant, purpose, state) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET state = excluded.state, seen = revision
      """, [person, purpose, state])
    try lab.capture()
  }

  private func shown(_ sql: String) throws -> [String] {
    try lab.outside.read { try String.fetchAll($0, sql: sql) }
  }

  @Test("show the code until the name may be published, and never a contact")
  func names() throws {
    let names = "SELECT display_name FROM public_participants ORDER BY code"
    #expect(try shown(names) == ["SL-1", "SL-2"])
    try set("granted", "publish_name")
    #expect(try shown(names) == ["Ana", "SL-2"])
    try set("withdrawn", "publish_name")
    #expect(try shown(names) == ["SL-1", "SL-2"])
    let columns = try shown("SELECT name FROM pragma_table_info('public_participants')")
    for hidden in ["contact", "birth_band", "guardian", "extra", "seen", "changed_by"] {
      #expect(!columns.contains(hidden))
    }
    #expect(columns.contains("code"))
  }

  @Test("hide what shows somebody who did not agree to it, or is erased")
  func photos() throws {
    try lab.sql(
      """
      INSERT INTO attachments (sha256, media_type, people) VALUES
      ('both', 'image/png', json_array(?, ?)), ('ana', 'image/png', json_array(?)),
      ('nobody', 'image/png', NULL), ('film', 'video/mp4', json_array(?))
      """, [Self.ana, Self.ben, Self.ana, Self.ana])
    let photos = "SELECT sha256 FROM public_attachments ORDER BY sha256"
    #expect(try shown(photos) == ["nobody"])
    try set("granted", "photo")
    #expect(try shown(photos) == ["ana", "nobody"])
    try set("granted", "recording")
    try set("granted", "photo", of: Self.ben)
    #expect(try shown(photos) == ["ana", "both", "film", "nobody"])
    try set("withdrawn", "photo", of: Self.ben)
    #expect(try shown(photos) == ["ana", "film", "nobody"])
    try lab.sql("INSERT INTO erasures (participant) VALUES (?)", [Self.ana])
    #expect(try shown(photos) == ["nobody"])
    try lab.capture()
    #expect(try shown(photos) == ["nobody"])
  }

  @Test("show a contribution when all its authors agreed; a session's own is nobody's")
  func contributions() throws {
    try lab.sql(
      "INSERT INTO sessions (id, title) VALUES ('00000000-0000-7000-8000-000000005e55', 's')")
    try lab.sql(
      """
      INSERT INTO ideas (title, authors) VALUES ('ana', json_array(?)), ('both', json_array(?, ?)),
        ('room', '["00000000-0000-7000-8000-000000005e55"]'), ('nobody', NULL)
      """, [Self.ana, Self.ana, Self.ben])
    try lab.sql(
      "INSERT INTO comments (body, author) VALUES ('by ana', ?), ('by nobody', NULL)", [Self.ana])
    let ideas = "SELECT title FROM public_ideas ORDER BY title"
    let comments = "SELECT body FROM public_comments ORDER BY body"
    #expect(try shown(ideas) == ["nobody", "room"])
    #expect(try shown(comments) == ["by nobody"])
    try set("granted", "publish_contribution")
    #expect(try shown(ideas) == ["ana", "nobody", "room"])
    #expect(try shown(comments) == ["by ana", "by nobody"])
    // Erased, it stays under nobody's name.
    try lab.sql("INSERT INTO erasures (participant) VALUES (?)", [Self.ana])
    try lab.capture()
    #expect(try shown(ideas) == ["ana", "nobody", "room"])
  }

  @Test("exist for what may be public, and survive a restart and older declarations")
  func declared() throws {
    let views = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
    let before = try shown(views)
    #expect(before.contains("public_ideas"))
    for hidden in ["consents", "erasures", "cases", "identity_links", "attendances", "activities"] {
      #expect(!before.contains("public_\(hidden)"))
    }
    try lab.reopen()
    #expect(try shown(views) == before)
    for view in before { _ = try lab.count("SELECT count(*) FROM \(view)") }
    let older = Schema(kinds: LivingLab.schema.kinds.filter { $0.role != .consent })
    _ = try SQLiteStore(opening: lab.store.path, side: .lab, schema: older)
    #expect(
      try shown("SELECT display_name FROM public_participants ORDER BY code") == ["SL-1", "SL-2"])
  }

  @Test("Nothing more is noted about a person who withdrew from taking part")
  func process() throws {
    try lab.sql("INSERT INTO ideas (title, authors) VALUES ('old', json_array(?))", [Self.ana])
    try lab.sql(
      "INSERT INTO supports (idea, participant, value) SELECT id, ?, 1 FROM ideas", [Self.ana])
    try set("withdrawn", "process")
    let refused: [(String, StatementArguments)] = [
      (
        "INSERT INTO ideas (title, authors) VALUES ('new', json_array(?, ?))", [Self.ben, Self.ana]
      ),
      ("INSERT INTO comments (body, author) VALUES ('new', ?)", [Self.ana]),
      ("UPDATE supports SET value = -1 WHERE participant = ?", [Self.ana]),
      ("UPDATE participants SET display_name = 'Anna' WHERE id = ?", [Self.ana]),
      ("INSERT INTO attendances (session, participant) VALUES (?, ?)", [Self.ben, Self.ana]),
      ("INSERT INTO ideas (title, changed_by) VALUES ('new', ?)", [Self.ana]),
    ]
    for (sql, arguments) in refused {
      let error = #expect(throws: DatabaseError.self) { try lab.sql(sql, arguments) }
      #expect(error?.message?.contains("withdrew the consent to take part") == true, "\(sql)")
    }
    let line = "{\"kind\":\"comment\",\"key\":\"k\",\"fields\":{\"author\":\"\(Self.ana)\"}}"
    let outcome = try lab.store.importLines(
      [Array(line.utf8)], firstLine: 1, project: lab.project, at: lab.now)
    #expect(outcome.refused.first?.reason.contains("withdrew") == true)
    // What others do with what is there goes on, and so does whatever takes away.
    try lab.sql("UPDATE ideas SET title = 'edited'")
    try lab.sql("UPDATE participants SET contact = NULL WHERE id = ?", [Self.ana])
    try lab.sql("DELETE FROM supports")
    try lab.sql("INSERT INTO comments (body, author) VALUES ('by ben', ?)", [Self.ben])
    // And a change that was made elsewhere is merged.
    let other = try StoreFixture(number: 2)
    try other.sql("INSERT INTO comments (body, author) VALUES ('elsewhere', ?)", [Self.ana])
    try exchange(lab, other)
    #expect(try lab.count("SELECT count(*) FROM comments WHERE body = 'elsewhere'") == 1)
    try set("granted", "process")
    try lab.sql("INSERT INTO comments (body, author) VALUES ('again', ?)", [Self.ana])
  }
}
