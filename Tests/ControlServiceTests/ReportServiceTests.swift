import Foundation
import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import Testing

@testable import SyncDaemon

@Suite struct ReportServiceTests {
  private let folder: URL
  private let service: ReadService
  private let now = Instant(
    monotonicMilliseconds: 1_772_384_460_000, wallMilliseconds: 1_772_384_460_000)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "labsync-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let store = try SQLiteStore.create(
      at: folder.appendingPathComponent("store.db").path, side: .online, name: "hub",
      schema: LivingLab.schema, replica: ReplicaID(rawValue: UniqueID(high: 1, low: 1)))
    let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))
    try store.adopt(project)
    _ = try store.importLines(
      [
        Array(#"{"kind":"project","fields":{"name":"Un barri"}}"#.utf8),
        Array(#"{"kind":"idea","key":"a","at":"2026-03-01T00:00:00Z","fields":{}}"#.utf8),
        Array(#"{"kind":"idea","key":"b","at":"2026-03-02T23:59:59Z","fields":{}}"#.utf8),
      ], firstLine: 1, project: project, at: now)
    service = ReadService(reader: try StoreReader(opening: store.path, schema: LivingLab.schema))
  }

  private func ask(_ request: ReportRequest) throws -> Report {
    let request = try ControlCodec.decodeRequest(ControlCodec.encode(request))
    let answer = try service.answer(to: request, at: now)
    return try ControlCodec.decodeAnswer(to: ReportRequest.self, answer)
  }

  private func suggestions(_ from: String?, _ to: String?) throws -> Double? {
    try ask(ReportRequest(.kpi, from: from, to: to)).rows
      .first { $0.metric == "suggestions" }?.measured
  }

  @Test func aDateToIsToItsEndAndAMomentToIsNotInAnyMore() throws {
    #expect(try suggestions(nil, nil) == 2)
    #expect(try suggestions("2026-03-01", "2026-03-01") == 1)
    #expect(try suggestions("2026-03-01", "2026-03-02") == 2)
    #expect(try suggestions("2026-03-01", "2026-03-02T23:59:59Z") == 1)
    #expect(try suggestions("2026-03-01T01:00:00+01:00", nil) == 2)
    #expect(try suggestions("2026-03-03", nil) == 0)
  }

  @Test func whatIsNoPeriodSessionOrProjectIsWrongUsage() throws {
    for request in [
      ReportRequest(.kpi, from: "yesterday"), ReportRequest(.kpi, to: "2026-02-30"),
      ReportRequest(.kpi, from: "2026-03-02", to: "2026-03-01"),
      ReportRequest(.reach, project: "p"), ReportRequest(.reach, session: "s"),
      ReportRequest(.reach, contacts: -1),
    ] {
      let failure = try #require(throws: ControlFailure.self) { try ask(request) }
      #expect(failure.exit == .usage, "\(failure)")
      #expect(!failure.remedy.isEmpty)
    }
  }

  @Test func eachReportHasItsTablesAndAPageHasAllPlots() throws {
    func tables(_ request: ReportRequest) throws -> [String] { try ask(request).tables.map(\.name) }
    #expect(try tables(ReportRequest(.kpi)).isEmpty)
    #expect(try tables(ReportRequest(.reach)) == ["sessions", "networks"])
    #expect(try tables(ReportRequest(.participation)) == ["sessions", "contributions", "tone"])
    #expect(try tables(ReportRequest(.innovation)) == ["funnel"])
    for name in ReportRequest.Name.allCases {
      let all = try tables(ReportRequest(name, withPlots: true))
      #expect(Set(all).isSuperset(of: ["contributions", "funnel", "sessions", "tone"]))
      #expect(Set(all).count == all.count)
    }
    let report = try ask(ReportRequest(.participation))
    #expect(report.projects.map(\.name) == ["Un barri"])
    #expect(
      report.tables.allSatisfy { table in
        table.rows.allSatisfy { $0.count == table.columns.count }
      })
  }

  @Test func aReportSaysWhoWasNotHeardSinceItsPeriodWentOn() throws {
    var told = service
    told.completeness = Report.Completeness(
      isComplete: true, words: "complete",
      machines: [
        .init(
          name: "Table 3", isMissing: false, lastHeard: 0, words: "",
          inSyncAt: 1_772_409_600_000)
      ])
    func words(_ to: String?) throws -> String {
      let request = try ControlCodec.decodeRequest(
        ControlCodec.encode(ReportRequest(.kpi, to: to)))
      return try ControlCodec.decodeAnswer(
        to: ReportRequest.self, told.answer(to: request, at: now)
      ).completeness.words
    }
    #expect(try words("2026-03-01") == "complete")
    #expect(try words("2026-03-02").hasSuffix(": Table 3 (2026-03-02 00:00 UTC)"))
    #expect(try words(nil).hasPrefix("complete as far as is known; "))
  }

  @Test func aReaderThatNobodyToldAnythingIsNotComplete() throws {
    #expect(try !ask(ReportRequest(.kpi)).completeness.isComplete)
  }
}

