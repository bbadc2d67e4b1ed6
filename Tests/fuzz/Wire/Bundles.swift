import Fuzzing
import SyncCore
import SyncProtocol

@testable import SyncWire

extension FuzzTarget {
  /// The records of a file whose checksum somebody made right.
  static let bundles = FuzzTarget(
    name: "bundles", maximumBytes: 1_024,
    seeds: { [[], Array(SampleMessages.all.prefix(1)), SampleMessages.all].map(file) },
    run: { bytes in
      let whole = bytes + [UInt8](repeating: 0, count: BundleFormat.checksumByteCount)
      func read(_ offset: Int, _ count: Int) -> [UInt8] {
        require(offset >= 0 && offset + count <= whole.count, "only what is there is read")
        return Array(whole[offset..<(offset + count)])
      }
      guard
        var records = reading({ try BundleRecords(byteCount: whole.count, read: read) })
      else { return }
      while let message = reading({ try records.next(read: read) }) {
        guard message != nil else { return }
      }
    })

  /// Without its checksum.
  private static func file(_ messages: [Message]) -> [UInt8] {
    var writer = BundleWriter()
    var file = writer.head()
    for message in messages { file += writer.record(message) }
    return file + writer.end().prefix(BundleFormat.lengthByteCount)
  }
}
