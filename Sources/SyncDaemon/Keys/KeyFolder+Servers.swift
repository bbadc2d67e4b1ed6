import Glibc
import ZeroMQ

/// The change of the online side's key, on both sides: the next pair there, and the keys that a laptop
/// knows the online side by.
extension KeyFolder {
  private var nextPath: String { "\(path)/curve.secret.next" }
  private var serversPath: String { "\(path)/servers" }
  private var invitationPath: String { "\(path)/invitation" }

  /// The pair that will be this side's next; nil where none is announced.
  func next() throws(Failure) -> CurveKeyPair? {
    guard let text = try secretText(at: nextPath) else { return nil }
    do {
      return try CurveKeyPair(secretKey: CurveSecretKey(z85: text))
    } catch {
      throw Failure("the next secret key \(nextPath) is damaged. Remove it, and announce another")
    }
  }

  /// Makes the next pair, or gives the one that is made.
  func makeNext() throws(Failure) -> CurveKeyPair {
    try requireOwn()
    if let pair = try next() { return pair }
    let pair: CurveKeyPair
    do {
      pair = try CurveKeyPair.generate()
    } catch {
      throw Failure("\(error)")
    }
    try write(pair.secretKey.exposedZ85, to: nextPath, mode: 0o600)
    return pair
  }

  /// Puts the next pair in the place of the present one, which is kept as `curve.secret.former`.
  func switchToNext() throws(Failure) -> CurveKeyPair {
    try requireOwn()
    guard let pair = try next() else { throw Failure("there is no next key in \(path)") }
    try replaceSecret(with: nextPath)
    try write(pair.publicKey.z85, to: publicPath, mode: 0o644)
    return pair
  }

  /// The keys by which a laptop knows the online side, the newest first. What stands in `servers` counts
  /// as long as the configuration names the key that it was written for.
  func knownServers(configured: CurvePublicKey) throws(Failure) -> [CurvePublicKey] {
    guard let text = try contents(of: serversPath) else { return [configured] }
    let lines = text.split(whereSeparator: \.isNewline).map { String($0).trimmed }
    guard lines.first == Self.heading(configured) else { return [configured] }
    var keys: [CurvePublicKey] = []
    for line in lines.dropFirst() {
      do { keys.append(try CurvePublicKey(z85: line)) } catch {
        throw Failure("a line of \(serversPath) is no key. Remove the file")
      }
    }
    return keys.isEmpty ? [configured] : keys
  }

  private static func heading(_ configured: CurvePublicKey) -> String {
    "# online.serverKey \(configured.z85)"
  }

  /// Writes them down: on disk when it returns.
  func keep(servers: [CurvePublicKey], configured: CurvePublicKey) throws(Failure) {
    let fresh = "\(serversPath).new"
    unlink(fresh)
    let lines = [Self.heading(configured)] + servers.map(\.z85)
    try write(lines.joined(separator: "\n"), to: fresh, mode: 0o600)
    guard rename(fresh, serversPath) == 0 else {
      throw Failure(
        "\(serversPath) can not be written: \(String(cString: strerror(errno)))")
    }
    try sync()
  }

  /// The secret of an invitation that was not accepted yet, as 32 hexadecimal digits in a file that
  /// nobody else may read.
  func invitation() throws(Failure) -> [UInt8]? {
    guard let text = try secretText(at: invitationPath) else { return nil }
    var bytes: [UInt8] = []
    var rest = text[...]
    while let byte = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 {
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    guard rest.isEmpty, bytes.count == 16 else {
      throw Failure("\(invitationPath) is damaged. Remove it, and run labctl join again")
    }
    return bytes
  }

  /// Leaves the secret for the daemon to present.
  func leave(invitation secret: [UInt8]) throws(Failure) {
    let digits = Array("0123456789abcdef")
    let text = secret.reduce(into: "") {
      $0.append(digits[Int($1 >> 4)])
      $0.append(digits[Int($1 & 15)])
    }
    unlink(invitationPath)
    try write(text, to: invitationPath, mode: 0o600)
  }

  /// The laptop is in: the secret is worth nothing any more.
  func removeInvitation() { unlink(invitationPath) }
}
