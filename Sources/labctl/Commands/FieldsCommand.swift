import ArgumentParser
import LivingLab
import SyncControl

struct FieldsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fields", abstract: "Lists the kinds of records, or the fields of one kind.",
    discussion: """
      It asks no labsyncd. Fields that are the key name the record together and do not change; \
      personal ones go when a participant is erased. How values are written: labctl help add.

        labctl fields support
      """)

  @Argument(help: "Such as idea, support, session; or its table, such as ideas.")
  var kind: String?
  /// Taken so that a shorthand for labctl and a socket can ask this as well.
  @OptionGroup(visibility: .hidden) var connection: ConnectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard let kind else { return try printKinds() }
    guard let declaration = LivingLab.schema.kind(namedOrTabled: kind) else {
      throw ControlFailure(
        what: "there is no kind '\(kind)'", why: "", remedy: Naming.remedy(forKind: kind),
        exit: .usage)
    }
    let guide = KindGuide([declaration])
    if output.json { return try printDocument(guide) }
    for kind in guide.kinds { try print(kind) }
  }

  private func printKinds() throws {
    let guide = KindGuide()
    if output.json { return try printDocument(guide) }
    try printPairs(guide.kinds.map { (name: $0.kind, value: $0.words) })
    try StandardOutput.flush()
    StandardError.line("The fields of one: labctl fields KIND")
  }

  private func print(_ kind: KindGuide.Kind) throws {
    try StandardOutput.line("\(Terminal.bold(kind.kind)): \(kind.words)")
    try StandardOutput.line()
    try printPairs(
      kind.fields.map { field in
        let remarks = field.remarks.isEmpty ? "" : " (\(field.remarks))"
        return (name: field.field, value: field.holds + remarks)
      })
    try StandardOutput.line()
    if !kind.key.isEmpty {
      try StandardOutput.line("There is one for each \(kind.key.joined(separator: ", ")).")
    }
    if let example = kind.example {
      try StandardOutput.line("labctl add \(kind.kind) \(example)")
    }
    try StandardOutput.line("In SQL: the table \(kind.table).")
  }
}
