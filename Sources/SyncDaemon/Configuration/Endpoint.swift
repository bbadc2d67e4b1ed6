import Glibc
import ZeroMQ

/// An address to connect to or to listen on: `tcp://hub.example.org:5570` or `ipc:///run/x.sock`.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  public enum Transport: Hashable, Sendable {
    /// A host name, an IPv4 address, an IPv6 address without its brackets, or `*`. The port is nil
    /// for `*`: any free one.
    case tcp(host: String, port: UInt16?)
    case ipc(path: String)
  }

  /// What it is for: only a listener may leave things open.
  public enum Purpose: Hashable, Sendable {
    case connect, listen
  }

  /// As ZeroMQ takes it.
  public let description: String
  public let transport: Transport

  /// Throws one sentence about what is wrong with `text`.
  public init(_ text: String, for purpose: Purpose) throws(ConfigurationError) {
    let form = "An endpoint looks like tcp://hub.example.org:5570 or ipc:///run/labsync/sync.sock"
    description = text
    if text.hasPrefix("ipc://") {
      let path = String(text.dropFirst(6))
      try requireSocketPath(path, "the endpoint \(text)")
      transport = .ipc(path: path)
    } else if text.hasPrefix("tcp://") {
      let rest = text.dropFirst(6)
      guard let colon = rest.lastIndex(of: ":") else {
        throw ConfigurationError("\(text) has no port. \(form)")
      }
      let host = try Self.host(rest[..<colon], of: text, for: purpose)
      let portText = rest[rest.index(after: colon)...]
      if portText == "*", purpose == .listen {
        transport = .tcp(host: host, port: nil)
      } else if let port = UInt16(portText), port > 0, portText.allSatisfy(\.isNumber) {
        transport = .tcp(host: host, port: port)
      } else {
        throw ConfigurationError("\(text) has no port from 1 to 65535. \(form)")
      }
    } else {
      throw ConfigurationError("\"\(text)\" is no endpoint. \(form)")
    }
  }

  /// Whether nobody outside this machine can listen in.
  public var isLocal: Bool {
    switch transport {
    case .ipc: return true
    case .tcp(let host, _):
      var address = in_addr()
      if inet_pton(AF_INET, host, &address) == 1 {
        return UInt32(bigEndian: address.s_addr) >> 24 == 127
      }
      return host == "localhost" || host == "::1"
    }
  }

  private static func host(
    _ text: Substring, of endpoint: String, for purpose: Purpose
  ) throws(ConfigurationError) -> String {
    if text == "*" {
      if purpose == .listen { return "*" }
      throw ConfigurationError(
        "\(endpoint) names no machine to connect to. Give its name or address")
    }
    if text.hasPrefix("["), text.hasSuffix("]") {
      let host = String(text.dropFirst().dropLast())
      var address = in6_addr()
      if inet_pton(AF_INET6, host, &address) == 1 { return host }
    } else if !text.isEmpty, text.utf8.count <= 253, text.allSatisfy(isHostCharacter) {
      return String(text)
    }
    throw ConfigurationError(
      "\(endpoint) has no right host. A host is a name, an IPv4 address, or an IPv6 address in "
        + "brackets")
  }

  private static func isHostCharacter(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "-._".contains(character))
  }
}

/// Throws unless the path is absolute and short enough for a Unix socket.
func requireSocketPath(_ path: String, _ what: String) throws(ConfigurationError) {
  guard path.hasPrefix("/"), path.count > 1 else {
    throw ConfigurationError("\(what) needs a path that begins with /")
  }
  guard path.utf8.count <= Socket.longestPathBytes else {
    throw ConfigurationError(
      "\(what) has a path of \(path.utf8.count) bytes, and a socket takes at most "
        + "\(Socket.longestPathBytes). Choose a shorter one")
  }
}
