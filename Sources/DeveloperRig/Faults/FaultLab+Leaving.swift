import SyncControl

/// Laptops that are lost once they were said to be safe.
extension FaultLab {
  /// What a facilitator does in the evening: asks while programs still write, ends the writing, and
  /// asks until it is said to be safe. At that instant the laptop is destroyed.
  ///
  /// Throws when it was said falsely, and when it is not said within a minute although nothing is
  /// wrong.
  func destroyWhenSafe(_ place: Int) throws {
    for _ in 0..<3 { _ = try isSafe(place, isQuiet: false) }
    try writers[place].stop()
    let deadline = Deadline(seconds: 60)
    while try !isSafe(place, isQuiet: true) {
      try approveNewKeys()
      guard !deadline.hasPassed else {
        throw RigError("\(lab.machines[place].name) is never said to be safe to lose")
      }
      Deadline.pause(milliseconds: 50)
    }
    let status = try lab.machines[place].ask(StatusRequest())
    if let fork = status.fork { forksOfTheLost[lab.machines[place].name] = fork.words }
    try lab.machines[place].kill()
  }

  /// Asks. What was committed before the question has to be online when the answer is yes.
  ///
  /// - Parameter isQuiet: whether nobody writes: then each title is the one that was given last.
  private func isSafe(_ place: Int, isQuiet: Bool) throws -> Bool {
    let machine = lab.machines[place]
    let before = try writers[place].ledger()
    guard try machine.ask(LeaveCheckRequest(), seconds: 60).safe else {
      leaveChecks.unsafe += 1
      return false
    }
    leaveChecks.safe += 1
    let online = try Rows(lab.online.database(isReadOnly: true))
    let missing = isQuiet ? online.missing(from: before) : online.absent(from: before)
    guard missing.isEmpty else {
      throw RigError("\(machine.name) was said to be safe, and not online is: \(missing)")
    }
    return true
  }

  /// A new laptop with a key of its own; nothing is left of the old one.
  func replace(_ place: Int) throws {
    try lab.replaceLaptop(place - 1)
    try approveNewKeys()
    try startAgain(place)
  }
}
