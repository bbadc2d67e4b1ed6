import Foundation
import Logging
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import SyncWire

/// The bundle that is being taken in, one at a time. Used on the loop: each request is one bounded piece
/// of work, and whoever asks goes on until all is done.
final class BundleImports {
  private let telemetry: Telemetry
  private let logger: Logger
  private let room: (_ path: String) throws -> DiskRoom
  private var current: Current?

  private struct Current {
    var token: String
    var step = 0
    var file: SpoolFile
    var stage: Stage
    var lastUsedMilliseconds: Int64

    var cursor: String { "\(token).\(step)" }
  }

  private enum Stage {
    case receiving(BundleChecksum)
    case checking(BundleCheck)
    case applying(BundleApplication, total: Int, vectors: [ProjectID: ProjectVector])
  }

  /// What was put aside takes room on the disk: one that nobody goes on with is let go.
  private static let idleMilliseconds: Int64 = 60_000

  init(
    telemetry: Telemetry, logger: Logger,
    room: @escaping (_ path: String) throws -> DiskRoom = { try DiskRoom(of: $0) }
  ) {
    self.telemetry = telemetry
    self.logger = logger
    self.room = room
  }

  /// Puts a piece aside, where the disk has room for it; where not, all is let go. With the last one the
  /// whole has to be what was written.
  func take(
    _ request: BundleUploadRequest, beside storePath: String, at now: Instant
  ) throws -> BundleUpload {
    try telling {
      var current = try receiving(request, beside: storePath, at: now)
      guard case .receiving(var checksum) = current.stage,
        request.bytes.count <= ControlProtocol.bundlePieceBytes
      else { throw Self.lost }
      let wanted = max(request.bytes.count, request.cursor == nil ? request.size ?? 0 : 0)
      guard try room(storePath).hasRoom(for: wanted) else { throw BundleFailure.noRoom }
      let bytes = [UInt8](request.bytes)
      try current.file.append(bytes)
      checksum.add(bytes)
      current.stage = .receiving(checksum)
      if request.isLast {
        let check = try BundleCheck(of: current.file)
        guard checksum.isWhole else { throw BundleError.cutOrChanged }
        current.stage = .checking(check)
      }
      return BundleUpload(cursor: keep(&current, at: now))
    }
  }

  /// Checks or applies a part of it.
  func goOn(
    _ request: BundleImportRequest, at now: Instant, store: inout SQLiteStore, link: any SideLink
  ) throws -> BundleProgress {
    try telling {
      var current = try continued(request.cursor)
      switch current.stage {
      case .receiving: throw Self.lost
      case .checking(var check):
        let isDone = try check.goOn(current.file, store: store)
        current.stage = .checking(check)
        if isDone, let sender = check.sender {
          if let device = request.device {
            try link.vouch(for: sender, as: device, at: now, store: &store)
          }
          current.stage = .applying(
            try BundleApplication(of: current.file, from: sender), total: check.changes,
            vectors: check.stated)
        }
        return BundleProgress(
          phase: .checking, done: check.changes, total: isDone ? check.changes : nil,
          cursor: keep(&current, at: now))
      case .applying(var application, let total, let vectors):
        do {
          let isMore = try application.goOn(
            current.file, at: now, store: &store, link: link, telemetry: telemetry)
          let result = isMore ? nil : try end(application, vectors, at: now, store: store)
          current.stage = .applying(application, total: total, vectors: vectors)
          return BundleProgress(
            phase: .applying, done: application.done, total: total,
            cursor: isMore ? keep(&current, at: now) : nil, result: result)
        } catch {
          guard application.done > 0 else { throw error }
          throw BundleFailure.wordsInPart(for: error, in: logger)
        }
      }
    }
  }

