import ArgumentParser
import LivingLab
import SyncControl

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the records of a kind.",
    discussion: """
      Conditions: field=value, field!=value, field~text (contains), field<value, field>value. \
      Put those with ~, < or > in quotes. Several have to hold together.

        labctl list idea --where state=published --where 'title~garden' --sort -created_at
      """)

  @Argument(help: "Such as idea, comment, session; labctl fields lists all.") var kind: String
  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Only records that meet it.", valueName: "condition"))
  var conditions: [String] = []
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Fields to sort by, -field downwards.", valueName: "fields"))
  var sort: String?
  @Option(help: "At most so many records; 0 is all.") var limit: Int = 100
  @Option(help: ArgumentHelp("Which fields to print.", valueName: "fields")) var columns: String?
  @Option(help: "The project's id, where the store has several.") var project: String?
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard limit >= 0 else { throw ValidationError("--limit is 0 or more.") }
  }

  func run() throws {
    let conditions = try conditions.map { try FieldCondition(parsing: $0) }
    let sorting = sort?.split(separator: ",").map(String.init) ?? []
    let named =
      conditions.map(\.field) + sorting.map { $0.hasPrefix("-") ? String($0.dropFirst()) : $0 }
    let page = try Naming.asking(kind: kind, fields: named) {
      try pages(from: connection.client(), conditions, sorting)
    }
    let shown = try shownColumns(of: page)
    if output.json { return try printDocument(page) }
    var table = Table(["id"] + shown)
    for record in page.records {
      table.add([record.id] + (try shown.map { try Words.value(record.fields[$0] ?? .null) }))
    }
    try table.print()
    try StandardOutput.flush()
    if page.cursor != nil {
      StandardError.line("There are more than \(limit): --limit 0 lists all.")
    }
  }

  private func pages(
    from client: borrowing ControlClient, _ conditions: [FieldCondition], _ sorting: [String]
  ) throws -> RecordPage {
    var request = ListRequest(
      kind: kind, conditions: conditions, sort: sorting, project: project)
    var result = RecordPage(columns: [], records: [])
    repeat {
      let left = limit == 0 ? Int.max : limit - result.records.count
      request.limit = min(left, ControlProtocol.maximumPageRows)
      let page = try client.ask(request)
      result.columns = page.columns
      result.records += page.records
      result.cursor = page.cursor
      request.cursor = page.cursor
      if page.records.isEmpty { break }
    } while request.cursor != nil && (limit == 0 || result.records.count < limit)
    return result
  }

  /// The chosen columns; else the first five of the kind that hold something here.
  private func shownColumns(of page: RecordPage) throws -> [String] {
    if let columns {
      let chosen = columns.split(separator: ",").map(String.init).filter { $0 != "id" }
      try checkColumns(chosen, page)
      return chosen
    }
    let filled = page.columns.filter { name in
      page.records.contains { $0.fields[name, default: .null] != .null }
    }
    return Array(filled.prefix(5))
  }

  /// A kind that only labsyncd knows has the fields that its records have here.
  private func checkColumns(_ chosen: [String], _ page: RecordPage) throws {
    let declaration = LivingLab.schema.kind(namedOrTabled: kind)
    let known = page.columns + page.records.flatMap(\.fields.keys)
    let strange = chosen.first { !known.contains($0) && declaration?.field(named: $0) == nil }
    guard let strange, declaration != nil || !page.records.isEmpty else { return }
    throw ControlFailure(
      what: "--columns names '\(strange)'", why: "the kind \(kind) has no such field",
      remedy: declaration.map { Naming.remedy(forField: strange, of: $0) }
        ?? page.columns.joined(separator: ", "), exit: .usage)
  }
}
