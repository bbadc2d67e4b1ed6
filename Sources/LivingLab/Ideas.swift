import SyncCore

extension LivingLab {
  /// What people propose, and what others say to it.
  static let ideas = [idea, ideaLink, comment, support, tally, evaluation]

  static let idea = KindDeclaration(
    "idea", table: "ideas",
    publication: .shown([
      // An idea may be the session's own.
      .hidesContributions(of: "authors", unless: "publish_contribution", exempting: "session")
    ]),
    fields: [
      FieldDeclaration("challenge", .reference("challenge"), .immutable),
      FieldDeclaration("session", .session, .immutable),
      FieldDeclaration("origin", .text, .immutable),
      FieldDeclaration(
        "idea_kind",
        .choice(["idea", "improvement", "error_report", "new_use", "design", "need"]), .latest),
      FieldDeclaration("title", .text, .text),
      FieldDeclaration("body", .prose, .text),
      FieldDeclaration("authors", .participants, .addWins),
      FieldDeclaration("tags", .textSet, .addWins),
      FieldDeclaration("segments", .textSet, .addWins),
      FieldDeclaration("state", .state, .state(ideaLifecycle)),
      FieldDeclaration("visibility", .choice(visibilities), .visibility),
      FieldDeclaration("stage", .text, .authority),
      FieldDeclaration("willingness_to_pay", .money, .latest),
    ])

  /// How two ideas belong together. Merging never moves votes by itself.
  static let ideaLink = KindDeclaration(
    "idea_link", table: "idea_links", naturalKey: ["from", "to", "link_kind"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("from", .idea, .immutable),
      FieldDeclaration("to", .idea, .immutable),
      FieldDeclaration(
        "link_kind", .choice(["builds_on", "duplicate_of", "merged_into", "answers"]), .immutable),
      FieldDeclaration("active", .boolean, .latest),
    ])

  static let comment = KindDeclaration(
    "comment", table: "comments",
    publication: .shown([.hidesContributions(of: "author", unless: "publish_contribution")]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("parent", .reference("comment"), .immutable),
      FieldDeclaration("author", .participant, .immutable),
      FieldDeclaration("body", .prose, .text),
      FieldDeclaration("tone", .tone, .latest),
      FieldDeclaration(
        "comment_kind",
        .choice(["comment", "question", "critique", "staff_reply", "observation"]), .latest),
      FieldDeclaration("hidden", .boolean, .strictest(.booleans(strictest: true))),
    ])

  /// One person's vote for one idea on one ballot.
  static let support = KindDeclaration(
    "support", table: "supports", naturalKey: ["idea", "participant", "ballot"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("ballot", .text, .immutable),
      // −1, 0, 1 or points; null is a vote that was withdrawn.
      FieldDeclaration("value", .integer, .latest),
    ])

  /// Votes without names: hands, dots, paper.
  static let tally = KindDeclaration(
    "tally", table: "tallies", naturalKey: ["idea", "ballot", "session", "station", "batch"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("ballot", .text, .immutable),
      FieldDeclaration("session", .session, .immutable),
      FieldDeclaration("station", .text, .immutable),
      FieldDeclaration("batch", .text, .immutable),
      FieldDeclaration("count", .count, .register),
      FieldDeclaration("dots_per_person", .count, .register),
    ])

  static let evaluation = KindDeclaration(
    "evaluation", table: "evaluations", naturalKey: ["idea", "evaluator", "criterion"],
    publication: .shown([.hidesContributions(of: "evaluator", unless: "publish_contribution")]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("evaluator", .participant, .immutable),
      FieldDeclaration(
        "criterion", .choice(["desirability", "feasibility", "viability"]), .immutable),
      FieldDeclaration("score", .integer, .latest),
      FieldDeclaration("note", .prose, .latest),
    ])
}
