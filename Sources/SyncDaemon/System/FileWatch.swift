import Glibc

/// Tells that something in a folder has changed, by inotify(7).
public struct FileWatch: ~Copyable {
  private let descriptor: FileDescriptor

  /// What is worth telling.
  public enum Interest: Hashable, Sendable {
    /// Files written and closed, moved in or out, deleted, or given to others: a folder of small files
    /// that people edit, and then may let us read.
    case replacedFiles
    /// Every single write: a database that others write to.
    case writes

    fileprivate var events: UInt32 {
      switch self {
      case .replacedFiles:
        UInt32(IN_CLOSE_WRITE) | UInt32(IN_MOVED_FROM) | UInt32(IN_MOVED_TO) | UInt32(IN_DELETE)
          | UInt32(IN_DELETE_SELF) | UInt32(IN_MOVE_SELF) | UInt32(IN_ATTRIB) | UInt32(IN_ONLYDIR)
      case .writes:
        UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_ONLYDIR)
      }
    }
  }

  /// Watches the files of `folder`, not of its subfolders.
  public init(folder: String, for interest: Interest = .replacedFiles) throws(SystemError) {
    let doing = "watch the folder \(folder)"
    let descriptor = try FileDescriptor(
      inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)), doing)
    guard inotify_add_watch(descriptor.number, folder, interest.events) >= 0 else {
      throw SystemError(doing, code: errno)
    }
    self.descriptor = descriptor
  }

  /// Readable when something has changed.
  public var number: Int32 { descriptor.number }

  /// Whether anything changed since the last call; however much it was, it is said once.
  public func takeChange() throws(SystemError) -> Bool {
    var hasChanged = false
    while let bytes = try descriptor.readAvailable(limit: 4096, "read the changes of a folder"),
      !bytes.isEmpty
    {
      hasChanged = true
    }
    return hasChanged
  }
}
