import SyncCore

extension LivingLab {
  /// What the organisation takes back: only the online side writes these.
  static let rights = [void, revocation]

  /// One change that counts in no record any more.
  static let void = KindDeclaration(
    "void", table: "voids", lane: .rights, role: .void,
    naturalKey: ["replica", "lane", "sequence"],
    fields: [
      FieldDeclaration("replica", .text, .immutable),
      FieldDeclaration("lane", .integerIn(0, 2), .immutable),
      FieldDeclaration("sequence", .sequence, .immutable),
      FieldDeclaration(
        "state", .choice(["void", "released"]), .strictest(.order(["void", "released"]))),
      FieldDeclaration("reason", .prose, .latest),
    ])

  /// A replica whose changes count only up to these, lane by lane; a lane without one is void whole.
  /// Raising a number releases what was held.
  static let revocation = KindDeclaration(
    "revocation", table: "revocations", lane: .rights, role: .revocation,
    naturalKey: ["replica"],
    fields: [
      FieldDeclaration("replica", .text, .immutable),
      FieldDeclaration("last_rights", .sequence, .strictest(.smallerInteger)),
      FieldDeclaration("last_record", .sequence, .strictest(.smallerInteger)),
      FieldDeclaration("last_activity", .sequence, .strictest(.smallerInteger)),
      FieldDeclaration("reason", .prose, .latest),
    ])
}
