import SyncControl

/// The machines that a person has to decide about, and how a command names them.
extension Status {
  /// Machines that wait to be let in.
  var peersToLetIn: [Peer] { peers.filter { $0.standing == "pending" } }

  /// Machines of which something is held.
  var peersWithHeld: [Peer] { peers.filter { ($0.held ?? 0) > 0 } }

  /// A machine as an argument: its name where that is plain and no other's, else its fingerprint.
  func shellName(of peer: Peer) -> String {
    let isAlone = peers.count { $0.name == peer.name } == 1 && peer.standing != "pending"
    guard isAlone || peer.fingerprint == nil else { return peer.fingerprint ?? "" }
    return Words.argument(peer.name) ?? peer.fingerprint ?? "NAME"
  }

  /// The command that lets this laptop in, on the online side; nil where that is not what it needs. The
  /// online side knows its key, and may have another name for it.
  var letIn: String? {
    let name = fingerprint ?? "FINGERPRINT"
    switch connection.obstacle {
    case .pending: return "labctl peer approve \(name)"
    case .shutOut: return "labctl peer approve \(Words.argument(self.name) ?? name)"
    case .unreachable, .serverKey, .peerStore, nil: return nil
    }
  }
}

extension Words {
  /// A text as one word of a shell's command; nil where that takes more than quotes.
  static func argument(_ text: String) -> String? {
    let isHarmless = text.unicodeScalars.allSatisfy { scalar in
      !scalar.isSteering && !"\"\\$`!\t\n\r".unicodeScalars.contains(scalar)
    }
    guard isHarmless, !text.isEmpty, !text.hasPrefix("-") else { return nil }
    let isPlain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain ? text : "\"\(text)\""
  }
}
