import GRDB
import SyncCore

/// Reads beside the loop, on a read-only connection of its own, so that a question never delays a
/// sync. Every question is answered from one moment of the store.
///
/// One thread uses a reader. It sees what was committed, and never waits for a writer.
public final class StoreReader {
  public let schema: Schema
  public let path: String
  private let queue: DatabaseQueue
  private let log: ChangeLog
  private let history: LogHistory
  private let records: RecordTable
  var exports: [String: StoreExport] = [:]

  /// Opens a store that ``SQLiteStore`` has made, or has brought up to date.
  public init(opening path: String, schema: Schema) throws {
    self.path = path
    self.schema = schema
    (queue, log, records) = try wrappingDatabaseErrors("opening the store \(path) for reading") {
      let queue = try Self.connection(to: path)
      return try queue.inDatabase { database in
        (queue, try ChangeLog(database), try RecordTable(database, schema: schema))
      }
    }
    history = LogHistory(log: log, schema: schema)
  }

  /// A read-only connection that knows the functions of our questions.
  static func connection(to path: String, holdsTransactions: Bool = false) throws -> DatabaseQueue {
    var configuration = StoreFile.configuration(readOnly: true)
    configuration.allowsUnsafeTransactions = holdsTransactions
    configuration.prepareDatabase { $0.add(function: RecordFilter.holdsText) }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Answers from one moment.
  func read<Answer>(
    _ doing: @autoclosure () -> String, _ body: (StoreView) throws -> Answer
  ) throws -> Answer {
    // What was decoded is not kept: an erasure may take words out of the log.
    defer { history.forget() }
    return try wrappingDatabaseErrors(doing()) {
      try queue.read { database in
        let origins = try Origins.load(from: database)
        history.erased = try Erasing.erased(in: database)
        history.voids = try StoreEngine.loadVoids(database, schema: schema, origins: origins)
        return try body(
          StoreView(
            database: database, schema: schema, origins: origins, log: log, history: history,
            records: records))
      }
    }
  }
}

/// The store at one moment, inside a transaction: what every question is answered from.
struct StoreView {
  let database: Database
  let schema: Schema
  let origins: Origins
  let log: ChangeLog
  let history: LogHistory
  let records: RecordTable
}

extension StoreView {
  init(_ engine: StoreEngine) {
    self.init(
      database: engine.database, schema: engine.schema, origins: engine.origins, log: engine.log,
      history: engine.history, records: engine.records)
  }
}

/// SQLite's refusals in our words: what was being done comes with them.
func wrappingDatabaseErrors<Result>(
  _ doing: @autoclosure () -> String, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error as DatabaseError {
    throw StoreError.database(
      doing: doing(), message: error.message ?? "unknown error",
      code: error.extendedResultCode.rawValue)
  }
}
