import Logging
import SQLiteStore
import SyncControl

extension ControlFailure {
  /// What an error means to the person who asked; what is no matter of the request alone stands in the
  /// log, too, in its own words.
  init(of error: any Error, in logger: Logger) {
    switch error {
    case is ControlFailure, is ConfigurationError, StoreError.refused: break
    default: logger.error("a request failed", metadata: ["why": "\(error)"])
    }
    self.init(describing: error)
  }

  /// What a full disk is called, whoever notices it.
  static let fullDisk = (why: "the disk is full", remedy: "free some space; nothing was lost")
  static let anyError = "see what it logged: journalctl -u 'labsyncd-*' -n 20"

  /// What an error of the store means to a person.
  private init(describing error: any Error) {
    switch error {
    case let failure as ControlFailure: self = failure
    case let error as StoreError: self.init(error)
    case let error as ConfigurationError:
      self.init(
        what: "what was given can not be used",
        why: error.problems.map(\.description).joined(separator: "; "),
        remedy: "", exit: .usage)
    default:
      self.init(
        what: "the request could not be carried out", why: "labsyncd met an unexpected error",
        remedy: Self.anyError)
    }
  }

  private init(_ error: StoreError) {
    switch error {
    case .refused(let what, let why, let hint):
      self.init(
        what: "\(what.withSmallInitial): \(why.withoutFullStop)", why: "",
        remedy: hint.withSmallInitial.withoutFullStop)
    case .database(let doing, let message, _) where error.refusalWords != nil:
      self.init(
        what: "\(doing) did not work", why: "a trigger in the store refused it: \(message)",
        remedy: StoreError.triggerRemedy)
    case .database(let doing, let message, let code):
      self.init(databaseCode: code, doing: doing, message: message)
    case .inconsistent(let what):
      self.init(
        what: "the store contradicts itself", why: what,
        remedy: "stop labsyncd and copy the store away before anything else")
    case .newerVersion, .notAStore, .otherSide:
      self.init(
        what: "the store can not be used", why: "\(error)".withoutFullStop, remedy: "")
    }
  }

  /// The primary result codes of <https://www.sqlite.org/rescode.html>.
  private init(databaseCode code: Int32, doing: String, message: String) {
    let (why, remedy) =
      switch code & 0xFF {
      case 5, 6: ("another program keeps the store locked", "try again, or end that program")
      case 8: ("the store can not be written to", "check who owns the store's file and folder")
      case 10: ("the disk reported an error: \(message)", "check the disk")
      case 11, 26:
        (
          "the store's file is damaged",
          "stop labsyncd, copy the file away, and restore a backup (see the runbook)"
        )
      case 13: (Self.fullDisk.why, Self.fullDisk.remedy)
      default: (message, Self.anyError)
      }
    self.init(what: "\(doing) did not work", why: why, remedy: remedy)
  }
}

extension String {
  fileprivate var withoutFullStop: String { hasSuffix(".") ? String(dropLast()) : self }

  /// In the middle of a sentence.
  fileprivate var withSmallInitial: String {
    prefix(1).lowercased() + dropFirst()
  }
}
