import Crypto
import SyncCore
import SyncProtocol

/// A bundle: what one side would say in a session, as one file that is carried by hand. The article
/// <doc:Bundles> is normative.
public enum BundleFormat {
  /// The first line, so that a person who looks into the file learns what it is.
  public static let magic = Array("LABSYNC-BUNDLE\n".utf8)
  public static let version: UInt8 = 1

  static let headByteCount = magic.count + 1
  static let lengthByteCount = 4
  /// The checksum at the end: SHA-256 (FIPS 180-4).
  static let checksumByteCount = SHA256.byteCount
}

/// Why a file can not be taken as a bundle: always the file's fault.
public enum BundleError: Error, Hashable, Sendable {
  case notABundle
  case newerVersion(UInt8)
  /// It ends too early, or a byte of it is not the one that was written.
  case cutOrChanged
  case undecodable(WireError)
  /// Its messages are no bundle's.
  case malformed(String)
}

extension BundleError: CustomStringConvertible {
  /// A phrase for a person.
  public var description: String {
    switch self {
    case .notABundle: "it is no bundle of LabSync"
    case .newerVersion(let version): "it is of version \(version), of a newer LabSync"
    case .cutOrChanged: "it is not whole: it was cut, or a byte of it was changed"
    case .undecodable(let error): "it can not be read: \(error)"
    case .malformed(let what): "it was not made as a bundle is: \(what)"
    }
  }
}

/// Makes the bytes of a bundle, piece by piece.
public struct BundleWriter: Sendable {
  private var hasher = SHA256()

  public init() {}

  /// What the file begins with.
  public mutating func head() -> [UInt8] { counted(BundleFormat.magic + [BundleFormat.version]) }

  /// One message.
  public mutating func record(_ message: SyncProtocol.Message) -> [UInt8] {
    let frame = MessageCodec.encode(message)
    return counted(Self.length(frame.count) + frame)
  }

  /// What the file ends with. Nothing follows.
  public mutating func end() -> [UInt8] {
    let end = counted(Self.length(0))
    return end + Array(hasher.finalize())
  }

  private mutating func counted(_ bytes: [UInt8]) -> [UInt8] {
    hasher.update(data: bytes)
    return bytes
  }

  private static func length(_ count: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt32(count).bigEndian) { Array($0) }
  }
}

/// Whether the bytes of a file are those that were written, while they arrive.
public struct BundleChecksum: Sendable {
  private var hasher = SHA256()
  /// The last bytes so far, which may be the checksum.
  private var last: [UInt8] = []

  public init() {}

  public mutating func add(_ bytes: [UInt8]) {
    last += bytes
    let count = last.count - BundleFormat.checksumByteCount
    guard count > 0 else { return }
    hasher.update(data: last[..<count])
    last.removeFirst(count)
  }

  /// Whether everything that was added is a whole file.
  public var isWhole: Bool { Array(hasher.finalize()) == last }
}

/// Reads the messages of a bundle, from a file whose checksum was looked at.
public struct BundleRecords: Sendable {
  /// Gives so many bytes from an offset on; all of them are there.
  public typealias Reading = (_ offset: Int, _ count: Int) throws -> [UInt8]

  private var position = BundleFormat.headByteCount
  /// Where the checksum begins.
  private let end: Int

  /// Looks at the beginning of a file of `byteCount` bytes.
  public init(byteCount: Int, read: Reading) throws {
    end = byteCount - BundleFormat.checksumByteCount
    let magic = BundleFormat.magic
    guard byteCount > BundleFormat.headByteCount, try read(0, magic.count) == magic else {
      throw BundleError.notABundle
    }
    let version = try read(magic.count, 1)[0]
    guard version == BundleFormat.version else { throw BundleError.newerVersion(version) }
    guard position < end else { throw BundleError.cutOrChanged }
  }

  /// The next message; `nil` at the end. Throws ``BundleError`` where there is none; no bytes make it
  /// trap.
  public mutating func next(read: Reading) throws -> SyncProtocol.Message? {
    guard position + BundleFormat.lengthByteCount <= end else { throw BundleError.cutOrChanged }
    let count = try read(position, BundleFormat.lengthByteCount)
      .reduce(0) { $0 << 8 | Int($1) }
    let start = position + BundleFormat.lengthByteCount
    guard count > 0 else {
      guard start == end else { throw BundleError.cutOrChanged }
      return nil
    }
    guard count <= ProtocolLimits.frameBytes + Frame.headerByteCount, count <= end - start else {
      throw BundleError.cutOrChanged
    }
    let frame = try read(start, count)
    position = start + count
    do {
      return try MessageCodec.decode(frame)
    } catch {
      throw BundleError.undecodable(error)
    }
  }
}
