import Foundation
import LivingLab
import Logging
import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

@testable import SyncDaemon

/// One side with its store, as bundles meet it: asked what labctl asks. The online side has its gate.
final class BundleSide {
  static let project = ProjectID(rawValue: UniqueID(high: 0xF00D, low: 1))

  let folder: String
  var store: SQLiteStore
  let reader: StoreReader
  let link: any SideLink
  let exports: BundleExports
  let imports: BundleImports
  let now = Instant(
    monotonicMilliseconds: 1_700_000_000_000, wallMilliseconds: 1_700_000_000_000)

  init(
    _ name: String, _ side: Side = .lab, number: UInt64,
    projects: [ProjectID] = [BundleSide.project],
    room: @escaping (String) throws -> DiskRoom = { try DiskRoom(of: $0) }
  ) throws {
    folder = "/tmp/labsync-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/authorized", withIntermediateDirectories: true)
    store = try SQLiteStore.create(
      at: "\(folder)/store.db", side: side, name: name, schema: LivingLab.schema,
      replica: ReplicaID(rawValue: UniqueID(high: 0xA000, low: number)))
    for project in projects { try store.adopt(project) }
    reader = try StoreReader(opening: store.path, schema: LivingLab.schema)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let telemetry = Telemetry(startedAt: 0, run: "test")
    link =
      side == .lab
      ? UnlinkedLab(at: now)
      : try Self.gate(folder, store, logger: logger, telemetry: telemetry, at: now)
    exports = BundleExports(reader: reader)
    imports = BundleImports(telemetry: telemetry, logger: logger, room: room)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static func gate(
    _ folder: String, _ store: SQLiteStore, logger: Logger, telemetry: Telemetry, at now: Instant
  ) throws -> OnlineLink {
    let keys = KeyFolder(path: "\(folder)/keys")
    let pair = try keys.create()
    return try OnlineLink(
      worker: OnlineWorker(
        OnlineConfiguration(
          session: SessionConfiguration(name: "hub", software: "test", schema: .zero)), seed: 1),
      endpoint: Endpoint("ipc://\(folder)/peers.sock", for: .listen),
      security: .curveServer(pair.secretKey),
      options: TransportOptions.router(silenceLimitSeconds: 10),
      doorkeeper: Doorkeeper(folder: "\(folder)/authorized", store: store), keys: keys,
      context: ContextBox(), logger: logger, telemetry: telemetry, at: now)
  }

  var replica: ReplicaID { store.replica }

  func add(_ kind: String, _ fields: [String: JSONValue], in project: ProjectID? = nil) throws {
    _ = try store.add(kind, fields: fields, project: project, at: now)
  }

  func addIdeas(_ count: Int) throws {
    for number in 1...count { try add("idea", ["title": .text("\(store.name): \(number)")]) }
  }

  /// The bytes of a bundle of everything.
  func bundle(of project: String? = nil) throws -> [UInt8] {
    var piece = try exports.piece(BundleExportRequest(project: project), at: now)
    var bytes = [UInt8](piece.bytes)
    while let cursor = piece.cursor {
      piece = try exports.piece(BundleExportRequest(cursor: cursor), at: now)
      bytes += [UInt8](piece.bytes)
    }
    return bytes
  }

  /// Takes a bundle in, as labctl does.
  @discardableResult
  func take(_ bundle: [UInt8], device: String? = nil) throws -> BundleResult {
    let size = 1_000
    var cursor: String?
    for start in stride(from: 0, to: max(bundle.count, 1), by: size) {
      let end = min(start + size, bundle.count)
      let request = BundleUploadRequest(
        cursor: cursor, bytes: Data(bundle[start..<end]), isLast: end == bundle.count)
      cursor = try imports.take(request, beside: store.path, at: now).cursor
    }
    while let next = cursor {
      let progress = try imports.goOn(
        BundleImportRequest(cursor: next, device: device), at: now, store: &store, link: link)
      if let result = progress.result { return result }
      cursor = progress.cursor
    }
    throw ControlFailure(what: "the import ended without a result", why: "", remedy: "")
  }

  /// The failure of an import.
  func refusal(of bundle: [UInt8], device: String? = nil) throws -> ControlFailure? {
    do {
      try take(bundle, device: device)
      return nil
    } catch let failure as ControlFailure {
      return failure
    }
  }

  /// The messages of a bundle.
  static func messages(of bundle: [UInt8]) throws -> [SyncProtocol.Message] {
    func read(_ offset: Int, _ count: Int) -> [UInt8] { Array(bundle[offset..<(offset + count)]) }
    var records = try BundleRecords(byteCount: bundle.count, read: read)
    var messages: [SyncProtocol.Message] = []
    while let message = try records.next(read: read) { messages.append(message) }
    return messages
  }

  static func bundle(of messages: [SyncProtocol.Message]) -> [UInt8] {
    var writer = BundleWriter()
    var bytes = writer.head()
    for message in messages { bytes += writer.record(message) }
    return bytes + writer.end()
  }

  /// The same bundle in batches of one run of at most so many changes.
  static func split(_ bundle: [UInt8], by size: Int) throws -> [UInt8] {
    var number: UInt64 = 0
    let parts = try messages(of: bundle).flatMap { message -> [SyncProtocol.Message] in
      guard case .batch(let batch) = message else { return [message] }
      return batch.changes.runs.flatMap { run in
        stride(from: 0, to: run.changes.count, by: size).map { start in
          number += 1
          let part = ChangeRun(
            replica: run.replica, firstSequence: run.firstSequence + UInt64(start),
            changes: Array(run.changes[start..<min(start + size, run.changes.count)]))
          return .batch(
            Batch(
              number: number,
              changes: ChangeBatch(
                project: batch.changes.project, lane: batch.changes.lane, runs: [part])))
        }
      }
    }
    return self.bundle(of: parts)
  }

  /// Has what another side has, as if it were the one that relays.
  func relay(_ other: BundleSide) throws {
    for case .batch(let batch) in try Self.messages(of: other.bundle()) {
      _ = try store.apply(batch.changes, at: now)
    }
  }

  func vector() throws -> ProjectVector { try store.vector(of: Self.project) }
  func digest() throws -> Digest128 { try store.digest(of: Self.project) }

  func canonical() throws -> [String] {
    var page = try reader.export(ExportSelection(isCanonical: true), at: now)
    var lines = page.lines
    while let cursor = page.cursor {
      page = try reader.export(continuing: cursor, at: now)
      lines += page.lines
    }
    return lines
  }

  /// Lets a device in whose key is of this character; what it spoke as is bound to it.
  @discardableResult
  func enrol(
    _ name: String, key: Character, as replicas: [ReplicaID] = [],
    standing: EnrolledDevice.Standing = .admitted, role: DeviceRole = .capture,
    projects: Set<ProjectID>? = nil
  ) throws -> String {
    let key = String(repeating: key, count: 40)
    let device = EnrolledDevice(
      key: key, name: name, standing: standing, role: role, projects: projects,
      since: now.wallMilliseconds)
    for replica in replicas {
      try store.save(PeerLedger(replica: replica, device: key), at: now)
    }
    if let gate = link as? OnlineLink { try gate.doorkeeper.save(device, at: now, store) }
    return key
  }
}
