import SyncCore
import SyncProtocol
import Testing

@testable import SyncWire

@Suite("Bundles as bytes")
struct BundleFormatTests {
  private static let said: [SyncProtocol.Message] = [
    .ping(Ping(number: 7)),
    .batch(
      Batch(
        number: 1,
        changes: ChangeBatch(
          project: project, lane: .records,
          runs: [
            ChangeRun(
              replica: replicaID(3), firstSequence: 1,
              changes: [EncodedChange(bytes: [1, 2, 3], personal: [4])])
          ]))),
  ]

  private static var file: [UInt8] {
    var writer = BundleWriter()
    var file = writer.head()
    for message in said { file += writer.record(message) }
    return file + writer.end()
  }

  /// The messages of a file, as a receiver takes it: the checksum first.
  private func messages(of file: [UInt8], piece: Int = 7) throws -> [SyncProtocol.Message] {
    var checksum = BundleChecksum()
    for start in stride(from: 0, to: file.count, by: piece) {
      checksum.add(Array(file[start..<min(start + piece, file.count)]))
    }
    func read(_ offset: Int, _ count: Int) -> [UInt8] { Array(file[offset..<(offset + count)]) }
    var records = try BundleRecords(byteCount: file.count, read: read)
    guard checksum.isWhole else { throw BundleError.cutOrChanged }
    var messages: [SyncProtocol.Message] = []
    while let message = try records.next(read: read) { messages.append(message) }
    return messages
  }

  @Test("A file gives the messages that were put into it, whatever pieces it comes in")
  func roundTrip() throws {
    for piece in [1, 7, 32, 33, 100_000] {
      #expect(try messages(of: Self.file, piece: piece) == Self.said)
    }
  }

  @Test("A file begins with its name and version, and ends with a checksum over all before")
  func form() {
    let file = Self.file
    #expect(String(decoding: file.prefix(15), as: UTF8.self) == "LABSYNC-BUNDLE\n")
    #expect(file[15] == 1)
    #expect(file.suffix(36).prefix(4) == [0, 0, 0, 0])
  }

  @Test("Every prefix and every changed byte is refused")
  func damage() {
    let file = Self.file
    for count in file.indices {
      #expect(throws: BundleError.self) { try messages(of: Array(file.prefix(count))) }
    }
    for index in file.indices {
      var changed = file
      changed[index] ^= 0x20
      #expect(throws: BundleError.self) { try messages(of: changed) }
    }
    #expect(throws: BundleError.self) { try messages(of: file + [0]) }
  }

  @Test("Bytes that somebody gave a right checksum make nothing trap")
  func forged() {
    var generator = Generator(state: 11)
    for _ in 0..<2_000 {
      var file = Array(Self.file.dropLast(32))
      for _ in 0..<3 {
        file[Int.random(in: 16..<file.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      file.removeLast(Int.random(in: 0..<8, using: &generator))
      file += [UInt8](repeating: 0, count: 32)
      func read(_ offset: Int, _ count: Int) -> [UInt8] {
        Array(file[offset..<(offset + count)])
      }
      do {
        var records = try BundleRecords(byteCount: file.count, read: read)
        while try records.next(read: read) != nil {}
      } catch {
        #expect(error is BundleError)
      }
    }
  }
}
