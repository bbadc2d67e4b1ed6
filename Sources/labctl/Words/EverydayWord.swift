/// What people call things that have another name here.
struct EverydayWord {
  var why: String
  var remedy: String
  /// The kind of records that it means, where it is one.
  var kind: String?

  init(_ why: String, _ remedy: String, kind: String? = nil) {
    self.why = why
    self.remedy = remedy
    self.kind = kind
  }

  private static let vote = EverydayWord(
    "a vote is a record of the kind support",
    "labctl add support idea=ID participant=CODE ballot=NAME value=1, and labctl fields support",
    kind: "support")
  private static let hands = EverydayWord(
    "votes without names are a record of the kind tally",
    "labctl add tally idea=ID session=ID ballot=NAME count=12, and labctl fields tally",
    kind: "tally")
  private static let presence = EverydayWord(
    "who was there is a record of the kind attendance",
    "labctl add attendance session=ID participant=CODE, and labctl fields attendance",
    kind: "attendance")
  private static let person = EverydayWord(
    "a person is a record of the kind participant",
    "labctl add participant code=CODE display_name=NAME, and labctl fields participant",
    kind: "participant")
  private static let runbook = EverydayWord(
    "a backup is put back with labsyncd stopped", "the runbook's part Restore, step by step")
  private static let kinds = EverydayWord(
    "the kinds of records and their fields have one command", "labctl fields")
  private static let service = EverydayWord(
    "labctl asks labsyncd and does not run it",
    "systemctl start, stop or restart labsyncd-lab; or labsyncd lab --config FILE, and kill PID")
  private static let preparing = EverydayWord(
    "labsyncd prepares a machine", "labsyncd init --help, or labctl join LINE")
  private static let changing = EverydayWord(
    "fields are written with set", "labctl set KIND ID field=value")
  private static let deleting = EverydayWord(
    "a record is deleted with remove, and a person erased with erase",
    "labctl remove KIND ID, or labctl erase participant ID")
  private static let finding = EverydayWord(
    "list finds records by a condition", "labctl list KIND --where 'title~garden'")
  private static let pausing = EverydayWord("sync has it", "labctl sync pause, or sync resume")

  /// By the word, in lower case.
  static let pointers: [String: EverydayWord] = [
    "vote": vote, "votes": vote, "voting": vote, "like": vote, "likes": vote, "supports": vote,
    "hands": hands, "dots": hands,
    "attend": presence, "attendee": presence, "attendees": presence, "presence": presence,
    "person": person, "people": person, "user": person, "member": person,
    "comment": EverydayWord(
      "a comment is a record of the kind comment",
      "labctl add comment idea=ID author=CODE body=TEXT, and labctl fields comment"),
    "idea": EverydayWord(
      "an idea is a record of the kind idea", "labctl add idea title=TEXT, and labctl fields idea"),
    "session": EverydayWord(
      "a session is a record of the kind session",
      "labctl add session title=TEXT state=open, and labctl fields session"),
    "restore": runbook, "recover": runbook,
    "kinds": kinds, "kind": kinds, "types": kinds, "schema": kinds, "field": kinds,
    "start": service, "stop": service, "restart": service, "run": service,
    "init": preparing, "setup": preparing,
    "edit": changing, "update": changing, "change": changing, "delete": deleting, "rm": deleting,
    "find": finding, "search": finding, "get": finding, "pause": pausing, "resume": pausing,
    "now": EverydayWord("sync has it", "labctl sync now"),
    "conflicts": EverydayWord("it is the command conflict", "labctl conflict list"),
    "peers": EverydayWord("it is the command peer", "labctl peer list"),
  ]
}
