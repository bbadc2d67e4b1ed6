import SyncCore

/// Why the store could not do what was asked: what was being done, what happened, what to try.
public enum StoreError: Error, Hashable, Sendable {
  /// The file was written by a newer LabSync and is left untouched.
  case newerVersion(path: String, found: Int, known: Int)
  /// The file is an SQLite database but not a store.
  case notAStore(path: String)
  /// The store belongs to the other side.
  case otherSide(path: String, found: String)
  /// SQLite said no.
  case database(doing: String, message: String, code: Int32)
  /// The store contradicts itself: our own bug, or a damaged file.
  case inconsistent(String)
  /// A command names something that is not here, or breaks a rule of its kind.
  case refused(what: String, why: String, hint: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .newerVersion(let path, let found, let known):
      "The store \(path) has version \(found), and this LabSync knows versions up to \(known). "
        + "Nothing in it was changed. Install the newer LabSync again."
    case .notAStore(let path):
      "\(path) is an SQLite database but no LabSync store. Create one with: labsyncd init"
    case .otherSide(let path, let found):
      "The store \(path) is of the \(found) side. Start labsyncd \(found) with it instead."
    case .database(let doing, let message, let code):
      refusalWords.map {
        "\($0.prefix(1).uppercased())\($0.dropFirst()). Nothing is lost, and it goes on by itself when the "
          + "trigger lets it through. To do: \(Self.triggerRemedy)."
      } ?? "While \(doing): \(message) (SQLite code \(code))."
    case .inconsistent(let what):
      "The store contradicts itself: \(what). Copy the file away before anything else."
    case .refused(let what, let why, let hint):
      "\(what): \(why). \(hint)"
    }
  }
}

extension StoreError: StoreRefusal {
  /// What to do about a trigger that is not LabSync's and refuses.
  public static let triggerRemedy = """
    change or drop it; those that are not LabSync's: SELECT name, tbl_name FROM sqlite_schema WHERE \
    type = 'trigger' AND name NOT LIKE 'sync\\_%' ESCAPE '\\'
    """

  /// SQLite's `SQLITE_CONSTRAINT_TRIGGER`: a trigger raised it. While the daemon writes, none of ours does.
  private static let raised: Int32 = 1811
  private static let longestTriggerWords = 200

  /// Says which table, and the trigger's own words.
  public var refusalWords: String? {
    guard case .database(let doing, let message, Self.raised) = self else { return nil }
    let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    let words = String(line.unicodeScalars.prefix(Self.longestTriggerWords))
    return "a trigger in the store refused \(doing), with the words “\(words)”"
  }
}
