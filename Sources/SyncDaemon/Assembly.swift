import Foundation
import LabWorker
import LivingLab
import Logging
import OnlineWorker
import SQLiteStore
import SyncCore
import SyncProtocol
import SyncWire
import ZeroMQ

/// Makes the parts of one running side from its configuration.
struct Assembly {
  let configuration: Configuration
  let store: SQLiteStore
  let context: ContextBox
  let logger: Logger
  let telemetry: Telemetry

  private var now: Instant {
    Instant(
      monotonicMilliseconds: SystemClock.monotonicMilliseconds,
      wallMilliseconds: SystemClock.wallMilliseconds)
  }

  private var session: SessionConfiguration {
    var limits = SessionLimits()
    limits.silenceLimitMilliseconds = Int64(configuration.silenceLimitSeconds) * 1_000
    limits.pingIntervalMilliseconds = min(
      limits.pingIntervalMilliseconds, limits.silenceLimitMilliseconds / 2)
    return SessionConfiguration(
      name: configuration.replicaName, software: Daemon.software,
      schema: SchemaDigest.of(LivingLab.schema.schemaDescription), limits: limits)
  }

  private var keyFolder: KeyFolder {
    KeyFolder(
      path: configuration.keysDirectory,
      credentials: ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"])
  }

  func link() throws -> any SideLink {
    switch store.side {
    case .lab: try labLink()
    case .online: try onlineLink()
    }
  }

  private func labLink() throws -> any SideLink {
    guard let online = configuration.online else { return UnlinkedLab(at: now) }
    let credentials: LabCredentials?
    switch online.security {
    case .curve(let serverKey):
      credentials = try LabCredentials(keyFolder, configured: serverKey)
    case .plain: credentials = nil
    }
    let worker = LabWorker(
      LabConfiguration(endpoints: online.endpoints.map(\.description), session: session),
      seed: UInt64.random(in: 0...UInt64.max))
    return LabLink(
      worker: worker, endpoints: online.endpoints, credentials: credentials,
      options: TransportOptions.dealer(silenceLimitSeconds: configuration.silenceLimitSeconds),
      context: context, log: LinkLog(logger, telemetry), at: now)
  }

  private func onlineLink() throws -> any SideLink {
    guard let listening = configuration.listening else {
      throw ConfigurationError("listen.endpoint is missing: an online side needs one")
    }
    let security: Socket.Security
    var keys: KeyFolder?
    let doorkeeper = try Doorkeeper(folder: configuration.authorizedDirectory, store: store)
    switch listening.security {
    case .curve:
      let folder = keyFolder
      security = .curveServer(try folder.load().secretKey)
      doorkeeper.announced = try folder.next()?.publicKey
      keys = folder
    case .plain: security = .plain
    }
    var online = OnlineConfiguration(session: session)
    if let fork = try store.lastFork() { online.recover(since: fork.at) }
    let worker = OnlineWorker(online, seed: UInt64.random(in: 0...UInt64.max))
    return try OnlineLink(
      worker: worker, endpoint: listening.endpoint, security: security,
      options: TransportOptions.router(silenceLimitSeconds: configuration.silenceLimitSeconds),
      doorkeeper: doorkeeper, keys: keys, context: context, logger: logger, telemetry: telemetry,
      at: now)
  }

  func requests() -> ControlRequests {
    ControlRequests(
      status: StatusReport(name: configuration.replicaName), telemetry: telemetry,
      logger: logger)
  }

  func metricsServer() -> MetricsServer? {
    configuration.metricsAddress.map {
      MetricsServer($0, logger, at: now.monotonicMilliseconds)
    }
  }

  func reader() throws -> ReaderThread {
    let path = configuration.store.path
    let configurationPath = configuration.path
    return try ReaderThread(context: context, logger: logger) { [logger] in
      ReadAnswerer(
        reader: try StoreReader(opening: path, schema: LivingLab.schema),
        configurationPath: configurationPath, logger: logger)
    }
  }
}

extension StoreLocation {
  /// The path of the database file.
  var path: String {
    switch self {
    case .sqlite(let path): path
    }
  }
}
