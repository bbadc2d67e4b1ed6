import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("labctl import")
struct ImportTests {
  @Test("reports bad lines by number, those that are not UTF-8 too, takes the rest, ends with 3")
  func badLines() throws {
    let daemon = try PretendDaemon { request in
      guard case .importLines(let lines) = request else { throw CancellationError() }
      let refused = lines.lines.enumerated().filter { $0.element == "bad" }.map {
        ImportResult.Refusal(line: lines.firstLine + $0.offset, reason: "there is no kind bad")
      }
      let accepted = lines.lines.count { $0 == "good" }
      return try ControlCodec.encode(
        answer: ImportResult(
          accepted: accepted, changed: accepted, unchanged: 0, refused: refused))
    }
    defer { daemon.end() }
    var input = Data([0xEF, 0xBB, 0xBF])
    input += Data("good\r\nbad\n".utf8)
    input += Data([0xC3, 0x28, 0x0A])
    input += Data("\ngood".utf8)
    let run = try labctl(["import", "-", "--socket", daemon.path], input: input)
    #expect(run.status == 3)
    #expect(
      run.errors.split(separator: "\n").sorted() == [
        "-:2: there is no kind bad", "-:3: not UTF-8 text",
      ])
    #expect(
      run.output == "2 lines taken (2 changed something, 0 said nothing new), 2 refused\n")
    #expect(
      daemon.requests == [
        .importLines(ImportRequest(firstLine: 1, lines: ["good", "bad", "", "", "good"]))
      ])
  }

  @Test(
    "reads a line of the greatest length, with a byte order mark or a carriage return besides",
    arguments: ["\u{FEFF}12345678", "\u{FEFF}12345678\r\n", "12345678\r\n"])
  func greatestLength(text: String) throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "labsync-\(UUID().uuidString).jsonl")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    // The end of a piece falls at every place, between carriage return and line feed as well.
    for pieceBytes in 1...16 {
      var reader = try LineReader(file.path, lineBytesLimit: 8, pieceBytes: pieceBytes)
      #expect(try reader.next() == .text("12345678"))
      #expect(try reader.next() == nil)
      var strict = try LineReader(file.path, lineBytesLimit: 7, pieceBytes: pieceBytes)
      #expect(try strict.next() == .refused(reason: "longer than 7 bytes"))
      #expect(try strict.next() == nil)
    }
  }

  @Test("sends a long file in pieces with numbers that follow each other")
  func pieces() throws {
    let daemon = try PretendDaemon { request in
      guard case .importLines(let lines) = request else { throw CancellationError() }
      return try ControlCodec.encode(
        answer: ImportResult(accepted: lines.lines.count, unchanged: lines.lines.count))
    }
    defer { daemon.end() }
    let line = String(repeating: "x", count: 1000)
    let text = (0..<3000).map { "\($0) \(line)\n" }.joined()
    let run = try labctl(
      ["import", "-", "--json", "--socket", daemon.path], input: Data(text.utf8))
    #expect(run.status == 0)
    let result = try JSONDecoder().decode(ImportResult.self, from: Data(run.output.utf8))
    #expect(result.accepted == 3000)
    var next = 1
    for request in daemon.requests {
      guard case .importLines(let lines) = request else { throw CancellationError() }
      #expect(lines.firstLine == next)
      #expect(lines.lines.map(\.utf8.count).reduce(0, +) <= ControlProtocol.importRequestBytes)
      next += lines.lines.count
    }
    #expect(next == 3001)
    #expect(daemon.requests.count > 5)
  }

  @Test("says how far it came when the daemon goes away")
  func interrupted() throws {
    let daemon = try PretendDaemon { request in
      guard case .importLines(let lines) = request, lines.firstLine == 1 else {
        throw ControlFailure(what: "the disk is full", why: "no room", remedy: "make room")
      }
      return try ControlCodec.encode(answer: ImportResult(accepted: lines.lines.count))
    }
    defer { daemon.end() }
    let text = String(repeating: String(repeating: "x", count: 400_000) + "\n", count: 3)
    let run = try labctl(["import", "-", "--socket", daemon.path], input: Data(text.utf8))
    #expect(run.status == 1)
    #expect(run.errors.contains("1 line of - had been looked at"))
  }

  @Test(
    "reads lines however they fall over the pieces of a file", arguments: [0, 1, 255, 256, 257])
  func reader(kilobytes: Int) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    defer { unlink(file) }
    let long = String(repeating: "é", count: kilobytes * 512)
    try Data("\(long)\n\nlast".utf8).write(to: URL(filePath: file))
    var reader = try LineReader(file)
    var lines: [LineReader.Line] = []
    while let line = try reader.next() { lines.append(line) }
    #expect(lines == [.text(long), .text(""), .text("last")])
  }

  @Test("passes over a line that is too long, without keeping it")
  func tooLong() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID())").path
    defer { unlink(file) }
    let text =
      String(repeating: "x", count: 700_000) + "\nshort\n" + String(repeating: "y", count: 11)
    try Data(text.utf8).write(to: URL(filePath: file))
    var reader = try LineReader(file, lineBytesLimit: 10)
    var lines: [LineReader.Line] = []
    while let line = try reader.next() { lines.append(line) }
    let tooLong = LineReader.Line.refused(reason: "longer than 10 bytes")
    #expect(lines == [tooLong, .text("short"), tooLong])
  }

  @Test("cuts and measures text by columns of the screen")
  func columns() {
    #expect(Terminal.width(of: "Perque\u{300} l’hort") == 13)
    #expect(Terminal.width(of: "水🌱e\u{301}") == 5)
    #expect(Terminal.cut("水水水", to: 5) == "水水…")
    #expect(Terminal.cut("hort", to: 4) == "hort")
    #expect(Terminal.harmless("a\u{1B}]0;x\u{7}\u{202E}b") == "a\u{FFFD}]0;x\u{FFFD}\u{FFFD}b")
    var table = Table(["id", "title"])
    table.add(["1", String(repeating: "x", count: 100)])
    #expect(table.lines(columns: 30).allSatisfy { Terminal.width(of: $0) <= 30 })
  }
}
