import SyncCore

/// Replicas that all begin with the same history and then write without seeing each other.
struct Concurrent {
  let cell = CellKey("field")
  let rule: MergeRule
  private(set) var shared = Replica(99)
  private(set) var written: [Change] = []
  private var count: UInt64 = 0

  init(_ rule: MergeRule) { self.rule = rule }

  /// Adds to what everybody has seen.
  func after(
    _ value: Value, at milliseconds: Int64 = 1, authority: Authority = .lab
  ) throws -> Concurrent {
    var next = self
    try next.shared.write(value, to: cell, rule, at: milliseconds, authority: authority)
    return next
  }

  /// One more replica writes, having seen the shared history alone.
  func and(
    _ value: Value, at milliseconds: Int64 = 5, authority: Authority = .lab
  ) throws -> Concurrent {
    var next = self
    next.count += 1
    var replica = Replica(next.count)
    replica.receive(shared.log)
    next.written.append(
      try replica.write(value, to: cell, rule, at: milliseconds, authority: authority))
    return next
  }

  /// Somebody who has received everything.
  var everybody: Replica {
    var replica = shared
    replica.receive(written)
    return replica
  }

  func resolution() throws -> Resolution { try everybody.resolution(of: cell, rule) }

  /// What is shown and whether a person is asked.
  func outcome() throws -> Shown {
    let resolution = try resolution()
    return Shown(resolution.shown, resolution.status)
  }
}

struct Shown: Equatable {
  var value: Value
  var status: Resolution.Status

  init(_ value: Value, _ status: Resolution.Status) {
    self.value = value
    self.status = status
  }

  init(_ text: String, _ status: Resolution.Status) { self.init(.text(text), status) }
}
