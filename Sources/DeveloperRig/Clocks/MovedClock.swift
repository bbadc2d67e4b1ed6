import Foundation

/// The wall clock of a machine's programs, which can be moved while they run. Monotonic clocks stay
/// true, as they do when somebody sets a machine's date.
public final class MovedClock {
  private let path: String
  private let library: String

  /// - Parameters:
  ///   - path: a file for this clock.
  ///   - library: what ``library(in:)`` has made.
  public init(path: String, library: String) throws {
    self.path = path
    self.library = library
    try move(seconds: 0)
  }

  /// Compiles the library that stands between a program and the C library. Cost: a second.
  public static func library(in folder: String) throws -> String {
    let source = "\(folder)/moved-clock.c"
    let library = "\(folder)/moved-clock.so"
    try Data(PackageResources.MovedClock_c).write(to: URL(fileURLWithPath: source))
    try SystemCommand.run(
      "cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, source, "-ldl")
    return library
  }

  /// Sets the clock so many seconds before or after the true time, at once, for programs that run too.
  public func move(seconds: Int) throws {
    let nanoseconds = Int64(seconds) * 1_000_000_000
    let bytes = withUnsafeBytes(of: nanoseconds) { Data($0) }
    // In place: the programs have the file mapped.
    guard let file = FileHandle(forUpdatingAtPath: path) else {
      guard FileManager.default.createFile(atPath: path, contents: bytes) else {
        throw RigError("\(path) can not be written")
      }
      return
    }
    try file.write(contentsOf: bytes)
    try file.close()
  }

  /// What a program has to be started with.
  var environment: [String: String] { ["LD_PRELOAD": library, "LABSYNC_MOVED_CLOCK": path] }
}
