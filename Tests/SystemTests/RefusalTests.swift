import DeveloperRig
import SyncControl
import Testing

extension SystemTests {
  /// What waits, was revoked, came with a used or an expired invitation or asks for another project is in
  /// ``EnrolmentTests``, and so is a key of the online side that is unknown.
  @Suite("A laptop that is refused")
  struct RefusalTests {
    @Test("for a secret that the online side never gave says so, at once and later")
    func unknownSecret() throws {
      let lab = try Lab(laptops: 0)
      try lab.online.start()
      var line = try InvitationLine(lab.invite(["--name", "Table 3"]))
      line.secret = Array(repeating: 7, count: 16)
      let laptop = try JoinedLaptop(line.text, in: lab, "table-3")
      let words =
        "the invitation is not one of this online side: ask for a new one (labctl peer invite on the online side)"
      #expect(laptop.joining.ending.exitStatus == 4)
      #expect(laptop.joining.errors.contains("not let in"))
      #expect(laptop.joining.errors.unwrapped.contains(words), "\(laptop.joining.errors)")
      let status = try laptop.labctl(["status"]).output
      #expect(status.unwrapped.contains(words), "\(status)")
      #expect(try lab.online.ask(PeerListRequest()).peers.allSatisfy { $0.standing != "admitted" })
    }

    @Test("for its version says which of the two is too old, and goes on to capture")
    func version() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      let laptop = lab.laptops[0]
      let older = try OlderLaptop()
      laptop.environment["LABSYNC_ONLINE_ENDPOINTS"] = older.endpoint
      laptop.environment["LABSYNC_ONLINE_SERVER_KEY"] = older.serverKey.z85
      try laptop.start()
      try older.passHello(by: HostilePeer.enrolled(in: lab), as: 0...0)
      let deadline = Deadline(seconds: 30)
      while try laptop.ask(StatusRequest()).connection.state != .refused, !deadline.hasPassed {
        Deadline.pause(milliseconds: 20)
      }
      let status = try laptop.labctl(["status"]).output.unwrapped
      for words in [
        "the LabSync of this laptop is too old for the online side's",
        "it speaks version 0 of the protocol, and the online side 1",
        "install the newer LabSync on this laptop",
      ] { #expect(status.contains(words), "\(status)") }
      _ = try laptop.labctl(["add", "idea", "title=captured all the same"])
      try laptop.waitUntilCaptured()
      #expect(try laptop.ask(StatusRequest()).queued == 1)
    }
  }
}

extension String {
  /// Without the line breaks of a terminal's width.
  var unwrapped: String {
    split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
