import Foundation
import LivingLab
import SyncControl
import SyncCore
import Testing

@testable import labctl

@Suite("labctl fields")
struct FieldsCommandTests {
  @Test("lists every kind, each with a line of its own")
  func kinds() throws {
    let run = try labctl(["fields"])
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == LivingLab.schema.kinds.count)
    for (line, kind) in zip(lines, LivingLab.schema.kinds) {
      #expect(line.hasPrefix("\(kind.name)  "), "\(line)")
      #expect(line.count > kind.name.count + 12, "\(line)")
    }
  }

  @Test("says what each field of a kind takes, and how one is added")
  func fields() throws {
    let support = try labctl(["fields", "support", "--socket", "/no/such.sock"])
    #expect(support.status == 0)
    for words in [
      "\nidea         an idea, by its id (key)\n",
      "\nparticipant  a participant, by id or code (key)\n", "\nvalue        whole number (1 for",
      "There is one for each idea, participant, ballot.", "\nlabctl add support idea=ID ",
      "table supports",
    ] {
      #expect(support.output.contains(words), "\(words) is missing in \(support.output)")
    }
    let participants = try labctl(["fields", "participants"]).output
    #expect(participants.contains("display_name     text (personal)"), "\(participants)")
    let idea = try labctl(["fields", "idea"]).output
    #expect(idea.contains("a state: captured, submitted, "), "\(idea)")
    #expect(idea.contains("merged:ID"))
    #expect(idea.contains("one of lab, cohort, public"))
  }

  @Test("has a document for programs")
  func document() throws {
    let run = try labctl(["fields", "consent", "--json"])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(object["version"] as? Int == 1)
    let kind = try #require((object["kinds"] as? [[String: Any]])?.first)
    #expect(kind["key"] as? [String] == ["participant", "purpose"])
    let fields = try #require(kind["fields"] as? [[String: Any]])
    #expect(fields[0]["refersTo"] as? String == "participant" && fields[0]["key"] as? Bool == true)
    #expect(fields[2]["values"] as? [String] == ["granted", "withdrawn"])
    let all = try JSONDecoder().decode(
      KindGuide.self, from: Data(try labctl(["fields", "--json"]).output.utf8))
    #expect(all == KindGuide())
  }

  @Test("shows examples that write fields of the kind, and its whole key")
  func examples() throws {
    for kind in LivingLab.schema.kinds {
      let words = try #require(KindWords.all[kind.name], "\(kind.name) has no words")
      for field in words.notes.keys { #expect(kind.field(named: field) != nil, "\(field)") }
      guard let example = words.example else { continue }
      // Of a word in quotes only the first part is looked at.
      let names = example.matches(of: /(?:^| )([a-z_]+)\+?=/).map { String($0.1) }
      for name in names { #expect(kind.field(named: name) != nil, "\(kind.name) \(name)") }
      #expect(Set(names).isSuperset(of: kind.naturalKey), "\(kind.name)")
      for match in example.matches(of: /([a-z_]+)=([a-z_]+)/) {
        guard let field = kind.field(named: String(match.1)) else { continue }
        if let values = KindGuide.Field(field, of: kind).values {
          #expect(values.contains(String(match.2)), "\(kind.name) \(match.0)")
        }
      }
    }
  }

  @Test("is where a kind that there is not leads, and never to the organisation's own")
  func unknownKind() throws {
    for name in ["vote", "like", "voud"] {
      let run = try labctl(["fields", name])
      #expect(run.status == 64)
      #expect(!run.errors.contains("void"), "\(run.errors)")
    }
    #expect(try labctl(["fields", "vote"]).errors.contains("the kind support"))
    #expect(try labctl(["fields", "supprt"]).errors.contains("did you mean support?"))
  }

  private func refused(
    _ arguments: [String], what: String
  ) throws -> String {
    let daemon = try PretendDaemon { _ in
      throw ControlFailure(what: what, why: "", remedy: "did you mean void?")
    }
    defer { daemon.end() }
    let run = try labctl(arguments + ["--socket", daemon.path])
    #expect(run.status == 1)
    #expect(daemon.requests.count == 1, "labsyncd may know more, and is asked")
    return run.errors
  }

  @Test("is named where labsyncd refuses a name")
  func refusals() throws {
    let vote = try refused(["add", "vote", "value=1"], what: "the kind 'vote': it is not declared")
    #expect(vote.contains("Try: the kind support; labctl fields support"), "\(vote)")
    let field = try refused(
      ["add", "idea", "titel=x"], what: "the field 'titel': an idea has no such field")
    #expect(field.contains("did you mean title? Known are challenge, session, "), "\(field)")
    #expect(field.contains("labctl fields idea"))
    let sorted = try refused(
      ["list", "ideas", "--sort", "-titel"], what: "the field 'titel': an idea has no such field")
    #expect(sorted.contains("did you mean title?"), "\(sorted)")
    let shown = try refused(["show", "sesion", "x"], what: "the kind 'sesion': it is not declared")
    #expect(shown.contains("did you mean session?"), "\(shown)")
    let told = try refused(["explain", "vote", "x"], what: "the kind 'vote': it is not declared")
    #expect(told.contains("labctl fields support"), "\(told)")
    // What this program does not know is labsyncd's to say.
    let other = try refused(
      ["add", "moon", "a=b"], what: "the field 'a': a moon has no such field")
    #expect(other.contains("did you mean void?"), "\(other)")
    #expect(
      Naming.improving("a idea has no field \"titel\"")
        == #"an idea has no field "titel"; did you mean title?"#)
    #expect(
      Naming.improving("a idea has no field \"zz\"").hasSuffix("labctl fields idea lists them"))
    #expect(Naming.improving("not UTF-8 text") == "not UTF-8 text")
  }

  @Test("says that a text which looks like JSON was taken as a text")
  func lookalikes() throws {
    let daemon = try PretendDaemon { request in
      if case .show = request {
        let record = RecordRow(kind: "idea", id: "i", fields: [:], revision: "1")
        return try ControlCodec.encode(
          answer: RecordDetail(columns: [], record: record, conflicts: []))
      }
      return try ControlCodec.encode(
        answer: RecordChange(kind: "idea", id: "i", revision: "2", isChanged: true))
    }
    defer { daemon.end() }
    for start in [["add", "idea"], ["set", "idea", "i"]] {
      let run = try labctl(start + [#"tags=["a"]"#, "--socket", daemon.path])
      #expect(run.status == 0)
      #expect(run.errors.contains("one element of the set; JSON comes behind tags:="))
      let fine = try labctl(start + [#"tags:=["a"]"#, "title=[a]", "--socket", daemon.path])
      #expect(fine.errors.isEmpty, "\(fine.errors)")
    }
  }

  @Test("a column that no record has is refused, and one of the kind is not")
  func columns() throws {
    let daemon = try PretendDaemon { _ in
      let row = RecordRow(kind: "idea", id: "1", fields: ["later": .text("x")], revision: "1")
      return try ControlCodec.encode(answer: RecordPage(columns: ["title"], records: [row]))
    }
    defer { daemon.end() }
    func list(_ columns: String) throws -> Run {
      try labctl(["list", "idea", "--columns", columns, "--socket", daemon.path])
    }
    let run = try list("title,titel")
    #expect(run.status == 64 && run.output.isEmpty)
    #expect(
      run.errors.contains("--columns names 'titel'") && run.errors.contains("did you mean title?"))
    #expect(try list("id,stage,later").output == "id  stage  later\n1          x\n")
  }
}
