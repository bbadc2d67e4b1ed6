import Foundation
import Glibc

/// That the rig's own tools do what the faults need, on a disk and a clock of their own: a fault that
/// does nothing proves nothing.
struct ToolProof {
  let folder: String

  /// Throws for the first tool that does not bite.
  func run() throws {
    try proveClock()
    let disk = try Disk(at: "\(folder)/proof", megabytes: 16)
    defer { disk.abandon() }
    try provePowerCut(disk)
    try proveReadOnly(disk)
    try proveFull(disk)
  }

  private func proveClock() throws {
    let library = try MovedClock.library(in: folder)
    let clock = try MovedClock(path: "\(folder)/proof.clock", library: library)
    let (years, before) = (17 * 365 * 86_400, Int(Date().timeIntervalSince1970))
    try clock.move(seconds: -years)
    let command = try Command.run(
      "/bin/date", ["+%s"], environment: clock.environment, folder: folder)
    let words = command.output.filter { !$0.isWhitespace }
    guard let shown = Int(words), abs(shown + years - before) < 60 else {
      throw RigError("a clock that was moved by 17 years shows \(words): \(command.errors)")
    }
  }

  private func provePowerCut(_ disk: Disk) throws {
    let (synced, unsynced) = ("\(disk.folder)/synced", "\(disk.folder)/unsynced")
    try write(synced, isSynced: true)
    try write(unsynced, isSynced: false)
    try disk.cutPower()
    try disk.mountAgain()
    let left = [synced, unsynced].map { FileManager.default.contents(atPath: $0)?.count ?? 0 }
    guard left == [Self.bytes.count, 0] else {
      throw RigError("after a power cut \(left) bytes of a synced and an unsynced file are there")
    }
  }

  private func proveReadOnly(_ disk: Disk) throws {
    try disk.breakDown()
    try requireRefusal(of: disk, code: EROFS)
    try disk.mountAgain()
    try write("\(disk.folder)/after-repair", isSynced: true)
  }

  private func proveFull(_ disk: Disk) throws {
    try disk.fill()
    try requireRefusal(of: disk, code: ENOSPC)
    try disk.makeRoom()
    try write("\(disk.folder)/after-room", isSynced: true)
  }

  private static let bytes = [UInt8](repeating: 1, count: 64 << 10)

  private func write(_ path: String, isSynced: Bool) throws(RigError) {
    if let code = codeOfWriting(path, isSynced: isSynced) {
      throw RigError("\(path) can not be written: \(String(cString: strerror(code)))")
    }
  }

  private func requireRefusal(of disk: Disk, code: Int32) throws(RigError) {
    let found = codeOfWriting("\(disk.folder)/refused", isSynced: true)
    guard found == code else {
      throw RigError("a disk that should refuse with \(code) gave \(found ?? 0)")
    }
  }

  /// Nil when everything was written.
  private func codeOfWriting(_ path: String, isSynced: Bool) -> Int32? {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, Self.bytes, Self.bytes.count) == Self.bytes.count else {
      return errno == 0 ? ENOSPC : errno
    }
    guard isSynced, fsync(descriptor) != 0 else { return nil }
    return errno
  }
}
