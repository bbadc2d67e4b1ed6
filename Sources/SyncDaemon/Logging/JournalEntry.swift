/// One entry of the journal as its socket takes it, a datagram of fields
/// (<https://systemd.io/JOURNAL_NATIVE_PROTOCOL/>).
struct JournalEntry: Hashable, Sendable {
  /// The datagram.
  private(set) var bytes: [UInt8] = []

  /// - Parameter priority: as syslog(3) counts.
  init(message: String, priority: Int, identifier: String) {
    add("MESSAGE", message)
    add("PRIORITY", "\(priority)")
    add("SYSLOG_IDENTIFIER", identifier)
  }

  /// Adds what `name` stands for in our own log: the field `LABSYNC_` and the name in capitals.
  mutating func add(metadata name: String, _ value: String) {
    add(Self.field(of: name), value)
  }

  /// The field of a name of metadata: `LABSYNC_DEVICE` of `device`. The journal's names are of capitals,
  /// digits and underscores, 64 at most; what else is in a name becomes an underscore.
  static func field(of name: String) -> String {
    let capitals = name.unicodeScalars.map { scalar in
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9": String(scalar).uppercased()
      default: "_"
      }
    }
    return String("LABSYNC_\(capitals.joined())".prefix(64))
  }

  /// `NAME=value`, or, where the value has several lines, the name, the value's length in 64 bits and the
  /// value.
  private mutating func add(_ name: String, _ value: String) {
    let value = Array(value.utf8)
    bytes += name.utf8
    if value.contains(UInt8(ascii: "\n")) {
      bytes.append(UInt8(ascii: "\n"))
      withUnsafeBytes(of: UInt64(value.count).littleEndian) { bytes += $0 }
    } else {
      bytes.append(UInt8(ascii: "="))
    }
    bytes += value
    bytes.append(UInt8(ascii: "\n"))
  }
}
