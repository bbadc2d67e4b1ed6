import SyncCore

/// Every effective setting and where it came from, for `labsyncd check-config`. It holds no secret:
/// secrets are files, and no setting names their content.
public struct ConfigurationReport: CustomStringConvertible, Sendable {
  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// One setting a line, `name: value  # origin`, aligned; the part before `#` is YAML.
  public var description: String {
    let rows = configuration.effective.map { setting in
      (
        text: "\(setting.setting.rawValue): \(Self.text(of: setting))",
        origin: setting.texts.isEmpty ? "not set" : "\(setting.origin)"
      )
    }
    let width = rows.map(\.text.count).max() ?? 0
    let lines = rows.map { row in
      row.text + String(repeating: " ", count: width - row.text.count) + "  # " + row.origin
    }
    return (["side: \(configuration.side.name)"] + lines).joined(separator: "\n")
  }

  /// Variables that look like settings and are none: likely a slip.
  public static func strayVariables(in environment: [String: String]) -> [String] {
    let known = Setting.allCases.map(\.environmentName) + ["LABSYNC_SOCKET"]
    return environment.keys.filter { $0.hasPrefix("LABSYNC_") && !known.contains($0) }.sorted()
  }

  private static func text(of setting: EffectiveSetting) -> String {
    let texts = setting.texts.map(quoted)
    if setting.setting.isList { return "[\(texts.joined(separator: ", "))]" }
    return texts.first ?? "~"
  }

  /// A text as YAML in double quotes.
  static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar.value {
      case 0x22, 0x5C: result += "\\\(scalar)"
      case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
        let number = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - number.count) + number
      default: result.unicodeScalars.append(scalar)
      }
    }
    return "\"\(escaped)\""
  }
}
