import Foundation

/// Where the programs under test are.
public struct Programs: Hashable, Sendable {
  /// The environment variable that names the folder they are in.
  public static let variable = "LABSYNC_BIN"

  public let folder: String

  public var daemon: String { "\(folder)/labsyncd" }
  public var control: String { "\(folder)/labctl" }

  public init(folder: String) { self.folder = folder }

  /// The folder that `LABSYNC_BIN` names; else the one of the running executable, where a build puts
  /// them side by side. Throws when they are not there.
  public static func find() throws(RigError) -> Programs {
    let named = ProcessInfo.processInfo.environment[variable]
    let programs = Programs(folder: named ?? ownFolder)
    for path in [programs.daemon, programs.control]
    where !FileManager.default.isExecutableFile(atPath: path) {
      throw RigError("there is no program at \(path). Try: swift build, or \(variable)=FOLDER")
    }
    return programs
  }

  private static var ownFolder: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
      .path
  }
}
