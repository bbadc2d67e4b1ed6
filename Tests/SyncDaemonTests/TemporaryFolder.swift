import Foundation

/// A folder of its own for a test, gone afterwards.
struct TemporaryFolder: ~Copyable {
  let path: String

  init() throws {
    // Not below a long path: sockets are made in it.
    path = "/tmp/labsync-\(UUID().uuidString.prefix(13))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }
}

/// Waits until `descriptor` is readable; false when it is not within ten seconds.
func waitUntilReadable(_ descriptor: Int32) -> Bool {
  var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&item, 1, 10_000) == 1
}
