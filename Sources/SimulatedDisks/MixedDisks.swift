import SyncCore
import SyncSimulator

/// Stores of a world of which some are real files and some in memory.
public struct MixedDisks {
  private let folder: DiskFolder
  /// Of a thousand machines, how many have a real file.
  private let filesPerThousand: UInt64

  public init(filesPerThousand: UInt64) throws {
    folder = try DiskFolder()
    self.filesPerThousand = filesPerThousand
  }

  /// Which kind of store a machine has follows from its seed.
  public func make(_ request: StoreRequest) throws -> any SimulatedStore {
    if request.seed % 1_000 < filesPerThousand {
      return try DiskStore(request, in: folder)
    }
    return MemoryStore(
      replica: request.replica, side: request.side, schema: request.schema,
      projects: request.projects, seed: request.seed)
  }
}
