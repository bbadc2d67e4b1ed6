import DeveloperRig
import Foundation

/// Runs `body` in a ``SealedBox``, which this command line is run in again with `arguments` at its
/// end. Where there can be none, it says so and does nothing.
func inSealedBox(adding arguments: [String] = [], _ body: () throws -> Void) throws {
  guard SealedBox.folder == nil else {
    SealedBox.endWithMaker()
    return try body()
  }
  if let obstacle = SealedBox.obstacle() {
    say("skipped: \(obstacle)")
    return
  }
  let status = try SealedBox.run(Array(CommandLine.arguments.dropFirst()) + arguments)
  guard status == 0 else { Foundation.exit(status) }
}

/// This program's own path.
func ownProgram() throws -> String {
  try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
}
