import SwiftProtobuf
import SyncCore
import SyncProtocol

/// Messages as frames and back.
public enum MessageCodec {
  /// One frame. The bytes of a batch's changes are copied, never encoded again.
  public static func encode(_ message: SyncProtocol.Message) -> [UInt8] {
    if case .batch(let batch) = message { return Frame.wrap(BatchCodec.encode(batch)) }
    do {
      return Frame.wrap(try WireMessage(message).serializedBytes())
    } catch {
      preconditionFailure("proto3 without required fields always serialises: \(error)")
    }
  }

  /// The message in one frame. Throws where it is none; no bytes make it trap or take more memory
  /// than ``ProtocolLimits`` allows.
  public static func decode(_ frame: [UInt8]) throws(WireError) -> SyncProtocol.Message {
    let bytes = try Frame.unwrap(frame)
    if let batch = try BatchCodec.decode(bytes) { return .batch(batch) }
    let wire: WireMessage
    do {
      var options = BinaryDecodingOptions()
      options.messageDepthLimit = 16
      options.discardUnknownFields = true
      wire = try WireMessage(serializedBytes: bytes, options: options)
    } catch {
      throw WireError(.malformed, in: "Message", at: 0)
    }
    return try wire.message()
  }
}
