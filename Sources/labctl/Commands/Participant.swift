import SyncControl

/// A person on the command line, named by the code, by an id or by the beginning of one.
enum Participant {
  /// The whole id. One that is given whole is taken as it is: the person may not be here yet.
  static func id(named name: String, _ client: borrowing ControlClient) throws -> String {
    if let coded = try coded(name, client) { return coded.id }
    if name.utf8.count == 36 { return name.lowercased() }
    return try client.ask(ShowRequest(kind: "participant", id: name)).record.id
  }

  static func record(named name: String, _ client: borrowing ControlClient) throws -> RecordRow {
    if let coded = try coded(name, client) { return coded }
    return try client.ask(ShowRequest(kind: "participant", id: name)).record
  }

  private static func coded(
    _ code: String, _ client: borrowing ControlClient
  ) throws -> RecordRow? {
    let condition = FieldCondition(field: "code", comparison: .equal, value: .text(code))
    let page = try client.ask(ListRequest(kind: "participant", conditions: [condition], limit: 2))
    guard page.records.count > 1 else { return page.records.first }
    let people = try page.records.map { record in
      let name = try Words.value(record.fields["display_name"] ?? .null)
      return name.isEmpty ? record.id : "\(record.id) \(name)"
    }
    throw ControlFailure(
      what: "two participants have the code \(code)", why: people.joined(separator: ", "),
      remedy: "give the id")
  }
}
