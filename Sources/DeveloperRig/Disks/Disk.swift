import Foundation
import Glibc

/// A small disk of a machine: ext4 in a file, which can fill up, fail, and lose power.
///
/// Needs the rights of root. The mount belongs to the mount namespace of this process.
public final class Disk {
  /// Where it is mounted.
  public let folder: String
  private let image: String
  private var isMounted = false

  /// Makes the file `folder.disk` and mounts it at `folder`.
  public init(at folder: String, megabytes: Int) throws {
    self.folder = folder
    image = "\(folder).disk"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    try SystemCommand.run("truncate", "-s", "\(megabytes)M", image)
    try SystemCommand.run(
      "mkfs.ext4", "-q", "-m", "0", "-N", "4096", "-E", "lazy_itable_init=0", image)
    try mount()
  }

  /// The kernel writes by itself after five minutes only: what no program has asked to be on the disk
  /// stays off it for long enough to be lost. An error makes the disk read-only.
  private func mount() throws {
    try SystemCommand.run("mount", "-o", "loop,commit=300,errors=remount-ro", image, folder)
    isMounted = true
  }

  /// Nobody may have a file open on it.
  public func unmount() throws {
    guard isMounted else { return }
    try SystemCommand.run("umount", folder)
    isMounted = false
  }

  /// As far as it goes: the disk is no longer of use to anybody.
  func abandon() {
    guard isMounted else { return }
    do { try SystemCommand.run("umount", "--lazy", folder) } catch { say("\(error)") }
    isMounted = false
  }

  /// Unmounts, repairs what can be repaired without asking, and mounts. What a start of the machine
  /// does.
  public func mountAgain() throws {
    try unmount()
    let check = try SystemCommand.status(["e2fsck", "-p", image])
    // e2fsck(8): 1 and 2 say that errors were corrected.
    guard let status = check.ending.exitStatus, status <= 2 else {
      throw RigError("e2fsck \(image): \(check.output)\(check.errors)")
    }
    try mount()
  }

  private var ballast: String { "\(folder)/ballast" }

  /// Leaves no room.
  public func fill() throws {
    let descriptor = open(ballast, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard descriptor >= 0 else { throw failure("can not be filled") }
    defer { close(descriptor) }
    // In ever smaller pieces, until not one block is free.
    var piece = 64 << 20
    let zeros = [UInt8](repeating: 0, count: 4096)
    var size = 0
    while piece >= 4096 {
      if posix_fallocate(descriptor, size, piece) == 0 { size += piece } else { piece /= 2 }
    }
    while write(descriptor, zeros, zeros.count) > 0 { size += zeros.count }
  }

  public func makeRoom() throws {
    guard unlink(ballast) == 0 else { throw failure("can not be emptied") }
  }

  /// The disk reports an error, on which the kernel makes it read-only under everybody's open files.
  /// ``mountAgain()`` ends it.
  public func breakDown() throws {
    let device = try SystemCommand.run("findmnt", "-n", "-o", "SOURCE", folder)
    let name = device.split(separator: "/").last.map { $0.prefix { !$0.isWhitespace } } ?? ""
    let path = "/sys/fs/ext4/\(name)/trigger_fs_error"
    let descriptor = open(path, O_WRONLY)
    guard descriptor >= 0 else { throw failure("can not be broken through \(path)") }
    defer { close(descriptor) }
    guard write(descriptor, "the rig\n", 8) == 8 else { throw failure("can not be broken") }
  }

  /// From now on nothing reaches the disk, and what was not synced is gone. ``mountAgain()`` ends it.
  public func cutPower() throws {
    let descriptor = open(folder, O_RDONLY)
    guard descriptor >= 0 else { throw failure("can not be opened") }
    defer { close(descriptor) }
    // EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: the journal in memory is thrown away.
    var flags: UInt32 = 2
    guard ioctl(descriptor, 0x8004_587D, &flags) == 0 else {
      throw failure("can not be cut off")
    }
  }

  private func failure(_ what: String) -> RigError {
    RigError("the disk at \(folder) \(what): \(String(cString: strerror(errno)))")
  }
}
