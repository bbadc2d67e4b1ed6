/// What a look at everything came to.
struct DoctorReport: Codable, Hashable, Sendable {
  var findings: [Finding]
  /// What `--fix` did, in words.
  var mended: [String] = []

  struct Finding: Codable, Hashable, Sendable {
    enum State: String, Codable, Hashable, Sendable {
      case good, warning, problem, skipped
    }

    /// What was looked at, the same at every run: `name`, `port`, `key`.
    var check: String
    var state: State
    /// One sentence for a person.
    var words: String
    /// What to do; nil where nothing has to be done.
    var remedy: String?

    var isProblem: Bool { state == .problem }

    private enum CodingKeys: String, CodingKey {
      case check, state, words
      case remedy = "try"
    }
  }
}
