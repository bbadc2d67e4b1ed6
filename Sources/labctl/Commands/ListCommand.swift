import ArgumentParser
import SyncControl

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the records of a kind.",
    discussion: """
      Conditions: field=value, field!=value, field~text (contains), field<value, field>value. \
      Put those with ~, < or > in quotes. Several have to hold together.

        labctl list idea --where state=published --where 'title~garden' --sort -created_at
      """)

  @Argument(help: "Such as idea, comment, session, participant.") var kind: String
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
    let page = try pages(from: connection.client())
    if output.json { return try printDocument(page) }
    let shown = shownColumns(of: page)
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

  private func pages(from client: borrowing ControlClient) throws -> RecordPage {
    var request = ListRequest(
      kind: kind, conditions: try conditions.map { try FieldCondition(parsing: $0) },
      sort: sort?.split(separator: ",").map(String.init) ?? [], project: project)
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
  private func shownColumns(of page: RecordPage) -> [String] {
    if let columns { return columns.split(separator: ",").map(String.init) }
    let filled = page.columns.filter { name in
      page.records.contains { $0.fields[name, default: .null] != .null }
    }
    return Array(filled.prefix(5))
  }
}
