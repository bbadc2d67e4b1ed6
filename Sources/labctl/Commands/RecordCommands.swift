import ArgumentParser
import LivingLab
import SyncControl

private let grammar = """
  field=text writes the text as it stands (field= writes an empty one), and the daemon reads it by \
  the field's type. field:=json writes a JSON value; field:=null clears. field+=element and \
  field-=element add to a set and take from it. A comma is nothing special. labctl fields KIND says \
  what each field takes:

    time       2026-11-30T18:00:00Z is UTC, 2026-11-30T19:00:00+01:00 the
               same; a day alone is its midnight in UTC
    reference  the id or the import key of a record; a participant also
               by code
    set        tags+=eco tags+=water, or tags:='["eco","water"]'
    state      one of those of the field, such as state=published
    money      in the smallest unit, with the currency: '1250 EUR'
    yes or no  true or false

  Where a command takes the id of a record, its first characters do, from 6 on.
  """

struct AddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Makes a new record and prints its id.",
    discussion: grammar + """


        labctl add idea title='A shared garden' tags+=eco
        labctl add support idea=ID participant=SL-0042 ballot=evening value=1
      """)

  @Argument(help: "Such as idea, comment, session; labctl fields lists all.") var kind: String
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
    let fields = parsed.fields.merging(sets) { $1 }
    warnOfJSON(in: parsed.fields, of: kind)
    let change = try Naming.asking(kind: kind, fields: Array(fields.keys)) {
      try connection.ask(AddRequest(kind: kind, fields: fields, project: project))
    }
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

  @Argument(help: "Such as idea; labctl fields lists all.") var kind: String
  @Argument(help: "The record's id, or its first characters (6 or more).") var id: String
  @Argument(help: "Such as title='A shared garden' or tags+=eco.") var assignments: [String]
  @Option(help: "The revision that you had read.") var seen: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let parsed = try FieldAssignments(parsing: assignments)
    let client = try connection.client()
    let names = [
      parsed.fields.keys.sorted(), parsed.adding.keys.sorted(), parsed.removing.keys.sorted(),
    ]
    warnOfJSON(in: parsed.fields, of: kind)
    let change = try Naming.asking(kind: kind, fields: names.flatMap(\.self)) {
      let revision = try seen ?? client.ask(ShowRequest(kind: kind, id: id)).record.revision
      return try client.ask(
        SetRequest(
          kind: kind, id: id, fields: parsed.fields,
          adding: parsed.adding.isEmpty ? nil : parsed.adding,
          removing: parsed.removing.isEmpty ? nil : parsed.removing, seen: revision))
    }
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

  @Argument(help: "Such as idea; labctl fields lists all.") var kind: String
  @Argument(help: "The record's id, or its first characters (6 or more).") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let change = try Naming.asking(kind: kind) {
      try connection.ask(RemoveRequest(kind: kind, id: id))
    }
    if output.json { return try printDocument(change) }
    try StandardOutput.line(change.isChanged ? "removed" : "it already was removed")
  }
}

struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows one record.")

  @Argument(help: "Such as idea; labctl fields lists all.") var kind: String
  @Argument(help: "The record's id, or its first characters (6 or more).") var id: String
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let detail = try Naming.asking(kind: kind) {
      try connection.ask(ShowRequest(kind: kind, id: id))
    }
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

/// Says that a text of this command looks like JSON, and was taken as a text: a set has it as one element.
private func warnOfJSON(in fields: [String: JSON], of kind: String) {
  let declaration = LivingLab.schema.kind(namedOrTabled: kind)
  for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
    guard case .text(let text) = value, text.hasPrefix("[\"") || text.hasPrefix("{") else {
      continue
    }
    let isSet = declaration?.field(named: name)?.rule.isKeyed ?? false
    StandardError.line(
      "labctl: \(name) is written as the text it is\(isSet ? ", one element of the set" : "");"
        + " JSON comes behind \(name):=")
  }
}
