import SyncCore
import Testing

/// Every history of up to four writes by up to three replicas, in every order of arrival.
@Suite("Every small history")
struct SmallHistoryLaws {
  @Test("merges alike in every order of arrival")
  func orders() throws {
    let subject = RuleCase(name: "register", rule: .register, values: [.text("a"), .text("b")])
    let histories = try SmallHistories(subject, lengths: 1...4, actions: [.write]).all
    #expect(histories.count > 3_000)
    for changes in histories {
      let state = Replica(receiving: changes).state
      for order in Arrival.every(changes) {
        try #require(Replica(receiving: order).state == state, "\(order)")
      }
    }
  }

  @Test("with deletions, resolutions and undo ends alike in every order", arguments: RuleCase.all)
  func outcomes(subject: RuleCase) throws {
    var subject = subject
    subject.values = Array(subject.values.prefix(2))
    let histories = try SmallHistories(subject, lengths: 1...3, actions: Action.allCases).all
    #expect(histories.count > 500)
    for changes in histories {
      let orders = Arrival.every(changes)
      let outcome = try Outcome(receiving: changes, subject)
      for order in orders {
        try #require(try Outcome(receiving: order, subject) == outcome, "\(order)")
      }
    }
  }

  @Test("shows the same whatever the order of its siblings", arguments: RuleCase.all)
  func siblings(subject: RuleCase) throws {
    let values = subject.values
    for first in values {
      for second in values {
        for third in values {
          let replica = try concurrent([first, second, third], subject)
          let siblings = try replica.siblings(in: subject.cell)
          let resolver = Resolver(history: replica)
          let shown = try Arrival.permutations(siblings).map {
            try resolver.resolve($0, of: subject.cell, rule: subject.rule)
          }
          try #require(Set(shown).count == 1, "\(siblings)")
        }
      }
    }
  }

  /// Three replicas that had seen a common value, or nothing, write without seeing each other.
  private func concurrent(_ values: [Value], _ subject: RuleCase) throws -> Replica {
    var all = Replica(99)
    for (index, value) in values.enumerated() {
      var replica = Replica(UInt64(index + 1))
      // Equal clocks, so that the replica decides; the greatest authority is not the last.
      try all.receive(
        replica.write(
          value, to: subject.cell, subject.rule, at: 5, authority: index == 1 ? .online : .lab))
    }
    return all
  }
}

enum Action: CaseIterable {
  /// Replaces what is shown, like a form.
  case write
  /// Replaces every sibling.
  case resolve
  /// Brings back what the last change replaced.
  case undo
  case delete
  case restore
}

/// All histories of so many steps: who acts, what it does, with which value, and whom it has heard.
private struct SmallHistories {
  private(set) var all: [[Change]] = []
  private let subject: RuleCase
  private let actions: [Action]

  init(_ subject: RuleCase, lengths: ClosedRange<Int>, actions: [Action]) throws {
    self.subject = subject
    self.actions = actions
    for length in lengths {
      try extend((1...3).map { Replica($0) }, used: 0, steps: length)
    }
  }

  private mutating func extend(_ replicas: [Replica], used: Int, steps: Int) throws {
    guard steps > 0 else {
      all.append(
        replicas.flatMap { replica in replica.log.filter { $0.dot.replica == replica.id } })
      return
    }
    // Replicas are interchangeable but for their order: the next new one is always the same.
    for here in 0..<min(used + 1, replicas.count) {
      for hearing in 0..<(1 << used) where hearing & (1 << here) == 0 {
        var heard = replicas
        for other in 0..<used where hearing & (1 << other) != 0 {
          heard[here].receive(replicas[other].log)
        }
        for action in actions {
          try act(action, here, heard, used: max(used, here + 1), steps: steps)
        }
      }
    }
  }

  private mutating func act(
    _ action: Action, _ here: Int, _ replicas: [Replica], used: Int, steps: Int
  ) throws {
    // The clock runs backwards on every other step.
    let clock = Int64(steps % 2 == 0 ? steps : 10 - steps)
    let authority: Authority = steps == 2 ? .online : .lab
    var next = replicas
    switch action {
    case .write:
      for value in subject.values {
        next = replicas
        try next[here].write(
          value, to: subject.cell, subject.rule, at: clock, authority: authority)
        try extend(next, used: used, steps: steps - 1)
      }
      return
    case .resolve:
      guard next[here].live(in: subject.cell).count > 1 else { return }
      next[here].resolve(subject.cell, with: subject.values[0], at: clock, authority: authority)
    case .undo:
      guard let last = next[here].log.last, last.operations[0].cell == subject.cell,
        !last.operations[0].replaces.isEmpty
      else { return }
      next[here].undo(last, in: subject.cell, at: clock)
    case .delete:
      next[here].delete(at: clock)
    case .restore:
      guard !next[here].live(in: .deletion).isEmpty else { return }
      next[here].restore(at: clock)
    }
    try extend(next, used: used, steps: steps - 1)
  }
}
