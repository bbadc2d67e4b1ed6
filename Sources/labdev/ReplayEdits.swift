import DeveloperRig
import Foundation
import SyncControl

/// The edits that the second laptop and the online side make without knowing of each other.
struct ReplayEdits {
  /// Texts that both sides edit in different sentences, and as many in the same sentence.
  static let pairs = 50
  /// Ideas that the laptop edits in other fields than the decision.
  static let others = 100
  static let tag = "revised"

  /// A text that both sides edit.
  struct Text {
    var key: String
    var laptop: String
    var online: String
    /// Both edits in one text; nil where they are in the same sentence.
    var merged: String?
  }

  private(set) var texts: [Text] = []
  private(set) var otherKeys: [String] = []
  /// What was decided, of every idea that is edited.
  private(set) var decisions: [String: String] = [:]

  /// Takes the first ideas of both sides' files in turn that have a body of three sentences or more.
  init(_ data: DataFolder) throws {
    let files = try ["lab.jsonl", "online.jsonl"].map { file in
      try data.lines(file).map(RecordLine.init).filter { $0.kind == "idea" }
    }
    for (spoken, written) in zip(files[0], files[1]) {
      for idea in [spoken, written] { take(idea) }
    }
    guard texts.count == Self.pairs * 2, otherKeys.count == Self.others else {
      throw RigError("the data has too few ideas of three sentences")
    }
    let edited = Set(texts.map(\.key) + otherKeys)
    for decision in try data.lines("decisions.jsonl").map(RecordLine.init)
    where edited.contains(decision.key) {
      decisions[decision.key] = decision.text("state")
    }
  }

  private mutating func take(_ idea: RecordLine) {
    let sentences = (idea.text("body") ?? "").components(separatedBy: ". ")
    let isLong = sentences.count >= 3 && sentences.allSatisfy { $0.utf8.count >= 10 }
    if isLong, texts.count < Self.pairs {
      texts.append(
        Text(
          key: idea.key, laptop: Self.edited(sentences, [0: "(from the room)"]),
          online: Self.edited(sentences, [2: "(from the site)"]),
          merged: Self.edited(sentences, [0: "(from the room)", 2: "(from the site)"])))
    } else if isLong, texts.count < Self.pairs * 2 {
      texts.append(
        Text(
          key: idea.key, laptop: Self.edited(sentences, [1: "(from the room)"]),
          online: Self.edited(sentences, [1: "(from the site)"]), merged: nil))
    } else if otherKeys.count < Self.others {
      otherKeys.append(idea.key)
    }
  }

  /// The text with words before the ends of some sentences.
  private static func edited(_ sentences: [String], _ additions: [Int: String]) -> String {
    sentences.enumerated().map { number, sentence in
      guard let addition = additions[number] else { return sentence }
      // The last one keeps its own full stop at the end.
      return number == 0 || number < sentences.count - 1
        ? "\(sentence) \(addition)" : "\(addition) \(sentence)"
    }.joined(separator: ". ")
  }

  /// 100 texts, and 100 other fields: a tag more on half of them, another kind on the others.
  var onLaptop: [SetRequest] {
    texts.map { SetRequest(kind: "idea", id: $0.key, fields: ["body": .text($0.laptop)]) }
      + otherKeys.enumerated().map { number, key in
        number % 2 == 0
          ? SetRequest(kind: "idea", id: key, fields: [:], adding: ["tags": [Self.tag]])
          : SetRequest(kind: "idea", id: key, fields: ["idea_kind": .text("improvement")])
      }
  }

  var online: [SetRequest] {
    texts.map { SetRequest(kind: "idea", id: $0.key, fields: ["body": .text($0.online)]) }
  }
}

/// What became of the edits on one machine.
struct ReplayFindings {
  private(set) var merged = 0
  private(set) var conflicting = 0
  private(set) var unexpectedConflicts = 0
  private(set) var otherFields = 0
  private(set) var decided = 0

  init(_ edits: ReplayEdits, on machine: Machine) throws {
    var shown: [String: RecordRow] = [:]
    for key in edits.texts.map(\.key) + edits.otherKeys {
      let record = try machine.ask(ShowRequest(kind: "idea", id: key)).record
      shown[key] = record
      if let decision = edits.decisions[key], record.fields["state"] == .text(decision) {
        decided += 1
      }
    }
    let conflicts = try Self.openConflicts(on: machine)
    var expected = 0
    for text in edits.texts {
      guard let record = shown[text.key] else { continue }
      if let merged = text.merged {
        if record.fields["body"] == .text(merged) { self.merged += 1 }
      } else if let summary = conflicts["\(record.id)/body"] {
        expected += 1
        let values = try machine.ask(ConflictShowRequest(id: summary.id)).values.map(\.value)
        if Set(values) == [.text(text.laptop), .text(text.online)] { conflicting += 1 }
      }
    }
    unexpectedConflicts = conflicts.count - expected
    for (number, key) in edits.otherKeys.enumerated() {
      let fields = shown[key]?.fields ?? [:]
      let isThere =
        number % 2 == 0
        ? fields["tags"]?.elements.contains(.text(ReplayEdits.tag)) == true
        : fields["idea_kind"] == .text("improvement")
      if isThere { otherFields += 1 }
    }
  }

  /// By record and field.
  static func openConflicts(on machine: Machine) throws -> [String: ConflictSummary] {
    var conflicts: [String: ConflictSummary] = [:]
    var request = ConflictListRequest(status: .open)
    repeat {
      let page = try machine.ask(request)
      for conflict in page.conflicts {
        conflicts["\(conflict.record)/\(conflict.field)"] = conflict
      }
      request.cursor = page.cursor
    } while request.cursor != nil
    return conflicts
  }
}

extension JSON {
  /// The elements of an array; none of anything else.
  fileprivate var elements: [JSON] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }
}
