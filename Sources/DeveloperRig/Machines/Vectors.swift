/// How far each replica's lanes are in one store, with the chain hash there.
public struct Vectors: Hashable, Sendable {
  public struct Position: Hashable, Sendable {
    public var sequence: Int
    /// In hexadecimal.
    public var hash: String
  }

  /// By `project/replica/lane`. Lanes of which nothing is here are left out.
  public private(set) var positions: [String: Position] = [:]

  /// Reads the store's own table, in one transaction.
  public init(of machine: Machine) throws(RigError) {
    let rows = try machine.database(isReadOnly: true).rows(
      """
      SELECT p.id || '/' || o.replica || '/' || o.lane, o.sequence, hex(o.hash)
      FROM sync_origins o JOIN sync_projects p ON p.ref = o.project WHERE o.sequence > 0
      """)
    for row in rows {
      guard case .text(let origin) = row[0], case .integer(let sequence) = row[1],
        case .text(let hash) = row[2]
      else { throw RigError("sync_origins of \(machine.name) is not as expected") }
      positions[origin] = Position(sequence: Int(sequence), hash: hash)
    }
  }

  /// Changes of all replicas.
  public var changeCount: Int { positions.values.map(\.sequence).reduce(0, +) }
}
