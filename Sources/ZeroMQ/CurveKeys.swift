import CZeroMQ

/// CurveZMQ (ZeroMQ RFC 26), the public-key cryptography of libzmq.
public enum Curve {
  /// Whether this libzmq was built with it.
  public static var isAvailable: Bool { zmq_has("curve") != 0 }
  /// The length of either half of a key pair.
  public static let keyBytes = 32
  /// The length of a key as text.
  public static let keyCharacters = 40
}

/// The half of a key pair that others may know, and by which they know its owner.
public struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
  /// 32 bytes.
  public let bytes: [UInt8]

  /// Throws unless there are 32 bytes.
  public init(bytes: some Sequence<UInt8>) throws(ZeroMQError) {
    self.bytes = try checkedKey(Array(bytes))
  }

  /// Reads the 40 characters of Z85 (ZeroMQ RFC 32); throws, without repeating them, when they
  /// are not a key.
  public init(z85 text: String) throws(ZeroMQError) {
    bytes = try Z85.key(from: text)
  }

  /// 40 characters.
  public var z85: String { Z85.text(of: bytes) }
  public var description: String { z85 }
}

/// The half of a key pair that never leaves its machine. It prints as a placeholder, also when
/// dumped or interpolated as part of something else.
public struct CurveSecretKey: Hashable, Sendable {
  let bytes: [UInt8]

  /// Throws unless there are 32 bytes.
  public init(bytes: some Sequence<UInt8>) throws(ZeroMQError) {
    self.bytes = try checkedKey(Array(bytes))
  }

  /// Reads the 40 characters of Z85; throws, without repeating them, when they are not a key.
  public init(z85 text: String) throws(ZeroMQError) {
    bytes = try Z85.key(from: text)
  }

  /// The secret as 40 characters, for the file that keeps it and for nothing else.
  public var exposedZ85: String { Z85.text(of: bytes) }

  /// The public half, computed: one multiplication on the curve.
  public func publicKey() throws(ZeroMQError) -> CurvePublicKey {
    var text = [CChar](repeating: 0, count: Curve.keyCharacters + 1)
    guard zmq_curve_public(&text, exposedZ85) == 0 else {
      throw ZeroMQError(
        .makeKeys, zmq_errno() == ENOTSUP ? .curveMissing : .init(code: zmq_errno()))
    }
    return try CurvePublicKey(z85: Z85.string(text))
  }
}

extension CurveSecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "CurveSecretKey(hidden)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Both halves.
public struct CurveKeyPair: Hashable, Sendable {
  public let publicKey: CurvePublicKey
  public let secretKey: CurveSecretKey

  /// The pair that this secret belongs to.
  public init(secretKey: CurveSecretKey) throws(ZeroMQError) {
    self.secretKey = secretKey
    publicKey = try secretKey.publicKey()
  }

  private init(publicKey: CurvePublicKey, secretKey: CurveSecretKey) {
    self.publicKey = publicKey
    self.secretKey = secretKey
  }

  /// A new pair, from the operating system's randomness.
  public static func generate() throws(ZeroMQError) -> CurveKeyPair {
    var publicText = [CChar](repeating: 0, count: Curve.keyCharacters + 1)
    var secretText = publicText
    guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
      throw ZeroMQError(
        .makeKeys, zmq_errno() == ENOTSUP ? .curveMissing : .init(code: zmq_errno()))
    }
    return CurveKeyPair(
      publicKey: try CurvePublicKey(z85: Z85.string(publicText)),
      secretKey: try CurveSecretKey(z85: Z85.string(secretText)))
  }
}

private func checkedKey(_ bytes: [UInt8]) throws(ZeroMQError) -> [UInt8] {
  guard bytes.count == Curve.keyBytes else {
    throw ZeroMQError(
      .readKey, .malformedKey("a key has \(Curve.keyBytes) bytes and this has \(bytes.count)"))
  }
  return bytes
}
