/// Why a request was not carried out, for a person: what was being done, what stood in the way,
/// what to try.
public struct ControlFailure: Error, Codable, Hashable, Sendable {
  /// What did not work, without a full stop: `there is no idea 0195…`.
  public var what: String
  /// The cause, without a full stop.
  public var why: String
  /// What the person can do, without a full stop.
  public var remedy: String
  /// The exit status of a command that ends with this.
  public var exit: ExitStatus

  public init(what: String, why: String, remedy: String, exit: ExitStatus = .failed) {
    self.what = what
    self.why = why
    self.remedy = remedy
    self.exit = exit
  }

  private enum CodingKeys: String, CodingKey {
    case what, why, exit
    case remedy = "try"
  }
}

extension ControlFailure: CustomStringConvertible {
  /// One line: `what (why). Try: remedy`. Parts that are empty are left out.
  public var description: String {
    let cause = why.isEmpty ? "" : " (\(why))"
    return remedy.isEmpty ? "\(what)\(cause)" : "\(what)\(cause). Try: \(remedy)"
  }
}
