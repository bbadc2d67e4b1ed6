import Foundation

/// Where the files of one world are: in memory where the system has such a place, and gone with the
/// world.
public final class DiskFolder {
  public let path: String

  public init() throws {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : NSTemporaryDirectory()
    path = "\(parent)/labsync-simulation-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      // A folder in memory that is left behind goes with the next start of the machine.
    }
  }
}
