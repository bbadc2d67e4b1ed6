import SyncCore

/// Collects what a peer lacks, in the order of the log: a merge of the origins by log position. No
/// cursor is kept between calls; what the peer has is the only question.
struct ChangesAfter {
  let log: ChangeLog
  let origins: Origins
  let bounds: BatchBounds

  /// An origin that the peer lacks changes of.
  private struct Lacking {
    var ref: Int64
    var replica: ReplicaID
    var next: UInt64
    var last: UInt64
    var position: Int64
  }

  func batch(
    project: ProjectID, ref projectRef: Int64, lane: Lane, notIn known: ProjectVector
  ) throws -> ChangeBatch? {
    var lacking = try lackingOrigins(projectRef, lane: lane, notIn: known)
    guard !lacking.isEmpty else { return nil }
    var batch = ChangeBatch(project: project, lane: lane, runs: [])
    var bytes = 0
    var rows = 0
    while let index = lacking.indices.min(by: { lacking[$0].position < lacking[$1].position }) {
      // This origin's changes are next until another origin's come before them in the log.
      let limit = lacking.indices.filter { $0 != index }.map { lacking[$0].position }.min()
      let isFull = try takeRun(
        &lacking[index], before: limit ?? Int64.max, into: &batch, bytes: &bytes, rows: &rows)
      if isFull { return batch }
      if lacking[index].next > lacking[index].last { lacking.remove(at: index) }
    }
    return batch.runs.isEmpty ? nil : batch
  }

  private func lackingOrigins(
    _ project: Int64, lane: Lane, notIn known: ProjectVector
  ) throws -> [Lacking] {
    let own = origins.vector(ofProjectRef: project)
    var lacking: [Lacking] = []
    for origin in own.origins where origin.lane == lane {
      let last = own.sequence(of: origin)
      let next = known.sequence(of: origin) + 1
      guard next <= last else { continue }
      let ref = try origins.ref(of: origin, inProjectRef: project)
      guard let position = try log.position(origin: ref, sequence: next) else {
        throw StoreError.inconsistent("the log lacks change \(next) of \(origin.replica)")
      }
      lacking.append(
        Lacking(ref: ref, replica: origin.replica, next: next, last: last, position: position))
    }
    return lacking
  }

  /// Returns whether the batch is full.
  private func takeRun(
    _ origin: inout Lacking, before limit: Int64, into batch: inout ChangeBatch,
    bytes: inout Int, rows: inout Int
  ) throws -> Bool {
    var run = ChangeRun(replica: origin.replica, firstSequence: origin.next, changes: [])
    var isFull = false
    try log.read(origin: origin.ref, from: origin.next) { position, change in
      origin.position = position
      guard position < limit, origin.next <= origin.last else { return false }
      let change = change()
      let size = change.bytes.count + change.personal.count
      guard rows == 0 || bytes + size <= bounds.bytes && rows < bounds.rows else {
        isFull = true
        return false
      }
      bytes += size
      rows += 1
      run.changes.append(change)
      origin.next += 1
      return true
    }
    if !run.changes.isEmpty { batch.runs.append(run) }
    return isFull
  }
}
