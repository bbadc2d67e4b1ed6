/// Somebody who wants to connect to a server socket of this context (ZeroMQ RFC 27).
public struct ZAPRequest: Hashable, Sendable {
  /// How the applicant proved who it is.
  public enum Mechanism: Hashable, Sendable {
    case null
    case plain
    /// The applicant has proved that it holds the secret half of this key.
    case curve(CurvePublicKey)
    case other(String)
  }

  public let version: String
  public let requestID: [UInt8]
  public let domain: String
  /// The IP address that the connection came from.
  public let address: String
  public let mechanism: Mechanism
  let envelope: [[UInt8]]

  /// The key to decide by; nil for anything but CURVE.
  public var publicKey: CurvePublicKey? {
    guard case .curve(let key) = mechanism else { return nil }
    return key
  }

  /// Nil unless the parts are a request: envelope, empty part, version, id, domain, address,
  /// routing id, mechanism, credentials.
  init?(parts: [[UInt8]]) {
    guard let delimiter = parts.firstIndex(of: []), parts.count >= delimiter + 7 else { return nil }
    let fields = Array(parts[(delimiter + 1)...])
    let credentials = fields.dropFirst(6)
    envelope = Array(parts[...delimiter])
    version = String(decoding: fields[0], as: UTF8.self)
    requestID = fields[1]
    domain = String(decoding: fields[2], as: UTF8.self)
    address = String(decoding: fields[3], as: UTF8.self)
    switch String(decoding: fields[5], as: UTF8.self) {
    case "NULL": mechanism = .null
    case "PLAIN": mechanism = .plain
    case "CURVE":
      do {
        mechanism = .curve(try CurvePublicKey(bytes: credentials.first ?? []))
      } catch {
        return nil
      }
    case let name: mechanism = .other(name)
    }
  }
}

/// What is answered to a ``ZAPRequest``.
public enum ZAPReply: Hashable, Sendable {
  /// Every message of the connection will carry this as ``Message/userID``.
  case accepted(userID: String)
  /// The connection ends, in the way the code says.
  case refused(Refusal, reason: String)

  /// How a refused client behaves afterwards.
  public enum Refusal: Hashable, Sendable {
    /// 300: told nothing. The client waits until a handshake interval ends, then tries again.
    case temporary
    /// 400: told so; the client's socket never tries again.
    case denied
    /// 500: told so; the client's socket never tries again.
    case internalError

    var code: String {
      switch self {
      case .temporary: "300"
      case .denied: "400"
      case .internalError: "500"
      }
    }
  }
}
