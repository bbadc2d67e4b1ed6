import GRDB
import SyncCore

extension StoreView {
  /// The replica as which the machine behind a former name speaks now, as far as this store knows: its own
  /// forks; on the online side the replicas of one device's key, in the order in which they were met; on a
  /// laptop what the online side called itself, which is all that a laptop speaks to.
  func presentNames() throws -> [ReplicaID: ReplicaID] {
    var next = try ownForks()
    for chain in try deviceChains() + onlineChains() {
      for (former, present) in zip(chain, chain.dropFirst()) { next[former] = present }
    }
    return next.keys.reduce(into: [:]) { presents, former in
      var seen: Set<ReplicaID> = [former]
      var last = former
      while let present = next[last], seen.insert(present).inserted { last = present }
      if last != former { presents[former] = last }
    }
  }

  private func ownForks() throws -> [ReplicaID: ReplicaID] {
    let rows = try Row.fetchAll(
      database, sql: "SELECT former, current FROM sync_forks ORDER BY id")
    return rows.reduce(into: [:]) { forks, row in
      guard let former = ReplicaID(row[0] as String), let current = ReplicaID(row[1] as String)
      else { return }
      forks[former] = current
    }
  }

  /// A replica that has to make a key of its own shares this one with another machine: it is nobody's later
  /// name.
  private func deviceChains() throws -> [[ReplicaID]] {
    try chains(
      sql: """
        SELECT device, replica FROM sync_replicas
        WHERE device IS NOT NULL AND must_renew_key = 0 ORDER BY rowid
        """)
  }

  /// Machines of one name that acknowledged something here, the one that was heard last at the end.
  private func onlineChains() throws -> [[ReplicaID]] {
    guard try StoreIdentity.load(from: database).side == .lab else { return [] }
    return try chains(
      sql: """
        SELECT r.name, a.peer FROM sync_acknowledged a JOIN sync_replicas r ON r.replica = a.peer
        WHERE r.name <> '' GROUP BY a.peer ORDER BY max(a.at)
        """)
  }

  private func chains(sql: String) throws -> [[ReplicaID]] {
    var chains: [String: [ReplicaID]] = [:]
    for row in try Row.fetchAll(database, sql: sql) {
      if let replica = ReplicaID(row[1] as String) { chains[row[0], default: []].append(replica) }
    }
    return Array(chains.values)
  }
}