@Suite struct ReportCompletenessTests {
  private func status(
    _ side: Status.Side, parked: Int = 0, held: Int = 0, isInSync: Bool = true
  ) -> Status {
    Status(
      side: side, replica: "r", name: "n", projects: [],
      connection: .init(state: .live, words: "", endpoint: nil, since: 0), outbox: 0, queued: 0,
      received: 0, durable: 0, confirmed: 0, oldestAgeSeconds: nil, conflicts: 0, settled: 0,
      parked: parked, held: held, clockOffsetMilliseconds: nil, lastSync: nil,
      inSync: .init(value: isInSync, at: 0), storeBytes: 0, software: "", peers: [],
      isPaused: false)
  }

  private func machine(_ isInSync: Bool?, _ proof: Int64?, _ contact: Int64?) -> Report.Machine {
    Report.Machine(
      .init(name: "t", isConnected: isInSync != nil, words: "", lastContact: contact),
      isInSync: isInSync, proof: proof)
  }

  @Test func aMachineIsMissingUnlessItWasInSyncWhenItWasLastHeard() {
    #expect(!machine(true, 5, 5).isMissing)
    #expect(machine(false, nil, 5).isMissing)
    #expect(!machine(nil, 5, nil).isMissing)
    #expect(!machine(nil, 5, 6).isMissing)
    #expect(machine(nil, nil, 6).isMissing)
    #expect(machine(nil, nil, nil).isMissing)
  }

  @Test func whatAMachineHadUnsentMakesItMissingUnlessItWasInSyncSince() {
    func machine(_ unsent: Int, at: Int64, proof: Int64? = nil) -> Report.Machine {
      Report.Machine(
        .init(name: "t", isConnected: false, words: "", lastContact: nil), isInSync: nil,
        proof: proof, reported: Fleet.Report(at: at, unsent: unsent, oldestAgeSeconds: nil))
    }
    #expect(machine(5, at: 60_000).isMissing)
    #expect(
      machine(5, at: 60_000).words == "5 unsent when it was last heard, at 1970-01-01 00:01 UTC")
    #expect(machine(5, at: 60_000, proof: 50_000).isMissing)
    #expect(!machine(5, at: 60_000, proof: 70_000).isMissing)
    #expect(!machine(0, at: 60_000, proof: 50_000).isMissing)
    #expect(machine(0, at: 60_000).isMissing)
  }

  @Test func aMachineThatLeftItsProjectsIsNotWaitedFor() {
    func machine(_ isInSync: Bool?, hasLeft: Bool) -> Report.Machine {
      Report.Machine(
        .init(name: "t", isConnected: isInSync != nil, words: "", lastContact: 5),
        isInSync: isInSync, proof: nil, sharesNothing: isInSync != nil, hasLeft: hasLeft)
    }
    for isInSync in [false, nil] {
      let left = machine(isInSync, hasLeft: true)
      #expect(!left.isMissing)
      #expect(left.words == "left every project that it shared")
    }
    // Rights that were taken from it do not bring home what it wrote.
    let outside = machine(false, hasLeft: false)
    #expect(outside.isMissing)
    #expect(outside.words == "connected, shares no project")
  }

  @Test func theOnlineSideNamesWhoIsMissing() {
    let all = [machine(true, 5, 5), machine(nil, 5, 6)]
    #expect(Report.Completeness(status(.online), machines: []).words == "complete")
    #expect(Report.Completeness(status(.online), machines: all).isComplete)
    let one = Report.Completeness(status(.online), machines: all + [machine(false, nil, 5)])
    #expect(
      one.words
        == "provisional (1 laptop has or may have unsent changes: t (synchronising now))")
    let parked = Report.Completeness(status(.online, parked: 3), machines: all)
    #expect(parked.words == "provisional (3 changes are parked)")
    let single = Report.Completeness(status(.online, parked: 1, held: 1), machines: all)
    #expect(single.words == "provisional (1 change is parked; 1 change is held)")
  }

  @Test func aLaptopThatWasNotHeardSinceItWasInSyncIsNamedWhereThePeriodGoesOn() {
    let machines = [machine(true, 5, 5), machine(nil, 60_000, 60_000)]
    let known = Report.Completeness(status(.online), machines: machines)
    #expect(known.machines.map(\.inSyncAt) == [nil, 60_000])
    for until in [nil, 60_001] as [Int64?] {
      let told = known.telling(until: until)
      #expect(told.isComplete)
      #expect(
        told.words == "complete as far as is known; not heard since they were in sync: "
          + "t (1970-01-01 00:01 UTC)")
    }
    #expect(known.telling(until: 60_000).words == "complete")
    // Whoever is missing is what has to be said first.
    let missing = Report.Completeness(
      status(.online), machines: machines + [machine(false, nil, 5)])
    #expect(missing.telling(until: nil) == missing)
  }

  @Test func aLaptopIsNeverComplete() {
    #expect(!Report.Completeness(status(.lab), machines: []).isComplete)
    #expect(
      Report.Completeness(status(.lab, isInSync: false), machines: []).words
        .contains("not in sync with the online side"))
  }

  @Test func whatTheLoopKnowsReachesTheReaderWhole() throws {
    let completeness = Report.Completeness(status(.online), machines: [machine(nil, nil, 7)])
    #expect(
      try Report.Completeness(ControlCodec.encode(answer: completeness)) == completeness)
  }
}
