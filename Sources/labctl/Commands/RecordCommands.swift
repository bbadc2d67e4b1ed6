import ArgumentParser
import SyncControl

private let grammar = """
  field=text writes the text as it stands (field= writes an empty one), and the daemon reads it by \
  the field's type. field:=json writes a JSON value; field:=null clears. field+=element and \
  field-=element add to a set and take from it. A comma is nothing special.
  """

struct AddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Makes a new record and prints its id.",
    discussion: grammar + "\n\n  labctl add idea title='A shared garden' tags:='[\"eco\"]'")

  @Argument(help: "Such as idea, comment, session, participant.") var kind: String
  @Argument(help: "Such as title='A shared garden'.") var assignments: [String] = []
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let parsed = try FieldAssignments(parsing: assignments)
    guard parsed.removing.isEmpty else {
      throw ControlFailure(
        what: "field-=element takes from a set", why: "a new record has none yet",
        remedy: "field+=element", exit: .usage)
    }
    let sets = parsed.adding.mapValues { JSON.array($0.map(JSON.text)) }
    let change = try connection.ask(
      AddRequest(kind: kind, fields: parsed.fields.merging(sets) { $1 }, project: project))
    if output.json { return try printDocument(change) }
    try StandardOutput.line(change.id)
  }
}

struct SetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Writes fields of a record.",
    discussion: grammar + """


      What arrives from elsewhere between reading the record and writing it is neither overwritten \
      nor called seen. --seen gives the revision of an earlier reading (labctl show prints it).
      """)

  @Argument(help: "Such as idea.") var kind: String
  @Argument(help: "The record's id.") var id: String
  @Argument(help: "Such as title='A shared garden' or tags+=eco.") var assignments: [String]
  @Option(help: "The revision that you had read.") var seen: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let parsed = try FieldAssignments(parsing: assignments)
    let client = try connection.client()
    let revision = try seen ?? client.ask(ShowRequest(kind: kind, id: id)).record.revision
    let change = try client.ask(
      SetRequest(
        kind: kind, id: id, fields: parsed.fields,
        adding: parsed.adding.isEmpty ? nil : parsed.adding,
        removing: parsed.removing.isEmpty ? nil : parsed.removing, seen: revision))
    if output.json { return try printDocument(change) }
    try StandardOutput.line(change.isChanged ? "written" : "it already was so; nothing written")
  }
}

struct RemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Deletes a record.",
    discussion: """
      An edit elsewhere that had not seen the deletion brings the record back and asks. Deleting \
      a participant is not erasing one.
      """)

  @Argument(help: "Such as idea.") var kind: String
  @Argument(help: "The record's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let change = try connection.ask(RemoveRequest(kind: kind, id: id))
    if output.json { return try printDocument(change) }
    try StandardOutput.line(change.isChanged ? "removed" : "it already was removed")
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one record.")

  @Argument(help: "Such as idea.") var kind: String
  @Argument(help: "The record's id.") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try connection.ask(ShowRequest(kind: kind, id: id))
    if output.json { return try printDocument(detail) }
    let record = detail.record
    let others = record.fields.keys.filter { !detail.columns.contains($0) }.sorted()
    var pairs = [(name: "kind", value: record.kind), (name: "id", value: record.id)]
    for name in detail.columns + others where record.fields[name] != nil {
      pairs.append((name: name, value: try Words.value(record.fields[name] ?? .null)))
    }
    pairs.append((name: "revision", value: record.revision))
    try printPairs(pairs)
    for conflict in detail.conflicts {
      try StandardOutput.line()
      try StandardOutput.line(
        "\(conflict.field) has \(conflict.valueCount) values and asks for a choice: "
          + "labctl conflict show \(conflict.id)")
    }
  }
}
