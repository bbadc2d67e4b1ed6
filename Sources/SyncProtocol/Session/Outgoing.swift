import SyncCore

/// Batches that were sent and not yet acknowledged, within the peer's credit.
struct Outgoing: Sendable {
  let creditBytes: Int
  /// How large the next batch may be: small at first and on slow links, so that a cut costs little.
  private(set) var batchBytes: Int
  private let largestBatchBytes: Int
  let batchLimit: Int
  private(set) var lastNumber: UInt64 = 0
  private(set) var inFlight: [InFlight] = []
  private(set) var bytes = 0
  /// The next batch does not fit what is left of the credit.
  private(set) var isBlocked = false

  struct InFlight: Hashable, Sendable {
    var number: UInt64
    var project: ProjectID
    var bytes: Int
    /// Changes of each replica.
    var counts: [ReplicaID: Int]
    var sentAt: Int64
    var isReceived = false
  }

  init(creditBytes: Int, limits: SessionLimits) {
    self.creditBytes = creditBytes
    largestBatchBytes = min(limits.batch.bytes, max(creditBytes, 1))
    batchBytes = min(ProtocolLimits.firstBatchBytes, largestBatchBytes)
    batchLimit = limits.batchesInFlight
  }

  /// Whether reading the next batch from the store is worth while.
  var hasRoom: Bool {
    guard !inFlight.isEmpty else { return true }
    let window = min(creditBytes, batchBytes * ProtocolLimits.batchesInWindow)
    return !isBlocked && inFlight.count < batchLimit && bytes + batchBytes <= window
  }

  /// The number under which a batch may be sent, or `nil` until something is acknowledged. A batch
  /// larger than the whole credit goes alone.
  mutating func number(for batch: ChangeBatch, at now: Instant) -> UInt64? {
    let size = batch.byteCount
    guard inFlight.isEmpty || bytes + size <= creditBytes else {
      isBlocked = true
      return nil
    }
    lastNumber += 1
    bytes += size
    var counts: [ReplicaID: Int] = [:]
    for run in batch.runs { counts[run.replica, default: 0] += run.changes.count }
    inFlight.append(
      InFlight(
        number: lastNumber, project: batch.project, bytes: size, counts: counts,
        sentAt: now.monotonicMilliseconds))
    return lastNumber
  }

  /// `false` where no such batch is in flight.
  mutating func markReceived(_ number: UInt64) -> Bool {
    guard let index = inFlight.firstIndex(where: { $0.number == number }) else { return false }
    inFlight[index].isReceived = true
    return true
  }

  /// Takes the oldest batch out; `nil` where it is not the one that is acknowledged.
  mutating func acknowledge(_ number: UInt64, at now: Instant) -> InFlight? {
    guard let first = inFlight.first, first.number == number else { return nil }
    inFlight.removeFirst()
    bytes -= first.bytes
    isBlocked = false
    adapt(to: now.monotonicMilliseconds - first.sentAt)
    return first
  }

  private mutating func adapt(to milliseconds: Int64) {
    if milliseconds < ProtocolLimits.quickBatchMilliseconds {
      batchBytes = min(batchBytes * 2, largestBatchBytes)
    } else if milliseconds > ProtocolLimits.slowBatchMilliseconds {
      let smallest = min(ProtocolLimits.smallestBatchBytes, largestBatchBytes)
      batchBytes = max(batchBytes / 2, smallest)
    }
  }

  /// How many changes of `replica` in `project` have arrived there and are not acknowledged.
  func receivedCount(of replica: ReplicaID, in project: ProjectID) -> Int {
    inFlight.reduce(0) { count, batch in
      batch.isReceived && batch.project == project ? count + (batch.counts[replica] ?? 0) : count
    }
  }
}

/// Batches that have arrived and wait to be committed: never more than was granted.
struct Incoming: Sendable {
  let creditBytes: Int
  let batchLimit: Int
  private(set) var lastNumber: UInt64 = 0
  private(set) var queue: [Batch] = []
  private(set) var bytes = 0

  init(limits: SessionLimits) {
    creditBytes = limits.creditBytes
    batchLimit = limits.batchesInFlight
  }

  mutating func enqueue(_ batch: Batch) -> PeerViolation? {
    guard batch.number == lastNumber + 1 else {
      return .batchNumber(expected: lastNumber + 1, found: batch.number)
    }
    let size = batch.changes.byteCount
    let isAlone = queue.isEmpty && batch.changes.count == 1
    guard isAlone || bytes + size <= creditBytes, queue.count < batchLimit else {
      return .overCredit(granted: creditBytes, found: bytes + size)
    }
    lastNumber = batch.number
    bytes += size
    queue.append(batch)
    return nil
  }

  /// Takes the oldest batch out, which is committed now.
  mutating func complete() {
    bytes -= queue.removeFirst().changes.byteCount
  }
}
