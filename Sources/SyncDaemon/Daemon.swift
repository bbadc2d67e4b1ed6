import Foundation
import CLinux
import Glibc
import LabWorker
import LivingLab
import Logging
import OnlineWorker
import SQLiteStore
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// Puts one side together from its configuration, and runs it.
public struct Daemon {
  /// The name and version that peers and people are told.
  public static let software = "labsyncd 0.1.0"

  /// Runs until SIGTERM or SIGINT. Call it first in `main`, before any other thread starts: it takes
  /// the signals over. Throws a sentence where the store, the keys, the port or the control socket
  /// can not be used; then nothing was changed.
  ///
  /// `isRestored` says that the store was put back from a backup: it takes a new name at once.
  public static func run(
    side: Side, configuration: Configuration, isRestored: Bool = false
  ) throws {
    let signals = try SignalDescriptor()
    // One arena for the loop and one for the others: arenas keep what they once held.
    mallopt(M_ARENA_MAX, 2)
    try Library.requireSupported()
    let environment = ProcessInfo.processInfo.environment
    let form = StandardErrorLog.form(environment: environment)
    let journal = try form == .journal ? JournalSocket() : nil
    defer { journal?.waitUntilRead() }
    var logger = Logger(label: "labsyncd") { _ in
      let lines = StandardErrorLog(level: configuration.logLevel, form: form)
      guard let journal else { return lines }
      return JournalLog(journal, identifier: "labsyncd-\(side.name)", otherwise: lines)
    }
    logger.logLevel = configuration.logLevel
    let path = configuration.store.path
    let lock = try InstanceLock(storePath: path)
    let store = try SQLiteStore(opening: path, side: side, schema: LivingLab.schema)
    let witness = StoreWitness(storePath: path)
    if try isRestored || witness.isAhead(of: store) { try rename(store, logger) }
    let context = try ContextBox()
    let watches = try Watches(
      signals: signals, storeFolder: folder(of: path),
      keyFolder: side == .online ? configuration.authorizedDirectory : nil,
      environment: environment)
    let telemetry = Telemetry(
      startedAt: SystemClock.wallMilliseconds, run: "\(UniqueID.random())")
    let assembly = Assembly(
      configuration: configuration, store: store, context: context, logger: logger,
      telemetry: telemetry)
    let loop = EventLoop(
      store: store, link: try assembly.link(),
      control: try ControlServer(
        path: configuration.controlSocket, context: context, logger: logger),
      reader: try assembly.reader(), requests: assembly.requests(), watches: watches,
      metrics: assembly.metricsServer(), witness: witness, telemetry: telemetry,
      logger: logger)
    try loop.run()
    _ = lock.isHeld
  }

  /// What a restored store wrote before it was backed up stays; what it writes from here on is another
  /// replica's, because others may know what it wrote in between.
  private static func rename(_ store: SQLiteStore, _ logger: Logger) throws {
    let now = Instant(
      monotonicMilliseconds: SystemClock.monotonicMilliseconds,
      wallMilliseconds: SystemClock.wallMilliseconds)
    let fork = try store.fork(at: ForkPoints(), now: now)
    logger.warning(
      "the store was restored from a backup and has a new identity",
      metadata: ["former": "\(fork.former)", "replica": "\(fork.current)"])
  }

  static func folder(of path: String) -> String {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    return folder.isEmpty ? "." : folder
  }
}
