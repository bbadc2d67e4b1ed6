import Foundation
import SyncControl

/// A request of every name.
enum SampleRequests {
  private static let id = "01a201f5-8a46-7be1-88c4-f6acb09dbe4c"
  private static let dot = "1319e91d-7b58-4623-9296-019150536428/1/42"

  static let all: [any ControlQuestion] = [
    StatusRequest(), SyncRequest(action: .now), SyncRequest(action: .pause),
    AddRequest(
      kind: "idea",
      fields: ["title": .text("A tool library"), "tags": .array([.text("eco")])], project: id),
    AddRequest(
      kind: "session",
      fields: [
        "title": .text("Tuesday"), "state": .text("open"), "starts_at": .text("2016-03-01"),
        "extra": .object(["a": .text("b")]), "people": .integer(12),
      ]),
    SetRequest(
      kind: "idea", id: id, fields: ["body": .null, "summary": .number(1.5)],
      adding: ["tags": ["eco"]], removing: ["tags": ["water"]], seen: "4611686018427387903"),
    RemoveRequest(kind: "ideas", id: "01a201"),
    ListRequest(
      kind: "idea",
      conditions: [
        FieldCondition(field: "title", comparison: .contains, value: .text("garden")),
        FieldCondition(field: "tags", comparison: .equal, value: .array([.text("eco")])),
        FieldCondition(field: "created_at", comparison: .greater, value: .text("2016-03-01")),
        FieldCondition(field: "id", comparison: .unequal, value: .boolean(true)),
      ], sort: ["-title", "id"], limit: 20, cursor: #"["idea:-title,id","x","y"]"#),
    ShowRequest(kind: "idea", id: id), ExplainRequest(kind: "idea", id: id),
    ImportRequest(
      firstLine: 1, lines: [#"{"kind":"idea","key":"a","fields":{"title":"b"}}"#, ""], project: id),
    ExportRequest(kind: "idea", canonical: true, cursor: "1.2"),
    ConflictListRequest(status: .all, limit: 7, cursor: "1.\(id)"), ConflictShowRequest(id: id),
    ConflictResolveRequest(id: id, choice: .keep(1)),
    ConflictResolveRequest(id: id, choice: .value(.text("Both.")), seen: "17"),
    ConflictUndoRequest(id: id), ParkedListRequest(), ParkedShowRequest(dot: dot),
    ParkedRetryRequest(dot: dot), ParkedRetryRequest(), LeaveCheckRequest(),
    ReportRequest(.kpi, from: "2016-01-01", to: "2016-12-31", project: id, contacts: 50),
    ReportRequest(.participation, session: id, segment: "young", withPlots: true),
    MetricsRequest(), EventsRequest(after: 4, run: "r", waitMilliseconds: 10),
    VerifyRequest(cursor: "1.2"), RepairRequest(project: id, replica: id, lane: 1, sequence: 40),
    DoctorRequest(), BackupRequest(), BackupRequest(cursor: "a.1"), LogRequest(after: 7),
    LogRequest(),
    FleetRequest(), ParkedDiscardRequest(dot: dot, reason: "A test."),
    PeerListRequest(), PeerShowRequest(peer: "Table 3"),
    PeerInviteRequest(
      projects: [id], peer: "Table 3", expiresInSeconds: 3_600, role: "relay",
      endpoints: ["tcp://192.0.2.1:5570"]),
    PeerApproveRequest(peer: "8H2K-WQ4D-1M0T-ZX7B", projects: [id], role: "read-only"),
    PeerRevokeRequest(peer: "Table 3", reason: "lost", since: 1_456_800_000_000, after: [dot]),
    PeerReleaseRequest(peer: "Table 3", until: 1_456_800_000_000),
    ServerKeyRequest(action: .announce), LeaveRequest(project: id, discard: true),
    EraseRequest(participant: id, withContributions: true), ErasureRequest(participant: id),
    BundleExportRequest(project: id), BundleExportRequest(cursor: "a.1"),
    BundleUploadRequest(cursor: "a.1", bytes: Data("LABSYNC-BUNDLE".utf8), isLast: true),
    BundleImportRequest(cursor: "a.2", device: "Table 3"),
  ]
}
