import DeveloperRig
import Foundation

/// Measures the memory of labsyncd and labctl during a long import, and of an idle labsyncd.
struct ImportMeasurement {
  var lines: Int

  func run() throws {
    var checks = Checklist()
    let lab = try Lab(laptops: 1)
    let laptop = lab.laptops[0]
    let file = "\(lab.folder)/lines.jsonl"
    try timed("writing \(Figures.grouped(lines)) lines") { try writeLines(to: file) }
    try laptop.start()
    // Idle, and not at the end of its start.
    Deadline.pause(milliseconds: 2_000)
    let idle = try laptop.figures().residentBytes
    let start = Deadline.monotonicMilliseconds
    let command = try Command.run(
      lab.programs.control, ["import", file, "--socket", laptop.socketPath], folder: lab.folder,
      seconds: 7200)
    let duration = Deadline.monotonicMilliseconds - start
    let busy = try laptop.figures()
    checks.expect("exit status of labctl", command.ending.exitStatus ?? -1, 0)
    checks.note("labctl said", command.output.split(separator: "\n").last.map(String.init) ?? "")
    checks.note("lines of progress", "\(command.errors.split(separator: "\n").count)")
    checks.note(
      "import",
      "\(Figures.duration(milliseconds: duration)), "
        + "\(Figures.grouped(lines * 1000 / max(1, duration))) lines a second")
    checks.note("idle labsyncd before", Figures.megabytes(idle))
    checks.note("idle labsyncd after", Figures.megabytes(busy.residentBytes))
    checks.note("peak of labsyncd", Figures.megabytes(busy.peakResidentBytes))
    checks.note("peak of labctl", Figures.megabytes(command.ending.peakResidentBytes))
    checks.expect("idle labsyncd within 40 MB", idle <= 40_000_000, true)
    let peak = max(busy.peakResidentBytes, command.ending.peakResidentBytes)
    checks.expect("import within 200 MB", peak <= 200_000_000, true)
    try laptop.stop()
    try checks.finish()
  }

  /// Two ideas, four comments, four activities, and so on.
  private func writeLines(to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw RigError("\(path) can not be written") }
    var bytes: [UInt8] = []
    for number in 0..<lines {
      let idea = number / 10 * 2
      let words = "What was said about the garden on the roof, number \(number). It was said twice."
      let text =
        switch number % 10 {
        case 0, 1:
          #"{"kind":"idea","key":"b:\#(idea + number % 10)","at":1760000000000,"fields":{"title":"#
            + #""Idea \#(number)","body":"\#(words)","idea_kind":"idea"}}"#
        case 2...5:
          #"{"kind":"comment","key":"b:k\#(number)","at":1760000000000,"fields":{"idea":"#
            + #""b:\#(idea)","body":"\#(words)","tone":1}}"#
        default:
          #"{"kind":"activity","key":"b:a\#(number)","at":1760000000000,"fields":{"at":"#
            + #"1760000000000,"activity_kind":"view","value":1}}"#
        }
      bytes += Array(text.utf8) + [UInt8(ascii: "\n")]
      if bytes.count > 1 << 20 {
        try file.write(contentsOf: Data(bytes))
        bytes.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: Data(bytes))
    try file.close()
  }
}
