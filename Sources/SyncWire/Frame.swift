import CZstandard
import SyncProtocol

/// The outermost form of a message: a version, flags, and the message, compressed where that pays.
enum Frame {
  static let version: UInt8 = 1
  /// The body is a Zstandard frame (RFC 8878).
  static let compressed: UInt8 = 1
  static let headerByteCount = 2

  static func wrap(_ message: [UInt8]) -> [UInt8] {
    precondition(
      message.count <= ProtocolLimits.messageBytes,
      "a message of \(message.count) bytes can not be sent: batches are bounded before")
    if message.count >= ProtocolLimits.compressedFromBytes, let frame = compressing(message) {
      return frame
    }
    return [version, 0] + message
  }

  static func unwrap(_ frame: [UInt8]) throws(WireError) -> [UInt8] {
    guard frame.count >= headerByteCount else { throw error(.truncated, at: frame.count) }
    guard frame.count <= ProtocolLimits.frameBytes + headerByteCount else {
      throw error(.overLimit(ProtocolLimits.frameBytes), at: frame.count)
    }
    guard frame[0] == version else { throw error(.unknownVersion(frame[0]), at: 0) }
    switch frame[1] {
    case 0: return Array(frame.dropFirst(headerByteCount))
    case compressed: return try decompressing(frame)
    default: throw error(.unknownFlags(frame[1]), at: 1)
    }
  }

  private static func compressing(_ message: [UInt8]) -> [UInt8]? {
    let bound = ZSTD_compressBound(message.count)
    var count = 0
    let frame = [UInt8](unsafeUninitializedCapacity: headerByteCount + bound) { buffer, used in
      buffer[0] = version
      buffer[1] = compressed
      count = message.withUnsafeBytes { source in
        ZSTD_compress(
          buffer.baseAddress.map { $0 + headerByteCount }, bound, source.baseAddress,
          source.count, 1)
      }
      used = ZSTD_isError(count) == 0 ? headerByteCount + count : 0
    }
    let pays = !frame.isEmpty && count < message.count
    return pays && message.count / count < ProtocolLimits.compressionRatio ? frame : nil
  }

  /// The announced size is checked before anything of that size is allocated.
  private static func decompressing(_ frame: [UInt8]) throws(WireError) -> [UInt8] {
    let compressedCount = frame.count - headerByteCount
    let announced = frame.withUnsafeBytes { bytes in
      ZSTD_getFrameContentSize(
        bytes.baseAddress.map { $0 + headerByteCount }, compressedCount)
    }
    // The two largest values say that the size is unknown or the header damaged.
    guard announced < UInt64.max - 1 else { throw error(.notDecompressible, at: 2) }
    guard announced <= UInt64(ProtocolLimits.messageBytes) else {
      throw error(.overLimit(ProtocolLimits.messageBytes), at: 2)
    }
    let count = Int(announced)
    guard count / max(compressedCount, 1) <= ProtocolLimits.compressionRatio else {
      throw error(.overLimit(ProtocolLimits.compressionRatio), at: 2)
    }
    var written = 0
    let message = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      written = frame.withUnsafeBytes { source in
        ZSTD_decompress(
          buffer.baseAddress, count, source.baseAddress.map { $0 + headerByteCount },
          compressedCount)
      }
      used = ZSTD_isError(written) == 0 ? min(written, count) : 0
    }
    guard ZSTD_isError(written) == 0, written == count else {
      throw error(.notDecompressible, at: 2)
    }
    return message
  }

  private static func error(_ reason: WireError.Reason, at offset: Int) -> WireError {
    WireError(reason, in: "Frame", at: offset)
  }
}
