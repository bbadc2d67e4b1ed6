import Foundation

/// What an invitation says, as one line that is pasted (the article *Enrolment* of SyncDaemon).
public struct InvitationLine: Hashable, Sendable {
  /// 16 random bytes.
  public var secret: [UInt8]
  /// The online side's public key, 32 bytes.
  public var serverKey: [UInt8]
  /// Milliseconds since 1970.
  public var expiresAt: Int64
  /// 16 bytes each.
  public var projects: [[UInt8]]
  public var endpoints: [String]
  public var name: String?

  private static let prefix = "labsync1."

  public init(
    secret: [UInt8], serverKey: [UInt8], expiresAt: Int64, projects: [[UInt8]],
    endpoints: [String], name: String?
  ) {
    self.secret = secret
    self.serverKey = serverKey
    self.expiresAt = expiresAt
    self.projects = projects
    self.endpoints = endpoints
    self.name = name
  }

  public var text: String {
    var bytes = secret + serverKey
    withUnsafeBytes(of: expiresAt.bigEndian) { bytes += Array($0) }
    bytes.append(UInt8(clamping: projects.count))
    for project in projects.prefix(255) { bytes += project }
    bytes += Array((endpoints + (name.map { ["", $0] } ?? [])).joined(separator: "\n").utf8)
    withUnsafeBytes(of: Self.checksum(bytes).bigEndian) { bytes += Array($0) }
    let base64 = Data(bytes).base64EncodedString()
    return Self.prefix
      + base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Throws a sentence where the line is no invitation, or was cut.
  public init(_ text: String) throws(ControlFailure) {
    let line = text.filter { !$0.isWhitespace }
    guard line.hasPrefix(Self.prefix), line.utf8.count < 8_000 else {
      throw Self.failure("it does not begin with \(Self.prefix)")
    }
    var base64 = line.dropFirst(Self.prefix.count).replacing("-", with: "+")
      .replacing("_", with: "/")
    base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: String(base64)), data.count >= 61 else {
      throw Self.failure("a part of it is missing or wrong")
    }
    let bytes = [UInt8](data)
    let sum = bytes.suffix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard Self.checksum(Array(bytes.dropLast(4))) == sum else {
      throw Self.failure("a part of it is missing or wrong")
    }
    secret = Array(bytes[0..<16])
    serverKey = Array(bytes[16..<48])
    expiresAt = Int64(
      bitPattern: bytes[48..<56].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    let count = Int(bytes[56])
    guard bytes.count >= 61 + count * 16 else {
      throw Self.failure("a part of it is missing or wrong")
    }
    projects = (0..<count).map { Array(bytes[(57 + $0 * 16)..<(73 + $0 * 16)]) }
    let rest = String(decoding: bytes[(57 + count * 16)..<(bytes.count - 4)], as: UTF8.self)
    let lines = rest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let end = lines.firstIndex(of: "") ?? lines.endIndex
    endpoints = Array(lines[..<end])
    name = end + 1 < lines.count ? lines[end + 1] : nil
    guard !endpoints.isEmpty else { throw Self.failure("it names no online side") }
    guard name.map(MachineName.isUsable) ?? true, end + 2 >= lines.count else {
      throw Self.failure("the machine can not be called what it says: \(MachineName.words)")
    }
  }

  private static func failure(_ why: String) -> ControlFailure {
    ControlFailure(
      what: "this is no invitation", why: why,
      remedy: "copy the whole line that labctl peer invite printed", exit: .usage)
  }

  /// CRC-32 (ISO-HDLC), bit by bit: an invitation is short.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = .max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
