import Glibc

/// What a disk has room for.
struct DiskRoom: Hashable {
  var freeBytes: Int64
  var diskBytes: Int64

  /// What nothing is put aside in: capture and sync go on meanwhile, and what is put aside is applied to
  /// the store beside it. On a small disk, a tenth: more would refuse what fits well.
  var reserve: Int64 { min(256 << 20, diskBytes / 10) }

  func hasRoom(for bytes: Int) -> Bool { Int64(clamping: bytes) <= freeBytes - reserve }
}

extension DiskRoom {
  /// Looks at the disk of a file.
  init(of path: String) throws(SystemError) {
    var disk = statvfs()
    guard statvfs(path, &disk) == 0 else {
      throw SystemError("look at the disk of \(path)", code: errno)
    }
    let block = Int64(disk.f_frsize)
    freeBytes = Int64(disk.f_bavail) * block
    diskBytes = Int64(disk.f_blocks) * block
  }
}
