import Foundation

/// The package's own sources, as text.
struct SourceTree {
  let root: URL

  init() {
    root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  struct File {
    /// From the package's folder: `Sources/SyncCore/Limits.swift`.
    var path: String
    var lines: [String]

    /// `SyncCore` of `Sources/SyncCore/Limits.swift`.
    var module: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// The modules that the file imports.
    var imports: [String] {
      lines.compactMap { line in
        var words = line.split(separator: " ")
        if words.first == "@testable" { words.removeFirst() }
        guard words.first == "import", words.count > 1 else { return nil }
        let name = words.count > 2 ? words[2] : words[1]
        return name.split(separator: ".").first.map(String.init)
      }
    }
  }

  /// The Swift files below a folder, sorted by path. Generated code is left out.
  func files(below folder: String) throws -> [File] {
    let names = try FileManager.default.subpathsOfDirectory(
      atPath: root.appendingPathComponent(folder).path)
    return try names.sorted()
      .filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }
      .map { name in
        let path = "\(folder)/\(name)"
        let text = try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
        return File(path: path, lines: text.components(separatedBy: "\n"))
      }
  }
}
