import Foundation
import Glibc

/// What a program has written to a store and seen committed, in a file that shares no fate with it.
public struct Ledger: Sendable {
  /// A line of the file.
  public enum Entry: Hashable, Sendable {
    /// The idea is there, with this title; nobody else edits it.
    case idea(id: String, title: String)
    /// The same is about to be committed.
    case attempt(id: String, title: String)
    case activity(id: String)
    /// A field that others edit too was written.
    case shared
    /// The store took nothing; what SQLite said.
    case refused(words: String)

    var line: String {
      switch self {
      case .idea(let id, let title): "i \(id) \(title)\n"
      case .attempt(let id, let title): "? \(id) \(title)\n"
      case .activity(let id): "a \(id)\n"
      case .shared: "s\n"
      case .refused(let words): "! \(words)\n"
      }
    }

    init?(_ line: Substring) {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      switch words.first {
      case "i" where words.count == 3: self = .idea(id: words[1], title: words[2])
      case "?" where words.count == 3: self = .attempt(id: words[1], title: words[2])
      case "a" where words.count == 2: self = .activity(id: words[1])
      case "s": self = .shared
      case "!": self = .refused(words: String(line.dropFirst(2)))
      default: return nil
      }
    }
  }

  /// The titles that each idea may have: the one that was committed last, and those of which it is
  /// not known whether they were committed after it.
  public private(set) var titles: [String: Set<String>] = [:]
  public private(set) var activities: Set<String> = []
  public private(set) var sharedEdits = 0
  /// How often the store took nothing, by what SQLite said.
  public private(set) var refusals: [String: Int] = [:]
  /// The newest of each lane, which arrives after all that was written before it.
  public private(set) var lastIdea: String?
  public private(set) var lastActivity: String?

  /// Reads the file. What a killed writer has left half is passed over.
  public init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else { return }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      switch Entry(line) {
      case .idea(let id, let title):
        titles[id] = [title]
        lastIdea = id
      case .attempt(let id, let title): titles[id]?.insert(title)
      case .activity(let id):
        activities.insert(id)
        lastActivity = id
      case .shared: sharedEdits += 1
      case .refused(let words): refusals[words, default: 0] += 1
      case nil: break
      }
    }
  }

  /// Rows that have to be everywhere.
  public var rowCount: Int { titles.count + activities.count }
}

/// The end of a ledger where entries are added.
struct LedgerFile {
  private let descriptor: Int32

  init(path: String) throws(RigError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RigError("\(path) can not be written: \(String(cString: strerror(errno)))")
    }
  }

  /// All entries of a transaction in one write, which is there whole or not at all when this process
  /// is killed.
  func add(_ entries: [Ledger.Entry]) throws(RigError) {
    let bytes = Array(entries.map(\.line).joined().utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw RigError("the ledger can not be written: \(String(cString: strerror(errno)))")
    }
  }
}
