import Glibc
import SyncControl

/// How the labsyncd of a socket is started and looked at: as this machine's service, or by hand where the
/// socket lies beside the configuration that somebody made in a folder.
struct DaemonStart {
  private let byHand: String?

  init(socket: String) {
    guard socket != ControlProtocol.defaultSocketPath else {
      byHand = nil
      return
    }
    let folder = socket.lastIndex(of: "/").map { socket[..<$0] + "/" } ?? ""
    let sides = ["lab", "online"].filter { access("\(folder)\($0).yaml", F_OK) == 0 }
    let commands = sides.map { "labsyncd \($0) --config \(Self.quoted("\(folder)\($0).yaml"))" }
    byHand = commands.isEmpty ? nil : commands.joined(separator: " or ")
  }

  var command: String { byHand ?? "systemctl start \(Self.service)" }

  /// What to look at where it runs and does not answer.
  var look: String {
    byHand.map { "look at what it said last; anew: \($0)" } ?? "systemctl status 'labsyncd-*'"
  }

  /// As a shell takes it for one word.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+~".contains($0))
    }
    return isPlain ? path : "'\(path.replacing("'", with: "'\\''"))'"
  }

  /// The service of this machine, as far as its unit tells.
  private static var service: String {
    let folders = ["/lib/systemd/system", "/etc/systemd/system"]
    let isOnline = folders.contains { access("\($0)/labsyncd-online.service", F_OK) == 0 }
    return isOnline ? "labsyncd-online" : "labsyncd-lab"
  }
}
