import GRDB
import SyncCore

extension SQLiteStore {
  /// The first change of a run in whose place another one is held, of whichever device; holding the run
  /// would leave that there. `nil` where there is none. Cost: a look-up for what is held of the run.
  public func heldOtherwise(
    _ run: ChangeRun, lane: Lane, in project: ProjectID
  ) throws -> Int? {
    try onConnection { database, _ in
      let last = run.firstSequence + UInt64(run.changes.count) - 1
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT sequence, bytes FROM sync_held
          WHERE project = ? AND replica = ? AND lane = ? AND sequence BETWEEN ? AND ?
          ORDER BY sequence
          """,
        arguments: [
          project.description, run.replica.description, Int(lane.rawValue),
          Int64(clamping: run.firstSequence), Int64(clamping: last),
        ])
      while let row = try rows.next() {
        let place = Int(row[0] as Int64 - Int64(clamping: run.firstSequence))
        guard run.changes.indices.contains(place),
          run.changes[place].bytes == [UInt8](row[1] as DatabaseBytes)
        else { return place }
      }
      return nil
    }
  }
}
