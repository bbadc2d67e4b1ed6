import SyncCore
import SyncSimulator

extension WorldOptions {
  /// Every how many seeds some machines have real files, where nobody says otherwise.
  public static let usualFileInterval: UInt64 = 25

  /// The options that a seed has in a long run: a share of the seeds, by their number, has real files
  /// on half of the machines.
  public static func usual(
    seed: UInt64, schema: Schema, filesEvery interval: UInt64 = usualFileInterval
  ) throws -> WorldOptions {
    var options = WorldOptions(seed: seed, schema: schema)
    if interval > 0, seed % interval == 0 {
      options.makeStore = try MixedDisks(filesPerThousand: 500).make
    }
    return options
  }
}
