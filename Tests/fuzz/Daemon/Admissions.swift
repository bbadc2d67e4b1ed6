import Fuzzing

@testable import ZeroMQ

extension FuzzTarget {
  /// Who wants to connect (ZeroMQ RFC 27), and keys as texts.
  static let admissions = FuzzTarget(
    name: "admissions", maximumBytes: 256,
    seeds: {
      let key = Array("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7".utf8)
      return ["CURVE", "NULL", "PLAIN", "GSSAPI"].map { mechanism in
        let parts: [[UInt8]] = [
          [0, 1, 2, 3, 4], [], Array("1.0".utf8), [1], Array("labsync".utf8),
          Array("127.0.0.1".utf8), [9], Array(mechanism.utf8),
          mechanism == "CURVE" ? [UInt8](repeating: 5, count: 32) : Array("ann".utf8),
        ]
        return parts.flatMap(ByteSource.piece)
      } + [key]
    },
    run: { bytes in
      var source = ByteSource(bytes)
      var parts: [[UInt8]] = []
      while !source.isAtEnd { parts.append(source.piece()) }
      if let request = ZAPRequest(parts: parts), let key = request.publicKey {
        require(reading { try CurvePublicKey(z85: key.z85) } == key, "a key is its text")
      }
      if let key = reading({ try CurvePublicKey(z85: String(decoding: bytes, as: UTF8.self)) }) {
        require(Array(key.z85.utf8) == bytes, "a key that was read is written as it was")
      }
    })
}
