import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("Whose data it is")
  struct PrivacyTests {
    private static let ana = "01900000-0000-7000-8000-00000000a0a0"
    private static let words = ["Anastasia Qwertzuiop", "ana.qwertz@example.org", "Bertran Yxcvb"]

    private func labctl(_ machine: Machine, _ arguments: [String]) throws -> String {
      let run = try machine.labctl(arguments)
      guard run.ending.exitStatus == 0 else { throw RigError("\(arguments): \(run.errors)") }
      return run.output
    }

    private func cells(_ sql: String, on machine: Machine) throws -> [[Cell]] {
      try machine.database(isReadOnly: true).rows(sql)
    }

    private func addAna(on machine: Machine) throws {
      try machine.database().execute(
        """
        INSERT INTO participants (id, code, display_name, contact, guardian) VALUES
        ('\(Self.ana)', 'SL-0042', '\(Self.words[0])', '\(Self.words[1])', '\(Self.words[2])')
        """)
      try machine.waitUntilCaptured()
    }

    /// Every file of the machine's folder that holds one of the values: stores, write-ahead logs,
    /// logs, and whatever else is there.
    private func filesHoldingNames(
      _ names: [String] = words, in folder: String
    ) throws -> [String] {
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder)
      return try files.filter { file in
        let path = "\(folder)/\(file)"
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isReadableFile(atPath: path),
          let attributes = try? FileManager.default.attributesOfItem(atPath: path),
          attributes[.type] as? FileAttributeType == .typeRegular
        else { return false }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        return names.contains { bytes.range(of: Data($0.utf8)) != nil }
      }
    }

    /// Receipts that the online side has; none before it has heard of the erasure.
    private func receiptCount(of lab: Lab) throws -> Int {
      try lab.online.database(isReadOnly: true).integer("SELECT count(*) FROM erasure_receipts")
    }

    private func waitForReceipts(_ count: Int, of lab: Lab) throws {
      let deadline = Deadline(seconds: 120)
      while try receiptCount(of: lab) < count {
        guard !deadline.hasPassed else {
          throw RigError("\(try receiptCount(of: lab)) of \(count) receipts came")
        }
        Deadline.pause(milliseconds: 50)
      }
    }

    @Test("erased is in no byte of any machine that was reached, also of late and restored ones")
    func erased() throws {
      let lab = try Lab(laptops: 3)
      let (here, late, restored) = (lab.laptops[0], lab.laptops[1], lab.laptops[2])
      try lab.start()
      try addAna(on: here)
      _ = try labctl(here, ["add", "idea", "title=A garden", "authors:=[\"\(Self.ana)\"]"])
      _ = try labctl(
        here, ["add", "comment", "body=As \(Self.words[0]) said, greener", "tone=1"])
      try lab.waitUntilInSync()
      // One laptop edits while it is away; of another there is a backup from before.
      try late.stop()
      try late.database().execute(
        "UPDATE participants SET display_name = '\(Self.words[0]) y Yxcvb', locale = 'es'")
      let backup = "\(lab.folder)/backup.db"
      try restored.database().execute("VACUUM INTO '\(backup)'")
      let short = try here.labctl(["erase", "participant", String(Self.ana.prefix(26))])
      #expect(short.ending.exitStatus != 0)
      #expect(short.errors.contains("wants the whole id"), "\(short.errors)")
      #expect(short.errors.contains(Self.ana))
      #expect(try here.database(isReadOnly: true).integer("SELECT count(*) FROM erasures") == 0)
      let asked = try labctl(here, ["erase", "participant", Self.ana])
      #expect(asked.contains("no byte is left"))
      #expect(asked.contains("comment"), "the comment that names the person is to be looked at")
      try waitForReceipts(3, of: lab)
      let partly = try lab.online.ask(ErasureRequest(participant: Self.ana))
      #expect(partly.outstanding.count == 1)
      try late.start()
      try restored.stop()
      for end in ["", "-wal", "-shm", ".witness"] {
        try? FileManager.default.removeItem(atPath: restored.storePath + end)
      }
      try FileManager.default.moveItem(atPath: backup, toPath: restored.storePath)
      try restored.database().execute(
        "UPDATE participants SET contact = 'new: \(Self.words[1])'")
      try restored.start()
      // The restored one speaks under a new name by now, and gives a receipt of its own.
      try waitForReceipts(5, of: lab)
      try lab.waitUntilInSync()
      _ = try lab.equalExports("erased")
      // The name itself stands in the comment of somebody else.
      #expect(try filesHoldingNames(Array(Self.words.dropFirst()), in: lab.folder) == [])
      for machine in lab.machines {
        #expect(
          try cells(
            "SELECT code, locale, display_name, contact, guardian FROM participants", on: machine)
            == [[.text("SL-0042"), .text("es"), .null, .null, .null]])
        #expect(
          try machine.database(isReadOnly: true).integer(
            "SELECT count(*) FROM sync_log WHERE personal IS NOT NULL") == 0)
        #expect(try machine.labctl(["verify"]).ending.exitStatus == 0)
        #expect(try cells("SELECT title FROM ideas", on: machine) == [[.text("A garden")]])
      }
      let certificate = try lab.online.ask(ErasureRequest(participant: Self.ana))
      #expect(certificate.outstanding.isEmpty)
      #expect(certificate.isErasedHere)
    }

    @Test("no byte of a name is left in the files, when nobody else wrote it")
    func bytes() throws {
      let lab = try Lab(laptops: 1)
      try lab.start()
      try addAna(on: lab.laptops[0])
      try lab.waitUntilInSync()
      #expect(try filesHoldingNames(in: lab.laptops[0].folder) != [])
      #expect(try filesHoldingNames(in: lab.online.folder) != [])
      // In plain SQL, on the other side.
      try lab.online.database().execute(
        "INSERT INTO erasures (participant) VALUES ('\(Self.ana)')")
      try lab.online.waitUntilCaptured()
      try waitForReceipts(2, of: lab)
      try lab.waitUntilInSync()
      let later = "\(lab.folder)/later.db"
      try lab.online.database().execute("VACUUM INTO '\(later)'")
      _ = try lab.equalExports("after")
      #expect(try filesHoldingNames(in: lab.folder) == [])
    }

    @Test("a withdrawal shows in the public views of both sides, and a grant that missed it loses")
    func consent() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.start()
      try addAna(on: laptop)
      _ = try labctl(
        laptop,
        ["add", "attachment", "media_type=image/jpeg", "people:=[\"\(Self.ana)\"]"])
      let name = "SELECT display_name FROM public_participants"
      let photos = "SELECT count(*) FROM public_attachments"
      func expect(_ shown: String, _ count: Int) throws {
        for machine in lab.machines {
          #expect(try cells(name, on: machine) == [[.text(shown)]])
          #expect(try machine.database(isReadOnly: true).integer(photos) == count)
        }
      }
      try lab.waitUntilInSync()
      try expect("SL-0042", 0)
      for purpose in ["publish_name", "photo"] {
        #expect(
          try labctl(laptop, ["consent", "grant", "SL-0042", "--purpose", purpose])
            .contains("granted"))
      }
      try lab.waitUntilInSync()
      try expect(Self.words[0], 1)
      // The laptop is away: it grants again what the person withdraws online meanwhile.
      try lab.setPaused(true, laptop)
      for purpose in ["publish_name", "photo"] {
        _ = try labctl(lab.online, ["consent", "withdraw", Self.ana, "--purpose", purpose])
        _ = try labctl(
          laptop, ["consent", "withdraw", Self.ana, "--purpose", purpose, "--version", "2"])
        _ = try labctl(
          laptop, ["consent", "grant", Self.ana, "--purpose", purpose, "--version", "3"])
      }
      try lab.setPaused(false, laptop)
      try lab.waitUntilInSync()
      try expect("SL-0042", 0)
      // Whoever has seen the withdrawal may grant.
      _ = try labctl(laptop, ["consent", "grant", Self.ana, "--purpose", "publish_name"])
      try lab.waitUntilInSync()
      try expect(Self.words[0], 0)
      #expect(try labctl(lab.online, ["consent", "show", "SL-0042"]).contains("withdrawn"))
      // Without the consent to take part nothing more is noted.
      _ = try labctl(laptop, ["consent", "withdraw", Self.ana, "--purpose", "process"])
      let refused = try laptop.labctl(["add", "idea", "title=x", "authors:=[\"\(Self.ana)\"]"])
      #expect(refused.ending.exitStatus == 1)
      #expect(refused.errors.contains("withdrew the consent to take part"))
    }
  }
}
