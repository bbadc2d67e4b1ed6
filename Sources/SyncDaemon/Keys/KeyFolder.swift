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
  /// The folder with what the service manager hands over (`LoadCredential=`): a `curve.secret` in it
  /// stands above the one here, and never changes.
  public let credentials: String?

  public init(path: String, credentials: String? = nil) {
    self.path = path
    let given = credentials.map { "\($0)/curve.secret" }
    self.credentials = given.flatMap { access($0, F_OK) == 0 ? credentials : nil }
  }

  public var secretPath: String { "\(credentials ?? path)/curve.secret" }
  public var publicPath: String { "\(path)/curve.public" }

  /// The pair. Throws when it is missing, damaged, another user's, or readable by others.
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
    if credentials == nil, let text = try contents(of: publicPath),
      text.trimmed != pair.publicKey.z85
    {
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
    try requireOwn()
    let pair: CurveKeyPair
    do {
      pair = try CurveKeyPair.generate()
    } catch {
      throw Failure("\(error)")
    }
    let fresh = "\(secretPath).new"
    unlink(fresh)
    try write(pair.secretKey.exposedZ85, to: fresh, mode: 0o600)
    try replaceSecret(with: fresh)
    try write(pair.publicKey.z85, to: publicPath, mode: 0o644)
    return pair
  }

  /// How a secret key takes the place of the present one. Before, between and after these steps there is
  /// a pair that works, on disk: a machine that loses its power keeps a key.
  enum Replacing: CaseIterable {
    /// Without its public half a secret key works; with another's it does not.
    case removePublic
    /// A second name for the present secret.
    case keepFormer
    case putInPlace
  }

  /// Puts the secret key in the file `fresh` in the place of the present one, which is kept as
  /// `curve.secret.former`. On disk when it returns.
  func replaceSecret(with fresh: String) throws(Failure) {
    for step in Replacing.allCases { try take(step, fresh) }
  }

  func take(_ step: Replacing, _ fresh: String) throws(Failure) {
    let former = "\(secretPath).former"
    switch step {
    case .removePublic: unlink(publicPath)
    case .keepFormer:
      unlink(former)
      guard link(secretPath, former) == 0 else { throw notReplaced(errno) }
    case .putInPlace:
      guard rename(fresh, secretPath) == 0 else { throw notReplaced(errno) }
    }
    try sync()
  }

  private func notReplaced(_ code: Int32) -> Failure {
    Failure(
      "another key can not be put into \(path), and the present one stays: "
        + String(cString: strerror(code)))
  }

  /// The names in the folder are on disk when it returns.
  func sync() throws(Failure) {
    let doing = "bring the folder \(path) to its disk"
    do {
      let folder = try FileDescriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), doing)
      guard fsync(folder.number) == 0 else { throw SystemError(doing, code: errno) }
    } catch {
      throw Failure("\(error)")
    }
  }

  private func secretText() throws(Failure) -> String {
    guard let text = try secretText(at: secretPath) else {
      throw Failure(
        "there is no secret key at \(secretPath) (\(String(cString: strerror(ENOENT)))). "
          + "labsyncd init makes one")
    }
    return text
  }

  /// The text of a file that nobody but its owner may read, who is no stranger; nil where there is
  /// none.
  func secretText(at path: String) throws(Failure) -> String? {
    var information = stat()
    guard stat(path, &information) == 0 else {
      if errno == ENOENT { return nil }
      throw Failure("\(path) can not be looked at: \(String(cString: strerror(errno)))")
    }
    let rightful = Self.rightfulOwner(of: path)
    guard [0, geteuid(), rightful].contains(information.st_uid) else {
      let (owner, own) = (Self.name(of: information.st_uid), Self.name(of: rightful))
      throw Failure(
        "the secret key \(path) belongs to the user \(owner), who can read and replace it: nobody but "
          + "\(own) may have this machine's key. Give it back: chown \(own) \(path)")
    }
    guard information.st_mode & 0o077 == 0 else {
      throw Failure("others can read the secret key \(path). Make it private: chmod 600 \(path)")
    }
    return try contents(of: path)?.trimmed
  }

  /// Whose a secret is: this user's. Root looks after the folder of whoever the service runs as.
  private static func rightfulOwner(of path: String) -> uid_t {
    var folder = stat()
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    guard geteuid() == 0, stat(parent, &folder) == 0 else { return geteuid() }
    return folder.st_uid
  }

  /// What the system calls a user; the number where it has no name.
  private static func name(of user: uid_t) -> String {
    getpwuid(user).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "\(user)"
  }

  func requireOwn() throws(Failure) {
    guard credentials == nil else {
      throw Failure(
        "the secret key is the service manager's (LoadCredential=). Change it there, and start labsyncd anew"
      )
    }
  }

  /// The file's text; nil when there is no such file.
  func contents(of path: String) throws(Failure) -> String? {
    do {
      return try smallFile(path)
    } catch  where error.code == ENOENT {
      return nil
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Makes a file of the folder: whole and on disk when it returns.
  func write(_ text: String, to path: String, mode: mode_t) throws(Failure) {
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
    try sync()
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
