import Foundation
import Glibc
import SyncControl
import Testing

@Suite("labctl erase")
struct EraseCommandTests {
  private static let id = "01a22a69-896c-7f00-8000-000000000001"

  private static let answer: PretendDaemon.Answering = { request in
    let person = RecordRow(
      kind: "participant", id: id,
      fields: ["code": .text("SL-0042"), "display_name": .text("Mercè\u{1B}[2J")], revision: "1")
    switch request {
    case .list(let list):
      let isCode = list.conditions.first?.value == .text("SL-0042")
      return try ControlCodec.encode(
        answer: RecordPage(columns: [], records: isCode ? [person] : []))
    case .show:
      return try ControlCodec.encode(
        answer: RecordDetail(columns: [], record: person, conflicts: []))
    default:
      return try ControlCodec.encode(
        answer: ErasureCertificate(
          participant: id, project: "p", requestedAt: 0, isErasedHere: true, receipts: [],
          outstanding: [], candidates: [], contributionsDeleted: 0))
    }
  }

  /// The run, and which participants were erased; what is typed makes its input a terminal.
  private func run(
    _ arguments: [String], typing: String? = nil
  ) throws -> (run: Run, erased: [String]) {
    let daemon = try PretendDaemon(answering: Self.answer)
    defer { daemon.end() }
    let words = ["erase", "participant"] + arguments + ["--socket", daemon.path]
    let run = try typing.map { try labctl(words, typing: $0) } ?? labctl(words)
    let erased = daemon.requests.compactMap { request in
      if case .erase(let erase) = request { erase.participant } else { nil as String? }
    }
    return (run, erased)
  }

  @Test("acts at once where nobody can be asked, and says what stays")
  func script() throws {
    let (run, erased) = try run([Self.id])
    #expect(run.status == 0 && erased == [Self.id])
    #expect(run.errors.isEmpty, "\(run.errors)")
    #expect(run.output.contains("no byte is left"))
    #expect(run.output.contains("stays: the code"), "\(run.output)")
    #expect(run.output.contains("backups"))
  }

  @Test("names the person on a terminal, by whatever they were named, and erases only after a yes")
  func terminal() throws {
    for name in [Self.id, "SL-0042", "01a22a69"] {
      let no = try run([name], typing: "no\n")
      #expect(no.run.status == 1 && no.erased.isEmpty)
      #expect(
        no.run.errors.contains("This erases Mercè\u{FFFD}[2J, SL-0042 (\(Self.id)) everywhere"),
        "\(no.run.errors)")
      #expect(no.run.errors.contains("nothing was erased (it was not confirmed)"))
      let yes = try run([name], typing: " Yes\n")
      #expect(yes.run.status == 0 && yes.erased == [Self.id], "\(yes.run.errors)")
    }
    #expect(try run([Self.id], typing: "\u{4}").erased.isEmpty)
    let told = try run([Self.id, "--yes"], typing: "no\n")
    #expect(told.erased == [Self.id] && told.run.errors.isEmpty)
  }

  @Test("a code that two have names both")
  func twins() throws {
    let daemon = try PretendDaemon { _ in
      let twins = ["a", "b"].map {
        RecordRow(
          kind: "participant", id: $0, fields: ["display_name": .text("Jordi \($0)")],
          revision: "1")
      }
      return try ControlCodec.encode(answer: RecordPage(columns: [], records: twins))
    }
    defer { daemon.end() }
    let run = try labctl(
      ["consent", "grant", "SL-0043", "--purpose", "photo", "--socket", daemon.path])
    #expect(run.status == 1)
    #expect(
      run.errors
        == "labctl: two participants have the code SL-0043 (a Jordi a, b Jordi b). "
        + "Try: give the id\n")
  }

  @Test(
    "the version of a text has an option of its own", arguments: ["--text-version", "--version"])
  func textVersion(option: String) throws {
    let daemon = try PretendDaemon { request in
      if case .list = request {
        return try ControlCodec.encode(answer: RecordPage(columns: [], records: []))
      }
      return try ControlCodec.encode(
        answer: RecordChange(kind: "consent", id: "c", revision: "1", isChanged: true))
    }
    defer { daemon.end() }
    let run = try labctl([
      "consent", "grant", Self.id, "--purpose", "photo", option, "3", "--socket", daemon.path,
    ])
    #expect(run.status == 0, "\(run.errors)")
    guard case .add(let added) = daemon.requests.last else {
      Issue.record("nothing was added")
      return
    }
    #expect(added.fields["version"] == .text("3"))
  }
}

/// Runs labctl with a terminal as its input, on which somebody types.
private func labctl(_ arguments: [String], typing text: String) throws -> Run {
  let keyboard = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
  try #require(keyboard >= 0)
  defer { close(keyboard) }
  // TIOCSPTLCK and TIOCGPTN, which are no constants for Swift: unlocks the terminal and gives its number.
  var (lock, number) = (Int32(0), UInt32(0))
  try #require(ioctl(keyboard, 0x4004_5431, &lock) == 0)
  try #require(ioctl(keyboard, 0x8004_5430, &number) == 0)
  let name = "/dev/pts/\(number)"
  let terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)
  try #require(terminal >= 0)
  try #require(write(keyboard, text, text.utf8.count) == text.utf8.count)
  return try labctl(
    arguments, standardInput: FileHandle(fileDescriptor: terminal, closeOnDealloc: true))
}
