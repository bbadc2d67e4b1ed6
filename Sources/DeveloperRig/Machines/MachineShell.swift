import Foundation
import Glibc

/// A shell on a machine of its own, in which a person types: it has a network, its own processes, and
/// nothing but the programs in the folders where a machine keeps what it runs and knows. All of it goes with
/// this object, what was started in the background too.
public final class MachineShell {
  private let process: ChildProcess
  private let keyboard: Int32
  private let screen: String
  private var typed = 0

  /// Needs the rights of root.
  ///
  /// - Parameters:
  ///   - programs: stand first in the path.
  ///   - environment: what the person's session has set.
  ///   - folder: where what is typed and printed passes through.
  public init(
    on network: NetworkNamespace, programs: Programs, environment: [String: String] = [:],
    folder: String
  ) throws {
    let name = "\(folder)/shell-\(UUID().uuidString.prefix(8))"
    screen = "\(name).screen"
    let inlet = "\(name).keyboard"
    guard mkfifo(inlet, 0o600) == 0 else { throw RigError("no pipe at \(inlet)") }
    // Open both ways, so that neither end waits for the other, and the shell sees no end.
    keyboard = open(inlet, O_RDWR | O_CLOEXEC)
    guard keyboard >= 0 else { throw RigError("the pipe \(inlet) can not be opened") }
    var full = environment
    full["PATH"] = "\(programs.folder):\(SystemCommand.path)"
    full["HOME"] = "/root"
    // /run last: mount itself writes there.
    let empty = ["/var/lib", "/root", "/run"].map { "mount -t tmpfs none \($0)" }
    process = try ChildProcess(
      network.prefix[0],
      network.prefix.dropFirst() + SealedBox.words
        + ["sh", "-c", "\(empty.joined(separator: " && ")) && cd && exec sh"],
      environment: full, input: inlet, output: screen, errors: "\(name).errors")
  }

  deinit { close(keyboard) }

  /// Types a line, and gives what it printed to the standard output. Throws where it does not succeed.
  @discardableResult
  public func type(_ line: String, seconds: Double = 60) throws -> String {
    typed += 1
    let before = text().utf8.count
    let end = "-- \(typed): "
    try write("\(line)\necho \"\(end)$?\"\n")
    let deadline = Deadline(seconds: seconds)
    while !deadline.hasPassed {
      let printed = String(decoding: text().utf8.dropFirst(before), as: UTF8.self)
      if let mark = printed.range(of: end), printed.hasSuffix("\n") {
        let status = printed[mark.upperBound...].trimmingCharacters(in: .whitespacesAndNewlines)
        guard status == "0" else { throw failure(line, "ended with \(status)") }
        return String(printed[..<mark.lowerBound])
      }
      guard !process.hasEnded else { throw failure(line, "ended the shell") }
      Deadline.pause(milliseconds: 10)
    }
    throw failure(line, "did not end within \(seconds) s")
  }

  private func write(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard Glibc.write(keyboard, bytes, bytes.count) == bytes.count else {
      throw RigError("the shell takes no line")
    }
  }

  private func text() -> String {
    FileManager.default.contents(atPath: screen).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  private func failure(_ line: String, _ what: String) -> RigError {
    let errors = screen.replacing(".screen", with: ".errors")
    let complaint =
      FileManager.default.contents(atPath: errors).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return RigError("\(line): \(what). \(text()) \(complaint)")
  }
}
