import Glibc

/// The pages of code that a start needed, and that an idle daemon does not: the reading of the
/// configuration, of the declarations, of the store's triggers.
enum StartCode {
  /// Takes them out of this process's memory. What is needed again comes back from the system's cache, page by
  /// page. Code alone: nobody has written to it, so that nothing is lost (madvise(2), `MADV_DONTNEED`).
  static func giveBack() {
    guard let file = fopen("/proc/self/maps", "r") else { return }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(separator: " ", omittingEmptySubsequences: true)
      // FROM-TO r-xp OFFSET DEVICE INODE PATH
      guard words.count > 5, words[1] == "r-xp", words[5].hasPrefix("/") else { continue }
      let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      guard ends.count == 2, let start = UnsafeMutableRawPointer(bitPattern: ends[0]) else {
        continue
      }
      // Where it does not work, they stay.
      _ = madvise(start, Int(ends[1] - ends[0]), MADV_DONTNEED)
    }
  }
}
