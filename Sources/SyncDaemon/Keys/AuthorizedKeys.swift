import Glibc
import ZeroMQ

/// The machines that may come in: a folder with one file for each, named after it, which holds its
/// public key.
///
/// A file has the 40 Z85 characters on a line of their own. Empty lines are passed over, and lines
/// that begin with `#`, as no Z85 key does: its first five characters would be more than 32 bits.
/// Names that begin with a dot or end with `~` are no machines, so that an editor's copies do no
/// harm.
public struct AuthorizedKeys: Hashable, Sendable {
  /// A file that lets nobody in, and why, as one phrase.
  public struct Problem: Hashable, Sendable {
    public var file: String
    public var reason: String
  }

  /// The name of each machine by its key.
  public private(set) var names: [CurvePublicKey: String] = [:]
  /// Sorted by file. The other files count all the same.
  public private(set) var problems: [Problem] = []

  /// Nobody.
  public init() {}

  /// Reads the folder. Throws when it can not be listed at all.
  public init(folder: String) throws(SystemError) {
    for file in try Self.files(in: folder) {
      do {
        let key = try Self.key(in: "\(folder)/\(file)")
        if let other = names[key] {
          problems.append(Problem(file: file, reason: "it holds the same key as \(other)"))
        } else {
          names[key] = file
        }
      } catch {
        problems.append(Problem(file: file, reason: error.reason))
      }
    }
  }

  private struct Unusable: Error {
    var reason: String
  }

  private static func files(in folder: String) throws(SystemError) -> [String] {
    guard let directory = opendir(folder) else {
      throw SystemError("read the folder of authorized keys \(folder)", code: errno)
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix("."), !name.hasSuffix("~") { names.append(name) }
    }
    return names.sorted()
  }

  private static func key(in path: String) throws(Unusable) -> CurvePublicKey {
    let text: String
    do {
      text = try smallFile(path)
    } catch {
      throw Unusable(reason: String(cString: strerror(error.code)))
    }
    var keys: [CurvePublicKey] = []
    for line in text.split(whereSeparator: \.isNewline).map({ String($0).trimmed }) {
      if line.isEmpty || line.hasPrefix("#") { continue }
      do {
        keys.append(try CurvePublicKey(z85: line))
      } catch {
        throw Unusable(reason: "a line of it is no key of 40 characters")
      }
    }
    guard keys.count == 1 else {
      throw Unusable(reason: keys.isEmpty ? "it holds no key" : "it holds \(keys.count) keys")
    }
    return keys[0]
  }
}
