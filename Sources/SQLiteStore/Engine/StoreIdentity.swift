import GRDB
import SyncCore

/// What a store knows of itself, in `sync_store`.
struct StoreIdentity {
  var replica: ReplicaID
  var side: Side
  var name: String
  var lastOwnHLC: HLC?

  static func load(from database: Database) throws -> StoreIdentity {
    guard let replica = try value("replica", in: database).flatMap({ ReplicaID($0) }),
      let side = try value("side", in: database).flatMap({ name in
        Side.allCases.first { $0.name == name }
      })
    else { throw StoreError.inconsistent("the store does not say whose it is") }
    let clock = try value("last_own_hlc", in: database).flatMap(UInt64.init).map(
      HLC.init(rawValue:))
    return StoreIdentity(
      replica: replica, side: side, name: try value("name", in: database) ?? "", lastOwnHLC: clock)
  }

  static func value(_ name: String, in database: Database) throws -> String? {
    try String.fetchOne(
      database, sql: "SELECT value FROM sync_store WHERE name = ?", arguments: [name])
  }

  static func remove(_ name: String, from database: Database) throws {
    try database.execute(sql: "DELETE FROM sync_store WHERE name = ?", arguments: [name])
  }

  static func saveClock(_ clock: HLC, to database: Database) throws {
    try save("last_own_hlc", String(clock.rawValue), to: database)
  }

  static func save(_ name: String, _ value: String, to database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO sync_store (name, value) VALUES (?, ?)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """)
    try statement.execute(arguments: [name, value])
  }
}
