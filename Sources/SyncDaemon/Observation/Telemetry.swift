import SyncControl

/// What the daemon counts and what it tells of itself. Used on the loop's thread; nothing here waits
/// or touches the store.
public final class Telemetry {
  /// One number: a metric, and a value of its label where it has one.
  struct Series: Hashable {
    var metric: Metric
    var label: String?
  }

  let events: EventFeed
  private var counters: [Series: Int64] = [:]
  /// Turns by bucket, the last one without a bound.
  private(set) var turns = [Int64](repeating: 0, count: Metric.turnBounds.count + 1)
  private(set) var turnMilliseconds: Int64 = 0
  let startedAt: Int64

  public init(startedAt: Int64, run: String) {
    self.startedAt = startedAt
    events = EventFeed(run: run)
  }

  func add(_ count: Int = 1, to metric: Metric, _ label: String? = nil) {
    precondition(metric.kind == .counter, "only counters are added to")
    precondition(
      label.map { metric.label?.values.contains($0) == true } ?? (metric.label == nil),
      "a label has a value that is declared")
    counters[Series(metric: metric, label: label), default: 0] += Int64(count)
  }

  /// 0 before the first.
  func value(of metric: Metric, _ label: String? = nil) -> Int64 {
    counters[Series(metric: metric, label: label), default: 0]
  }

  /// Changes were made from what was written here.
  func captured(_ changes: Int) {
    guard changes > 0 else { return }
    add(changes, to: .capturedChanges)
    tell(.captured, ["changes": .integer(Int64(changes))])
  }

  func turned(milliseconds: Int64) {
    let seconds = Double(milliseconds) / 1000
    let bucket = Metric.turnBounds.firstIndex { seconds <= $0 } ?? Metric.turnBounds.count
    turns[bucket] += 1
    turnMilliseconds += milliseconds
  }

  func tell(_ event: EventName, _ fields: [String: JSON] = [:]) {
    events.tell(event, fields, at: SystemClock.wallMilliseconds)
  }
}
