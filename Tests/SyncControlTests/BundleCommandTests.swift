import Foundation
import SyncControl
import Testing

@testable import labctl

@Suite("labctl bundle")
struct BundleCommandTests {
  private func run(
    _ arguments: [String], answering: @escaping PretendDaemon.Answering
  ) throws -> (run: Run, requests: [ControlRequest]) {
    let daemon = try PretendDaemon(answering: answering)
    defer { daemon.end() }
    let result = try labctl(["bundle"] + arguments + ["--socket", daemon.path])
    return (result, daemon.requests)
  }

  private static func path() -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(UUID()).bundle").path
  }

  private static func exporting(
    leftOut: Int = 0
  ) -> PretendDaemon.Answering {
    { request in
      guard case .bundleExport(let export) = request else { return [] }
      let contents = BundleContents(side: .lab, projects: ["p"], changes: 7, leftOut: leftOut)
      return try ControlCodec.encode(
        answer: export.cursor == nil
          ? BundlePiece(bytes: Data("LABSYNC".utf8), done: 3, total: 7, cursor: "a.1")
          : BundlePiece(
            bytes: Data("-BUNDLE".utf8), done: 7, total: 7, cursor: nil, contents: contents))
    }
  }

  @Test("export writes the pieces into one file of its user alone, and replaces one when told to")
  func export() throws {
    let file = Self.path()
    defer { unlink(file) }
    let made = try run(["export", file, "--project", "p"], answering: Self.exporting())
    #expect(made.run.status == 0, "\(made.run.errors)")
    #expect(made.run.output.contains("7 changes of 1 project, 14 bytes"))
    #expect(made.run.output.contains("Nothing is online by this"))
    #expect(
      made.requests == [
        .bundleExport(BundleExportRequest(project: "p")),
        .bundleExport(BundleExportRequest(cursor: "a.1")),
      ])
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "LABSYNC-BUNDLE")
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let again = try run(["export", file], answering: Self.exporting())
    #expect(again.run.status == 64 && again.requests.isEmpty)
    let partly = try run(
      ["export", file, "--replace", "--json"], answering: Self.exporting(leftOut: 2))
    #expect(partly.run.status == 3)
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(partly.run.output.utf8)) as? [String: Any])
    #expect(document["version"] as? Int == 1 && document["bytes"] as? Int == 14)
  }

  @Test("export that fails leaves no file")
  func failedExport() throws {
    let file = Self.path()
    let failed = try run(["export", file]) { request in
      if case .bundleExport(let export) = request, export.cursor == nil {
        return try ControlCodec.encode(
          answer: BundlePiece(bytes: Data([1]), done: 0, total: 7, cursor: "a.1"))
      }
      throw ControlFailure(what: "no bundle was made", why: "", remedy: "")
    }.run
    #expect(failed.status == 1)
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
  }

  private static func importing(_ result: BundleResult) -> PretendDaemon.Answering {
    { request in
      switch request {
      case .bundleUpload(let upload):
        return try ControlCodec.encode(
          answer: BundleUpload(cursor: upload.cursor.map { $0 + "x" } ?? "u"))
      case .bundleImport(let step) where step.cursor != "end":
        return try ControlCodec.encode(
          answer: BundleProgress(phase: .checking, done: 3, total: 7, cursor: "end"))
      case .bundleImport:
        return try ControlCodec.encode(
          answer: BundleProgress(phase: .applying, done: 7, total: 7, cursor: nil, result: result))
      default: return []
      }
    }
  }

  private static let sender = BundleResult.Sender(
    replica: "r", name: "Table 3", side: .lab, software: "labsyncd 0.1.0", at: 1_772_384_460_000)

  @Test("import hands the whole file over in pieces, names what was refused, and ends with 3")
  func importing() throws {
    let file = Self.path()
    defer { unlink(file) }
    let bytes = Data(
      (0..<(ControlProtocol.bundlePieceBytes + 5)).map { UInt8(truncatingIfNeeded: $0) })
    try bytes.write(to: URL(fileURLWithPath: file))
    let refusal = BundleResult.Refusal(
      replica: "s", name: "Table\u{1B} 4", project: "p", changes: 2, reason: "it is not let in")
    let result = BundleResult(
      sender: Self.sender, applied: 5, refused: 2, refusals: [refusal],
      words: "What was applied is here.")
    let done = try run(
      ["import", file, "--device", "Table 3"], answering: Self.importing(result))
    #expect(done.run.status == 3, "\(done.run.errors)")
    #expect(done.run.errors.contains("2 changes of Table\u{FFFD} 4: it is not let in"))
    #expect(done.run.output.contains("From Table 3 (a laptop), made 2026-03-01T"))
    #expect(done.run.output.contains("5 changes applied"))
    #expect(done.run.output.contains("What was applied is here."))
    var handed = Data()
    for case .bundleUpload(let upload) in done.requests {
      #expect(upload.size == (handed.isEmpty ? bytes.count : nil))
      handed += upload.bytes
      #expect(upload.isLast == (upload.bytes.count == 5))
    }
    #expect(handed == bytes)
    let steps = done.requests.suffix(2)
    #expect(
      Array(steps) == [
        .bundleImport(BundleImportRequest(cursor: "ux", device: "Table 3")),
        .bundleImport(BundleImportRequest(cursor: "end", device: "Table 3")),
      ])
  }

  @Test("import of all ends with 0, and with 3 where something is held or is elsewhere")
  func endings() throws {
    let file = Self.path()
    defer { unlink(file) }
    try Data([1]).write(to: URL(fileURLWithPath: file))
    let whole = BundleResult(sender: Self.sender, applied: 5)
    var held = whole
    held.held = 1
    var elsewhere = whole
    elsewhere.elsewhere = 1
    for (result, status) in [(whole, 0), (held, 3), (elsewhere, 3)] as [(BundleResult, Int32)] {
      let done = try run(["import", file, "--json"], answering: Self.importing(result)).run
      #expect(done.status == status, "\(done.errors)")
      #expect(done.output.contains(#""version":1"#))
    }
    let missing = try run(["import", file + ".none"], answering: Self.importing(whole))
    #expect(missing.run.status == 1 && missing.requests.isEmpty)
  }
}
