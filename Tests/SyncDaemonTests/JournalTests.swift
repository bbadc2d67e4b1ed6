import Foundation
import Logging
import Testing

@testable import SyncDaemon

/// A journal of a test's own.
private final class PretendJournal {
  let path: String
  private let socket: FileDescriptor

  init(in folder: borrowing TemporaryFolder) throws {
    path = "\(folder.path)/socket"
    let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    socket = try FileDescriptor(Glibc.socket(AF_UNIX, kind, 0), "open a socket")
    let (address, length) = try #require(unixAddress(path))
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket.number, $0, length) }
    }
    try #require(result == 0)
  }

  /// The next entry; nil where there is none.
  func next() throws -> String? {
    try socket.readAvailable(limit: 1 << 20, "read").map { String(decoding: $0, as: UTF8.self) }
  }
}

@Suite("The journal")
struct JournalTests {
  private func logger(_ path: String, _ lines: Lines) throws -> Logger {
    let socket = try JournalSocket(path: path)
    return Logger(label: "test") { _ in
      JournalLog(
        socket, identifier: "labsyncd-lab",
        otherwise: StandardErrorLog(level: .debug, form: .journal) { lines.add($0) })
    }
  }

  @Test("takes an entry as its fields, in order, and what has several lines by its length")
  func encoding() {
    var entry = JournalEntry(message: "a=b", priority: 5, identifier: "labsyncd")
    entry.add(metadata: "device", "Table 3")
    entry.add(metadata: "why", "é\n=2")
    entry.add(metadata: "empty", "")
    let expected =
      Array("MESSAGE=a=b\nPRIORITY=5\nSYSLOG_IDENTIFIER=labsyncd\n".utf8)
      + Array("LABSYNC_DEVICE=Table 3\nLABSYNC_WHY\n".utf8) + [5, 0, 0, 0, 0, 0, 0, 0]
      + Array("é\n=2\nLABSYNC_EMPTY=\n".utf8)
    #expect(entry.bytes == expected)
  }

  @Test(
    "knows a name of ours by its capitals, and takes no sign that it does not allow",
    arguments: [
      ("device", "LABSYNC_DEVICE"), ("offsetMilliseconds", "LABSYNC_OFFSETMILLISECONDS"),
      ("a-b.c d=e\n", "LABSYNC_A_B_C_D_E_"), ("ß9_", "LABSYNC__9_"), ("", "LABSYNC_"),
      (String(repeating: "x", count: 80), "LABSYNC_" + String(repeating: "X", count: 56)),
    ])
  func names(name: String, field: String) {
    #expect(JournalEntry.field(of: name) == field)
  }

  @Test("gets what is logged, and the standard error then does not")
  func received() throws {
    let folder = try TemporaryFolder()
    let journal = try PretendJournal(in: folder)
    let lines = Lines()
    var logger = try logger(journal.path, lines)
    logger.logLevel = .debug
    logger[metadataKey: "side"] = "lab"
    logger.warning(
      "session ended", metadata: ["device": "Table 3", "why": "a\nb", "list": ["1", "2"]])
    logger.debug("in sync", metadata: ["side": "other"])
    logger.trace("not at this level")
    let line = "session ended device=\"Table 3\" list=[1,2] side=lab why=\"a b\""
    let length = "\u{3}" + String(repeating: "\0", count: 7)
    #expect(
      try journal.next() == """
        MESSAGE=\(line)
        PRIORITY=4
        SYSLOG_IDENTIFIER=labsyncd-lab
        LABSYNC_DEVICE=Table 3
        LABSYNC_LIST=[1,2]
        LABSYNC_SIDE=lab
        LABSYNC_WHY
        \(length)a
        b

        """)
    #expect(
      try journal.next() == """
        MESSAGE=in sync side=other
        PRIORITY=7
        SYSLOG_IDENTIFIER=labsyncd-lab
        LABSYNC_SIDE=other

        """)
    #expect(try journal.next() == nil)
    #expect(lines.all.isEmpty)
  }

  @Test("that is not there, or is behind, or can not take so much loses no line")
  func fallingBack() throws {
    let folder = try TemporaryFolder()
    let lines = Lines()
    let early = try logger("\(folder.path)/socket", lines)
    early.error("early", metadata: ["device": "a b"])
    #expect(lines.all == ["<3>early device=\"a b\"\n"])
    let journal = try PretendJournal(in: folder)
    early.error("found")
    #expect(try journal.next()?.hasPrefix("MESSAGE=found\n") == true)

    early.error("\(String(repeating: "x", count: 1 << 20))")
    #expect(lines.all.count == 2 && lines.all.last?.utf8.count == 4 + (1 << 20))

    let count = 10_000
    for number in 0..<count { early.info("entry \(number)") }
    var read = 0
    while try journal.next() != nil { read += 1 }
    #expect(read > 0 && read < count)
    #expect(lines.all.dropFirst(2).count == count - read)
    #expect(throws: SystemError.self) {
      _ = try JournalSocket(path: String(repeating: "/long", count: 40))
    }
  }

  @Test("is waited for until it has read everything, and not for ever")
  func waiting() throws {
    let folder = try TemporaryFolder()
    let journal = try PretendJournal(in: folder)
    let socket = try JournalSocket(path: journal.path)
    #expect(socket.waitUntilRead(milliseconds: 0))
    #expect(socket.send(JournalEntry(message: "last", priority: 5, identifier: "labsyncd-lab")))
    #expect(!socket.waitUntilRead(milliseconds: 1))
    _ = try journal.next()
    #expect(socket.waitUntilRead(milliseconds: 0))
  }
}
