import Glibc
import ZeroMQ

/// The folder that holds this machine's key pair: `curve.secret`, which nobody else may read, and
/// `curve.public`, which may be given to everyone. Each is one line of 40 Z85 characters.
public struct KeyFolder: Hashable, Sendable {
  /// Why there is no key pair to work with.
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong and what to do, one or two sentences without the last full stop.
    public var description: String

    init(_ description: String) { self.description = description }
  }

  public let path: String

  public init(path: String) { self.path = path }

  public var secretPath: String { "\(path)/curve.secret" }
  public var publicPath: String { "\(path)/curve.public" }

  /// The pair. Throws when it is missing, damaged, or readable by others.
  public func load() throws(Failure) -> CurveKeyPair {
    let pair: CurveKeyPair
    do {
      pair = try CurveKeyPair(secretKey: CurveSecretKey(z85: secretText()))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(
        "the secret key in \(secretPath) is damaged. Put its copy back, or move it away and run "
          + "labsyncd init again; the machine then has to be authorized again")
    }
    if let text = try contents(of: publicPath), text.trimmed != pair.publicKey.z85 {
      throw Failure(
        "\(publicPath) does not belong to \(secretPath). Put back the one that was exchanged, or "
          + "remove curve.public")
    }
    return pair
  }

  /// Makes the folder and a new pair in it, both readable by this user only (the public half by
  /// all). Throws, and leaves everything as it is, when there is a secret key already.
  public func create() throws(Failure) -> CurveKeyPair {
    if mkdir(path, 0o700) != 0, errno != EEXIST {
      throw Failure("the folder \(path) can not be made: \(String(cString: strerror(errno)))")
    }
    let pair: CurveKeyPair
    do {
      pair = try CurveKeyPair.generate()
    } catch {
      throw Failure("\(error)")
    }
    try write(pair.secretKey.exposedZ85, to: secretPath, mode: 0o600)
    try write(pair.publicKey.z85, to: publicPath, mode: 0o644)
    return pair
  }

  /// Puts a new pair in the place of the one that is there, which is kept as `curve.secret.former`.
  /// Throws, and leaves a pair that works, where the folder can not be written.
  public func renew() throws(Failure) -> CurveKeyPair {
    let pair: CurveKeyPair
    do {
      pair = try CurveKeyPair.generate()
    } catch {
      throw Failure("\(error)")
    }
    let fresh = "\(secretPath).new"
    unlink(fresh)
    try write(pair.secretKey.exposedZ85, to: fresh, mode: 0o600)
    // Without its public half a secret key works; with another's it does not.
    unlink(publicPath)
    guard rename(secretPath, "\(secretPath).former") == 0, rename(fresh, secretPath) == 0 else {
      throw Failure(
        "a new key can not be put into \(path): \(String(cString: strerror(errno)))")
    }
    try write(pair.publicKey.z85, to: publicPath, mode: 0o644)
    return pair
  }

  private func secretText() throws(Failure) -> String {
    var information = stat()
    guard stat(secretPath, &information) == 0 else {
      throw Failure(
        "there is no secret key at \(secretPath) (\(String(cString: strerror(errno)))). "
          + "labsyncd init makes one")
    }
    guard information.st_mode & 0o077 == 0 else {
      throw Failure(
        "others can read the secret key \(secretPath). Make it private: chmod 600 \(secretPath)")
    }
    guard let text = try contents(of: secretPath) else {
      throw Failure("there is no secret key at \(secretPath). labsyncd init makes one")
    }
    return text.trimmed
  }

  /// The file's text; nil when there is no such file.
  private func contents(of path: String) throws(Failure) -> String? {
    do {
      return try smallFile(path)
    } catch  where error.code == ENOENT {
      return nil
    } catch {
      throw Failure("\(error)")
    }
  }

  private func write(_ text: String, to path: String, mode: mode_t) throws(Failure) {
    let bytes = Array("\(text)\n".utf8)
    do {
      let doing = "make the key file \(path)"
      let file = try FileDescriptor(
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode), doing)
      // The mode given to open() is less what the umask takes away.
      guard fchmod(file.number, mode) == 0,
        Glibc.write(file.number, bytes, bytes.count) == bytes.count, fsync(file.number) == 0
      else { throw SystemError(doing, code: errno) }
    } catch let error as SystemError {
      throw Failure("\(error)")
    } catch {
      throw Failure("the key file \(path) can not be made")
    }
  }
}

/// The text of a file of at most 64 KiB; what is longer is cut. Bytes that are not UTF-8 become
/// U+FFFD, which no key holds.
func smallFile(_ path: String) throws(SystemError) -> String {
  let doing = "read \(path)"
  let file = try FileDescriptor(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), doing)
  let bytes = try file.readAvailable(limit: 65_536, doing)
  return String(decoding: bytes ?? [], as: UTF8.self)
}
