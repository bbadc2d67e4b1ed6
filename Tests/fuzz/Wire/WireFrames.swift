import CZstandard
import Fuzzing
import SyncCore
import SyncProtocol

@testable import SyncWire

extension FuzzTarget {
  /// What a peer sends. The changes of a batch are decoded as well.
  static let wireFrames = FuzzTarget(
    name: "wire-frames", maximumBytes: 1_024,
    seeds: { SampleMessages.all.map(MessageCodec.encode) + bombs },
    run: { bytes in
      guard let message = reading({ try MessageCodec.decode(bytes) }) else { return }
      let again = reading { try MessageCodec.decode(MessageCodec.encode(message)) }
      require(again == message, "a message that was read is written and read as the same message")
      guard case .batch(let batch) = message else { return }
      for run in batch.changes.runs {
        for (offset, change) in run.changes.enumerated() {
          let dot = Dot(
            replica: run.replica, lane: batch.changes.lane,
            sequence: run.firstSequence + UInt64(offset))
          _ = reading { try ChangeCodec.decode(change, project: batch.changes.project, dot: dot) }
        }
      }
    })

  /// Frames that promise far more than they are.
  private static var bombs: [[UInt8]] {
    [1_000, 1 << 20, ProtocolLimits.messageBytes, 64 << 20].map { count in
      let zeros = [UInt8](repeating: 0, count: count)
      var bomb = [UInt8](repeating: 0, count: ZSTD_compressBound(count))
      let size = ZSTD_compress(&bomb, bomb.count, zeros, count, 1)
      return [Frame.version, Frame.compressed] + bomb.prefix(min(size, 900))
    }
  }
}
