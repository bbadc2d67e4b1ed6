import DeveloperRig
import Foundation
import SyncControl
import Testing

extension SystemTests {
  @Suite("An import")
  struct ImportTests {
    private static let good = [
      #"{"kind":"idea","key":"t:1","at":"2026-01-01T00:00:00Z","fields":{"title":"roof"}}"#,
      // Of an idea that is not here.
      #"{"kind":"comment","key":"t:k1","at":"2026-01-01T00:00:00Z","fields":{"idea":"t:77","body":"yes"}}"#,
    ]

    private static let bad: [(line: [UInt8], reason: String)] = [
      (Array("this is no JSON".utf8), "not JSON"),
      (Array(#"{"kind":"planet","key":"t:2","fields":{}}"#.utf8), "unknown kind \"planet\""),
      (
        Array(#"{"kind":"idea","key":"t:3","fields":{"colour":"red"}}"#.utf8),
        "has no field \"colour\""
      ),
      (Array(#"{"kind":"headcount","key":"t:4","fields":{"people":"many"}}"#.utf8), "people"),
      (
        Array(#"{"kind":"idea","key":"t:5","fields":{"title":""#.utf8)
          + [UInt8](repeating: UInt8(ascii: "x"), count: 2001) + Array(#""}}"#.utf8), "title"
      ),
      (
        Array(#"{"kind":"idea","key":"t:6","fields":{"title":""#.utf8) + [0xFF]
          + Array(#""}}"#.utf8), "UTF-8"
      ),
    ]

    @Test("reports each bad line by number and reason, takes the others, and ends with 3")
    func badLines() throws {
      let lab = try Lab(laptops: 1)
      let laptop = lab.laptops[0]
      try laptop.start()
      let file = "\(lab.folder)/lines.jsonl"
      var bytes: [UInt8] = []
      for line in [Array(Self.good[0].utf8)] + Self.bad.map(\.line) + [Array(Self.good[1].utf8)] {
        bytes += line + [UInt8(ascii: "\n")]
      }
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      let run = try laptop.labctl(["import", file])
      #expect(run.ending.exitStatus == 3)
      for (offset, bad) in Self.bad.enumerated() {
        let line = run.errors.split(separator: "\n").first {
          $0.hasPrefix("\(file):\(offset + 2): ")
        }
        #expect(line?.contains(bad.reason) == true, "\(bad.reason): \(run.errors)")
      }
      #expect(run.output.contains("2 lines taken"))
      let database = try laptop.database(isReadOnly: true)
      #expect(try database.integer("SELECT count(*) FROM ideas") == 1)
      #expect(try database.integer("SELECT count(*) FROM comments") == 1)
      let again = try laptop.labctl(["import", file, "--json"])
      #expect(again.ending.exitStatus == 3)
      #expect(again.output.contains(#""changed":0"#))
    }
  }
}
