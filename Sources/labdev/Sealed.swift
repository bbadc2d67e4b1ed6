import DeveloperRig
import Foundation

/// Runs `body` in a ``SealedBox``, which this command line is run in again with `--seed` at its end.
/// Where there can be none, it says so and does nothing.
func inSealedBox(repeating seed: UInt64, _ body: (UInt64) throws -> Void) throws {
  guard SealedBox.folder == nil else {
    SealedBox.endWithMaker()
    return try body(seed)
  }
  if let obstacle = SealedBox.obstacle() {
    say("skipped: \(obstacle)")
    return
  }
  let arguments = Array(CommandLine.arguments.dropFirst()) + ["--seed", "\(seed)"]
  let status = try SealedBox.run(arguments)
  guard status == 0 else { Foundation.exit(status) }
}

/// This program's own path.
func ownProgram() throws -> String {
  try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
}
