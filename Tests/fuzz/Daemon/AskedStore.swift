import Fuzzing
import Glibc
import LivingLab
import SQLiteStore
import SyncControl
import SyncCore
import SyncDaemon

/// A lab's store in a folder of its own, made anew when many requests have written to it. Its records
/// have the same ids every time. Used on one thread.
final class AskedStore {
  nonisolated(unsafe) private(set) static var current = AskedStore()

  private static let now = Instant(
    monotonicMilliseconds: 1_700_000_000_000, wallMilliseconds: 1_700_000_000_000)
  private static let writesOfOneStore = 200

  private let folder: String
  private var store: SQLiteStore
  private let reader: ReadService
  private var writes = 0

  private init() {
    do {
      folder = try Self.makeFolder()
      store = try Self.makeStore("\(folder)/lab.db", side: .lab, number: 1)
      var online = try Self.makeStore("\(folder)/online.db", side: .online, number: 2)
      try Self.fill(&store, &online)
      reader = ReadService(reader: try StoreReader(opening: store.path, schema: LivingLab.schema))
    } catch {
      complain("the store can not be made: \(error)")
      exit(74)
    }
  }

  deinit {
    for name in ["lab.db", "online.db"] {
      for suffix in ["", "-wal", "-shm"] { unlink("\(folder)/\(name)\(suffix)") }
    }
    rmdir(folder)
  }

  static func ask(_ request: ControlRequest) {
    if current.writes >= writesOfOneStore { current = AskedStore() }
    current.answer(request)
  }

  private func answer(_ request: ControlRequest) {
    switch request.service {
    case .reading, .reporting: _ = reading { try reader.answer(to: request, at: Self.now) }
    case .writing:
      writes += 1
      _ = reading { try WriteService().answer(to: request, store: &store, at: Self.now) }
    case .loop: break
    }
  }

  /// Requests that name what is in the store.
  var requests: [any ControlQuestion] {
    let page = reading {
      try ControlCodec.decodeAnswer(
        to: ConflictListRequest.self,
        reader.answer(to: .conflictList(ConflictListRequest()), at: Self.now))
    }
    return (page?.conflicts ?? []).flatMap { conflict -> [any ControlQuestion] in
      [
        ConflictShowRequest(id: conflict.id), ConflictUndoRequest(id: conflict.id),
        ConflictResolveRequest(id: conflict.id, choice: .keep(1)),
        ConflictResolveRequest(id: conflict.id, choice: .value(.text("Both."))),
        ExplainRequest(kind: conflict.kind, id: conflict.record),
        SetRequest(kind: conflict.kind, id: conflict.record, fields: ["title": .text("C")]),
      ]
    }
  }

  private static func makeFolder() throws -> String {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(parent)/labsync-fuzz-XXXXXX".utf8CString)
    guard mkdtemp(&path) != nil else { throw StoreError.inconsistent("no folder in \(parent)") }
    return String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func makeStore(_ path: String, side: Side, number: UInt64) throws -> SQLiteStore {
    let store = try SQLiteStore.create(
      at: path, side: side, name: side.name, schema: LivingLab.schema,
      replica: ReplicaID(rawValue: UniqueID(high: 0xA0A0, low: number)))
    try store.adopt(ProjectID(rawValue: UniqueID(high: 0xA0A0, low: 1)))
    return store
  }

  /// An idea that both sides gave another title.
  private static func fill(_ lab: inout SQLiteStore, _ online: inout SQLiteStore) throws {
    let project = ProjectID(rawValue: UniqueID(high: 0xA0A0, low: 1))
    let lines = #"{"kind":"idea","key":"a","fields":{"title":"Garden","tags":["eco"]}}"#
    _ = try lab.importLines([Array(lines.utf8)], firstLine: 1, project: project, at: now)
    try hand(project, from: lab, to: &online)
    let id = RecordID.derived(project: project, kind: "idea", foreignKey: "a").description
    for (store, title) in [(lab, "A"), (online, "B")] {
      _ = try store.set("idea", id: id, RecordEdit(fields: ["title": .text(title)]), at: now)
    }
    try hand(project, from: online, to: &lab)
  }

  private static func hand(
    _ project: ProjectID, from: SQLiteStore, to: inout SQLiteStore
  ) throws {
    let batch = try from.changes(
      in: project, lane: .records, notIn: to.vector(of: project),
      atMost: BatchBounds(bytes: 100_000, rows: 100))
    if let batch { _ = try to.apply(batch, at: now) }
  }
}
