import SyncCore

extension LivingLab {
  /// What the organisation does for people, what they say of it, and what came of it.
  static let service = [serviceCase, mention, outcome]

  static let serviceCase = KindDeclaration(
    "case", table: "cases",
    fields: [
      FieldDeclaration(
        "case_kind",
        .choice(["complaint", "query", "order", "appointment", "replacement", "churn_risk"]),
        .immutable),
      FieldDeclaration("opened_at", .time, .immutable),
      FieldDeclaration("case_channel", .text, .immutable),
      FieldDeclaration("participant", .participant, .latest),
      FieldDeclaration("assignee", .participant, .latest),
      FieldDeclaration("state", .state, .state(caseLifecycle)),
      FieldDeclaration("first_response_at", .time, .earliest),
      FieldDeclaration("resolved_at", .time, .latest),
      FieldDeclaration("cost_minor", .integer, .latest),
      FieldDeclaration("currency", .text, .latest),
      FieldDeclaration("resolution", .prose, .text),
    ])

  static let mention = KindDeclaration(
    "mention", table: "mentions", lane: .activity, naturalKey: ["network", "external_id"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("network", .text, .immutable),
      FieldDeclaration("external_id", .text, .immutable),
      FieldDeclaration(
        "mention_kind", .choice(["share", "mention", "recommendation"]), .immutable),
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("campaign", .text, .immutable),
      FieldDeclaration("reach", .count, .greatest),
      FieldDeclaration("interactions", .count, .greatest),
      FieldDeclaration("sentiment", .tone, .authority),
    ])

  /// What an idea saved or earned in a period.
  static let outcome = KindDeclaration(
    "outcome", table: "outcomes", naturalKey: ["idea", "outcome_kind", "period"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("idea", .idea, .immutable),
      FieldDeclaration("outcome_kind", .text, .immutable),
      FieldDeclaration("period", .text, .immutable),
      FieldDeclaration("amount_minor", .integer, .register),
      FieldDeclaration("currency", .text, .register),
      FieldDeclaration(
        "status", .choice(["estimated", "confirmed"]), .furthest(["estimated", "confirmed"])),
      FieldDeclaration("evidence", .prose, .latest),
    ])
}