  /// What is left to be noted when all is applied, and what it came to.
  private func end(
    _ application: BundleApplication, _ vectors: [ProjectID: ProjectVector], at now: Instant,
    store: SQLiteStore
  ) throws -> BundleResult {
    let sender = application.sender
    let isLab = store.side == .lab
    if isLab {
      try acknowledge(vectors, by: sender.replica, at: now, store: store)
    }
    let known = try store.replicaNames()
    var names = known
    if known[sender.replica] == nil { names[sender.replica] = sender.name }
    let result = application.result(
      words: Self.words(onLab: isLab, from: sender.side), names: ReplicaNames(names))
    // A machine that was met owes receipts of erasures. No file gives one another name, and on the online
    // side none makes one known that is not a device's.
    if known[sender.replica] == nil, result.applied + result.duplicates > 0,
      try isLab || store.ledger(of: sender.replica) != nil
    {
      try store.rememberName(of: sender.replica, sender.name, at: now)
    }
    logger.notice(
      "a bundle was taken in",
      metadata: [
        "replica": "\(sender.replica)", "applied": "\(result.applied)",
        "duplicates": "\(result.duplicates)", "held": "\(result.held)",
        "refused": "\(result.refused)",
      ])
    return result
  }

  func dropIdle(at monotonicMilliseconds: Int64) {
    guard let current,
      monotonicMilliseconds - current.lastUsedMilliseconds >= Self.idleMilliseconds
    else { return }
    self.current = nil
  }

  /// What the online side says to have on its disk, where the chains are the same: as in a session.
  private func acknowledge(
    _ vectors: [ProjectID: ProjectVector], by peer: ReplicaID, at now: Instant,
    store: SQLiteStore
  ) throws {
    for (project, vector) in vectors.sorted(by: { $0.key < $1.key })
    where store.projects.contains(project) {
      let known = try store.acknowledged(in: project, by: peer)
      var news: [SyncCore.Origin: ChainPosition] = [:]
      for origin in vector.origins {
        guard let position = vector[origin], position.sequence > known.sequence(of: origin),
          try store.chainHash(of: origin, at: position.sequence, in: project) == position.hash
        else { continue }
        news[origin] = position
      }
      if !news.isEmpty { try store.acknowledge(news, in: project, by: peer, at: now) }
    }
  }
}

extension BundleImports {
  private func receiving(
    _ request: BundleUploadRequest, beside storePath: String, at now: Instant
  ) throws -> Current {
    guard request.cursor == nil else { return try continued(request.cursor) }
    dropIdle(at: now.monotonicMilliseconds)
    guard current == nil else {
      throw ControlFailure(
        what: "the import was not begun", why: "another one is under way",
        remedy: "the same again when it has ended, or in a minute")
    }
    return Current(
      token: UUID().uuidString, file: try SpoolFile(beside: storePath),
      stage: .receiving(BundleChecksum()), lastUsedMilliseconds: now.monotonicMilliseconds)
  }

  /// Takes it out: what fails is let go of.
  private func continued(_ cursor: String?) throws -> Current {
    guard let current, cursor == current.cursor else { throw Self.lost }
    self.current = nil
    return current
  }

  private func keep(_ current: inout Current, at now: Instant) -> String {
    current.step += 1
    current.lastUsedMilliseconds = now.monotonicMilliseconds
    self.current = current
    return current.cursor
  }

  private static let lost = ControlFailure(
    what: "the import can not be continued", why: "it may have waited longer than a minute",
    remedy: "labctl bundle import again: what was taken stays once")

  /// Puts into words what stands in the way.
  private func telling<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch { throw BundleFailure.words(for: error, in: logger) }
  }

  /// What is known now, and where; never more.
  private static func words(onLab isLab: Bool, from side: Side) -> String {
    switch (isLab, side) {
    case (false, .lab):
      "What was applied is on the online side's disk. The laptop does not know that: it learns it from a "
        + "bundle that is made here and imported there, or when it connects."
    case (false, .online):
      "What was applied is on this online side's disk."
    case (true, _):
      "What was applied is on this laptop's disk, and what the online side had of this laptop when it "
        + "made the bundle counts as durable online. The online side does not know what arrived here."
    }
  }
}
