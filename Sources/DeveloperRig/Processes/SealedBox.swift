import Foundation
import Glibc
import Synchronization

/// Runs this program again where nothing it does to the machine outlives it: processes, mounts, loop
/// devices and networks are its own and go with it, however it ends.
public enum SealedBox {
  /// In the environment of a program in the box: the folder for everything that it writes.
  public static let folderVariable = "LABSYNC_RIG_FOLDER"

  /// The folder, for a program in the box.
  public static var folder: String? { ProcessInfo.processInfo.environment[folderVariable] }

  static let words = [
    "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
    "--mount-proc",
  ]

  /// Why there can be no box with networks and disks of its own on this machine, in words; nil when
  /// there can.
  public static func obstacle() -> String? {
    guard geteuid() == 0 else { return "it needs the rights of root" }
    for device in ["/dev/net/tun", "/dev/loop-control"] where access(device, R_OK | W_OK) != 0 {
      return "it needs \(device)"
    }
    let tools = ["ip", "nsenter", "mount", "mkfs.ext4", "e2fsck", "findmnt", "cc"]
    let test = "for tool in \(tools.joined(separator: " ")); do command -v $tool || exit 1; done"
    do {
      try SystemCommand.run(words + ["--net", "sh", "-c", test])
      return nil
    } catch {
      return "it needs namespaces and the programs \(tools.joined(separator: ", ")): \(error)"
    }
  }

  /// Runs this program with `arguments` in a box and waits for its end; what it prints is printed.
  ///
  /// Returns its exit status. Without `LABSYNC_KEEP` the folder goes afterwards.
  public static func run(_ arguments: [String]) throws -> Int32 {
    let folder = try Lab.newFolder()
    defer { remove(folder) }
    var environment = ProcessInfo.processInfo.environment
    environment[folderVariable] = folder
    environment["PATH"] = SystemCommand.path + ":" + (environment["PATH"] ?? "")
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    passInterruptsOn()
    // While this process lives, nobody reaches the end of this pipe.
    let leash = "\(folder)/leash"
    guard mkfifo(leash, 0o600) == 0 else { throw RigError("no pipe at \(leash)") }
    let held = open(leash, O_RDWR | O_CLOEXEC)
    defer { close(held) }
    let process = try ChildProcess(
      "/usr/bin/env", words + [program] + arguments, environment: environment, input: leash,
      output: nil, errors: nil)
    while !process.hasEnded {
      if interrupts.load(ordering: .relaxed) > 0 { process.send(SIGKILL) }
      Deadline.pause(milliseconds: 20)
    }
    return process.ending?.exitStatus ?? 1
  }

  /// In the box: ends this process, and with it the box, when whoever made the box is gone.
  public static func endWithMaker() {
    Thread.detachNewThread {
      var byte: UInt8 = 0
      while read(STDIN_FILENO, &byte, 1) < 0, errno == EINTR {}
      _exit(1)
    }
  }

  private static let interrupts = Atomic<Int>(0)

  /// The box is closed when somebody wants an end; its own processes hear of it by dying.
  private static func passInterruptsOn() {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
      Glibc.signal(signal) { _ in SealedBox.interrupts.add(1, ordering: .relaxed) }
    }
  }

  private static func remove(_ folder: String) {
    guard ProcessInfo.processInfo.environment[Lab.keepVariable] == nil else {
      say("the folder stays: \(folder)")
      return
    }
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      say("the folder \(folder) is still there: \(error)")
    }
  }
}
