import Glibc
import Logging
import SyncControl
import SyncWire

/// What stands in the way of a bundle, in words: what is wrong with the file, and what the disk and the
/// store refuse.
enum BundleFailure {
  static func words(for error: any Error, in logger: Logger) -> ControlFailure {
    switch error {
    case let error as BundleError:
      return ControlFailure(
        what: "the bundle was not taken, and nothing was changed", why: "\(error)",
        remedy: remedy(for: error))
    case let gap as CarriedChains.Gap:
      return BundleCheck.failure(gap, names: ReplicaNames())
    case let error as SystemError:
      logger.error("a bundle was not taken", metadata: ["why": "\(error)"])
      return words(for: error)
    default:
      return ControlFailure(of: error, in: logger)
    }
  }

  /// The same, where a part was applied before.
  static func wordsInPart(for error: any Error, in logger: Logger) -> ControlFailure {
    if let failure = error as? ControlFailure { return failure }
    let failure = words(for: error, in: logger)
    let why = failure.why.isEmpty ? "" : ": \(failure.why)"
    return inPart(
      why: failure.what + why,
      remedy: (failure.remedy.isEmpty ? "" : "\(failure.remedy); then ") + again)
  }

  static func inPart(why: String, remedy: String = again) -> ControlFailure {
    ControlFailure(
      what: "the bundle was taken in part", why: why, remedy: remedy, exit: .partlyDone)
  }

  /// The disk has no room for it but what is kept free.
  static let noRoom = ControlFailure(
    what: "the bundle was not taken, and nothing was changed",
    why: "\(ControlFailure.fullDisk.why) but for what capture and sync need",
    remedy: ControlFailure.fullDisk.remedy)

  private static let again = "the same again: what was taken stays once"

  private static func words(for error: SystemError) -> ControlFailure {
    let (why, remedy) =
      switch error.code {
      case ENOSPC, EDQUOT: (ControlFailure.fullDisk.why, ControlFailure.fullDisk.remedy)
      case EIO: ("\(error)", "check the disk")
      default: ("\(error)", ControlFailure.anyError)
      }
    return ControlFailure(what: "the bundle was not taken", why: why, remedy: remedy)
  }

  private static func remedy(for error: BundleError) -> String {
    switch error {
    case .notABundle: "a file that labctl bundle export has made"
    case .newerVersion: "install the newer LabSync here"
    case .cutOrChanged, .undecodable, .malformed:
      "copy it again from where it was made, or make another"
    }
  }
}
