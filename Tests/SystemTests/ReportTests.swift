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
      #expect(away.machines.first?.words.contains("not connected since") == true)
      // A daemon that has just started knows nothing of the laptops.
      try lab.online.stop()
      try lab.online.start()
      let fresh = try lab.online.ask(ReportRequest(.kpi)).completeness
      #expect(!fresh.isComplete)
      #expect(fresh.words.contains("laptop-1 (not heard since labsyncd started)"))
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
