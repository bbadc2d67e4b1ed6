import SyncControl

/// How far a sync is that was asked for: what has to go and what has to come.
struct DrainProgress {
  private var bar: ProgressBar?
  private var total = 0
  private var lastLeft: Int?

  /// Looks at how things stand, says it, and tells whether less is left than at the last look.
  mutating func look(through client: borrowing ControlClient) -> Bool {
    let status: Status
    do {
      status = try client.ask(StatusRequest())
    } catch {
      // Whoever waits for the sync hears of that itself.
      return false
    }
    let left = status.outbox + status.queued + status.received + (status.coming ?? 0)
    let hasMoved = lastLeft.map { left < $0 } ?? true
    lastLeft = left
    guard left > 0 else { return hasMoved }
    if left > total {
      total = left
      bar?.clear()
      bar = ProgressBar(total: total)
    }
    var words = "\(Words.grouped(left)) of \(Words.count(total, "change")) left"
    words += bar?.rate(total - left, "changes") ?? ""
    bar?.update(done: total - left, words)
    return hasMoved
  }

  mutating func clear() { bar?.clear() }
}
