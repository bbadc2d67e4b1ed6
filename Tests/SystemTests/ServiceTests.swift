import DeveloperRig
import Foundation
import Testing

extension SystemTests {
  @Suite("What the packages put in place")
  struct ServiceTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
      try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    @Test("Each directive of a unit has its reason", arguments: ["lab", "online"])
    func reasons(side: String) throws {
      var isExplained = false
      for line in try Self.text("Deploy/systemd/labsyncd-\(side).service").split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        if line.hasPrefix("#") {
          isExplained = true
        } else if line.isEmpty || line.hasPrefix("[") {
          isExplained = false
        } else if !["Description", "Documentation", "WantedBy"].contains(
          where: { line.hasPrefix($0) })
        {
          #expect(isExplained, "\(line) has no reason")
        }
      }
    }

    @Test(
      "A unit leaves little to exploit",
      .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/systemd-analyze")),
      arguments: ["lab", "online"])
    func exposure(side: String) throws {
      let unit = Self.root.appendingPathComponent("Deploy/systemd/labsyncd-\(side).service").path
      let analysis = try Command.run(
        "/usr/bin/systemd-analyze",
        ["security", "--offline=true", "--no-pager", "--threshold=15", unit], folder: "/tmp")
      #expect(analysis.ending.exitStatus == 0, "\(analysis.output.suffix(200))")
      let check = try Command.run(
        "/usr/bin/systemd-analyze", ["verify", "--man=no", unit], folder: "/tmp")
      // It ends with 0 on a key that it does not know; the program is not installed here.
      let complaints = check.errors.split(separator: "\n").filter {
        $0.contains("labsyncd") && !$0.contains("is not executable")
      }
      #expect(complaints.isEmpty, "\(complaints)")
    }

    @Test("The programs' help becomes man pages and completions that name every command")
    func pages() throws {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
      defer { try? FileManager.default.removeItem(at: folder) }
      let script = Self.root.appendingPathComponent("Deploy/generate-pages").path
      let made = try Command.run(
        "/bin/bash", [script, Programs.find().folder, folder.path], folder: "/tmp")
      #expect(made.ending.exitStatus == 0, "\(made.errors)")
      for path in [
        "man/man1/labctl.1", "man/man1/labctl-conflict.1", "man/man1/labctl-doctor.1",
        "man/man8/labsyncd.8", "bash-completion/completions/labctl",
        "zsh/vendor-completions/_labctl", "fish/vendor_completions.d/labctl.fish",
      ] {
        let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
        #expect(text.count > 500, "\(path)")
        if path.hasSuffix(".1") { #expect(text.hasPrefix(".TH")) }
      }
      let help = try String(
        contentsOf: folder.appendingPathComponent("man/man1/labctl.1"), encoding: .utf8)
      for command in ["status", "doctor", "leave\\-check", "backup", "fleet"] {
        #expect(help.contains("labctl\\-\(command)"), "\(command)")
      }
      // How a command is called, with what stands for a value, and options that are named like another's.
      for (page, words) in [
        (
          "man1/labctl-report.1",
          "labctl report\\fR \\fI<report>\\fR [\\fB\\-\\-from\\fR \\fI<date>\\fR]"
        ),
        ("man1/labctl-conflict.1", "labctl conflict undo\\fR \\fI<id>\\fR"),
        ("man1/labctl-consent.1", "\\fB\\-\\-text\\-version\\fR \\fI<version>\\fR"),
        ("man1/labctl-join.1", ".TP\n\\fB\\-\\-timeout\\fR \\fI<seconds>\\fR"),
        ("man8/labsyncd.8", "labsyncd join\\fR \\fB\\-\\-dir\\fR \\fI<folder>\\fR"),
        ("man8/labsyncd.8", ".TP\n\\fB\\-\\-socket\\fR \\fI<path>\\fR"),
      ] {
        let text = try String(
          contentsOf: folder.appendingPathComponent("man/\(page)"), encoding: .utf8)
        #expect(text.contains(words), "\(page): \(words)")
      }
    }

    @Test("Every labctl command in the runbook is one, and is run")
    func runbook() throws {
      let programs = try Programs.find()
      var machine: Substring?
      var commands = 0
      for line in try Self.text("Deploy/RUNBOOK.md").split(separator: "\n") {
        if line.hasPrefix("```") {
          let words = line.dropFirst(3).split(separator: " ")
          machine = words.count > 1 ? words[1] : nil
          #expect(words.count < 2 || ["lab", "online"].contains(words[1]), "\(line)")
          #expect(words.count < 3, "\(line)")
          continue
        }
        guard machine != nil, line.hasPrefix("labctl ") else { continue }
        let words = line.split(separator: " ").dropFirst().map(String.init)
        let path = words.prefix { $0.allSatisfy { $0.isLetter || $0 == "-" } && $0.first != "-" }
        let isNested = ["conflict", "parked", "peer", "erase"].contains(words[0])
        let names = Array(path.prefix(isNested ? 2 : 1))
        let help = try Command.run(programs.control, ["help"] + names, folder: "/tmp")
        #expect(help.ending.exitStatus == 0, "\(line)")
        #expect(help.output.contains("USAGE: labctl \(names.joined(separator: " "))"), "\(line)")
        for option in words where option.hasPrefix("--") {
          #expect(help.output.contains(option), "\(line): \(option)")
        }
        commands += 1
      }
      #expect(commands > 20)
    }
  }
}
