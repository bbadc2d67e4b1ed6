import SyncCore

/// The domain of a living lab, declared: tables, capture triggers, listings, import and export all
/// follow from these values.
public enum LivingLab {
  /// Every record kind. Kinds and fields are only ever appended.
  public static let schema = Schema(kinds: programme + people + sessions + ideas + service + rights)
}

extension FieldType {
  /// A number of people, dots, views or bytes.
  static let count = FieldType.integerIn(0, 1_000_000_000_000)
  /// A place in a replica's sequence.
  static let sequence = FieldType.integerIn(0, .max)
  /// Against, neutral, for.
  static let tone = FieldType.integerIn(-1, 1)

  static let participant = FieldType.reference("participant")
  static let participants = FieldType.referenceSet("participant")
  static let session = FieldType.reference("session")
  static let idea = FieldType.reference("idea")
}

extension MergeRule {
  /// Who may see a record, the fewest first.
  static let visibility = MergeRule.strictest(.order(LivingLab.visibilities))
}

extension LivingLab {
  static let visibilities = ["lab", "cohort", "public"]
  /// How far a challenge is, in the life of what it is about.
  static let stages = ["creation", "launch", "improvement", "maturity"]
}
