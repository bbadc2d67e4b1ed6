import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("A report")
  struct ReportTests {
    /// Real input, which `LABSYNC_DATA` names, or which may lie beside the package.
    private static let data =
      ProcessInfo.processInfo.environment["LABSYNC_DATA"]
      ?? URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../shared/data/pam-barcelona-2016").standardized.path

    @Test("on a laptop is provisional; online it is not, and names who was not heard")
    func completeness() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try lab.online.start()
      try laptop.start()
      _ = try laptop.ask(AddRequest(kind: "idea", fields: ["title": .text("roof")]))
      try lab.waitUntilInSync()
      #expect(try lab.inSyncClaims().count == 2)
      let online = try lab.online.ask(ReportRequest(.kpi))
      #expect(online.completeness.words == "complete")
      #expect(online.rows.first { $0.metric == "suggestions" }?.measured == 1)
      let own = try laptop.ask(ReportRequest(.kpi))
      #expect(!own.completeness.isComplete)
      #expect(own.completeness.words.contains("whether others have unsent changes"))
      try laptop.stop()
      let deadline = Deadline(seconds: 30)
      while try lab.online.ask(StatusRequest()).peers.contains(where: \.isConnected) {
        try #require(!deadline.hasPassed)
        Deadline.pause(milliseconds: 5)
      }
      let away = try lab.online.ask(ReportRequest(.kpi)).completeness
      #expect(away.isComplete)
      #expect(away.machines.first?.words.contains("not heard since") == true)
      #expect(
        away.words.hasPrefix(
          "complete as far as is known; not heard since they were in sync: laptop-1 ("))
      let before = try lab.online.ask(ReportRequest(.kpi, to: "2020-01-01")).completeness
      #expect(before.words == "complete")
      // That is remembered over a restart; a laptop that never came is missing all the same.
      try lab.online.stop()
      let key = "\(lab.online.folder)/authorized/"
      try String(lab.online.publicKey + "\n")
        .write(toFile: key + "laptop-2", atomically: true, encoding: .utf8)
      try lab.online.start()
      let fresh = try lab.online.ask(ReportRequest(.kpi)).completeness
      #expect(
        fresh.words
          == "provisional (1 laptop has or may have unsent changes: laptop-2 (never seen in sync))")
      #expect(fresh.machines.map(\.isMissing) == [false, true])
    }

    @Test(
      "of Barcelona's 2016 plan has its published figures",
      .enabled(if: FileManager.default.fileExists(atPath: data), "no data at \(data)"))
    func barcelona() throws {
      let lab = try Lab(laptops: 1)
      try lab.online.start()
      for name in ["base", "lab", "online", "decisions"] {
        let run = try lab.online.labctl(["import", "\(Self.data)/\(name).jsonl"])
        #expect(run.ending.exitStatus == 0, "\(run.errors)")
      }
      let run = try lab.online.labctl(["report", "kpi", "--csv"])
      for row in [
        "innovation,suggestions,,suggestions,count,10860,",
        "innovation,suggestions_accepted_share,,share of decided suggestions accepted,share,0.749724,,,8142,10860,",
        "living_lab,comments_by_tone,positive,comments by tone,count,5198,",
        "living_lab,comments_by_tone,neutral,comments by tone,count,10221,",
        "living_lab,comments_by_tone,negative,comments by tone,count,798,",
        "living_lab,comments_positive_share,,positive comments,share,0.866911,,,5198,5996,",
        "living_lab,sessions_attended,,sessions with attendance recorded,count,385,",
        "living_lab,attendees,,attendees,count,11577,",
        "recommendation,reach_of_sessions,,reach of sessions,count,,,926160,",
      ] {
        #expect(run.output.contains("\r\n" + row), "\(row)")
      }
      let people = try lab.online.labctl(["report", "kpi"]).output
      #expect(people.contains("75.0 %") && people.contains("86.7 %") && people.contains("926,160"))
    }
  }
}
