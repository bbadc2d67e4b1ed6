import Glibc
import SyncControl

/// How times, numbers and values are written for a person.
enum Words {
  /// A time as RFC 3339 with this machine's offset: `2026-03-01T18:04:05+01:00`.
  static func time(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S%z", &parts)
    let digits = String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return "\(digits.dropLast(2)):\(digits.suffix(2))"
  }

  /// A time and how long ago it was.
  static func timeAndAge(_ milliseconds: Int64) -> String {
    let age = (wallMilliseconds() - milliseconds) / 1000
    return age < 0 ? time(milliseconds) : "\(time(milliseconds)) (\(duration(Int(age))) ago)"
  }

  /// A duration in its largest unit: `12 s`, `3 min`, `5 h`, `2 days`.
  static func duration(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) days"
    }
  }

  /// `1 change`, `2 changes`, `12,345 changes`.
  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// `a` or `an`, before a kind's name.
  static func article(_ name: String) -> String {
    name.first.map { "aeiou".contains($0) } ?? false ? "an" : "a"
  }

  /// A number with its thousands apart.
  static func grouped(_ number: Int) -> String {
    var text = ""
    for (index, digit) in String(number.magnitude).reversed().enumerated() {
      if index > 0, index.isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(text.reversed())
  }

  /// Bytes in a unit that people say: `640 kB`, `12.5 MB`.
  static func bytes(_ bytes: Int64) -> String {
    switch bytes {
    case ..<1000: return "\(bytes) bytes"
    case ..<1_000_000: return "\(bytes / 1000) kB"
    case ..<1_000_000_000: return "\(bytes / 1_000_000).\(bytes / 100_000 % 10) MB"
    default: return "\(bytes / 1_000_000_000).\(bytes / 100_000_000 % 10) GB"
    }
  }

  /// A value of a field: a text as it stands, anything else as JSON, nothing for null.
  static func value(_ value: JSON) throws(ControlFailure) -> String {
    switch value {
    case .null: ""
    case .text(let text): text
    case .array(let elements) where elements.allSatisfy(\.isText):
      try elements.map { (element) throws(ControlFailure) in try Words.value(element) }
        .joined(separator: ", ")
    case .boolean, .integer, .number, .array, .object: try ControlCodec.text(of: value)
    }
  }

  private static func wallMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension JSON {
  fileprivate var isText: Bool {
    switch self {
    case .text: true
    case .null, .boolean, .integer, .number, .array, .object: false
    }
  }
}
