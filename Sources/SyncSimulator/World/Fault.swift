/// Everything bad that the simulator does, each counted under its name.
public enum Fault: String, CaseIterable, Comparable, Sendable {
  // The network.
  case swizzle, partition, oneWayLink, brokenConnection, halfOpenConnection, lateFrames
  case deafDial, slowReader, fullQueue, garbledFrame
  // The stores.
  case crashBeforeCall, crashInsideCall, crashAfterCall, failedCall, fullDisk
  case corruptedChange, undecodableChange, unsoundChange
  // The clocks.
  case clockDrift, clockJump, yearsOff
  // The machines.
  case restart, suspend, olderSoftware, upgrade, lostLaptop, pause
  // The organisation.
  case shutOut
  // Copies of disks, and what the product does about them and about damage.
  case rollback, clone, fork, renewedKey, repairedChain
  // The online side is put back from a backup.
  case restoredOnline

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
