import SyncCore

extension LivingLab {
  /// What the engagement is, and what accompanies its records.
  static let programme = [project, challenge, release, activity, attachment]

  static let project = KindDeclaration(
    "project", table: "projects", publication: .shown([]),
    fields: [
      FieldDeclaration("name", .text, .authority),
      FieldDeclaration("sponsor", .text, .authority),
      FieldDeclaration(
        "phase", .choice(["co_segmentation", "co_design", "co_creation", "co_promotion"]),
        .authority),
      FieldDeclaration("charter", .prose, .text),
    ])

  static let challenge = KindDeclaration(
    "challenge", table: "challenges", publication: .shown([]),
    fields: [
      FieldDeclaration("title", .text, .text),
      FieldDeclaration("brief", .prose, .text),
      FieldDeclaration("mode", .choice(["guided", "open"]), .immutable),
      FieldDeclaration("stage", .choice(stages), .authority),
      FieldDeclaration("opens_at", .time, .authority),
      FieldDeclaration("closes_at", .time, .authority),
      FieldDeclaration("visibility", .choice(visibilities), .visibility),
    ])

  /// How much of a cohort sees an idea that was built.
  static let release = KindDeclaration(
    "release", table: "releases", naturalKey: ["idea", "cohort"], publication: .shown([]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("cohort", .text, .immutable),
      // A roll-back wins over a step up that had not seen it.
      FieldDeclaration("percent", .integerIn(0, 100), .strictest(.smallerInteger)),
    ])

  /// The append-only feed that both sides read.
  static let activity = KindDeclaration(
    "activity", table: "activities", lane: .activity,
    fields: [
      FieldDeclaration("at", .time, .immutable),
      FieldDeclaration("activity_kind", .text, .immutable),
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("subject_kind", .text, .immutable),
      FieldDeclaration("subject", .anyReference, .immutable),
      FieldDeclaration("session", .session, .immutable),
      FieldDeclaration("touchpoint", .text, .immutable),
      FieldDeclaration("value", .integer, .immutable),
    ])

  /// What a file is and who is in it; its bytes travel on their own.
  static let attachment = KindDeclaration(
    "attachment", table: "attachments",
    publication: .shown([
      .hidesLikenesses(of: "people", unless: "photo"),
      .hidesLikenesses(of: "people", unless: "recording", mediaType: "audio/"),
      .hidesLikenesses(of: "people", unless: "recording", mediaType: "video/"),
    ]),
    fields: [
      FieldDeclaration("subject", .anyReference, .immutable),
      FieldDeclaration("media_type", .text, .immutable),
      FieldDeclaration("byte_count", .count, .immutable),
      FieldDeclaration("sha256", .text, .immutable),
      FieldDeclaration("caption", .text, .latest),
      FieldDeclaration("people", .participants, .addWins),
    ])
}
