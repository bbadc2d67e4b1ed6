import SyncCore

extension LivingLab {
  /// What happens in a room, and who was there.
  static let sessions = [session, attendance, headcount]

  static let session = KindDeclaration(
    "session", table: "sessions", publication: .shown([]),
    fields: [
      FieldDeclaration("title", .text, .register),
      FieldDeclaration("venue", .text, .register),
      FieldDeclaration("planned_start", .time, .latest),
      FieldDeclaration("planned_end", .time, .latest),
      FieldDeclaration("method", .text, .latest),
      FieldDeclaration("started_at", .time, .earliest),
      FieldDeclaration("ended_at", .time, .greatest),
      FieldDeclaration("facilitators", .participants, .removeWins),
      FieldDeclaration("agenda", .prose, .text),
      FieldDeclaration("minutes", .prose, .text),
      FieldDeclaration("state", .state, .state(sessionLifecycle)),
    ])

  static let attendance = KindDeclaration(
    "attendance", table: "attendances", naturalKey: ["session", "participant"],
    fields: [
      FieldDeclaration("session", .session, .immutable),
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("arrived_at", .time, .earliest),
      FieldDeclaration("left_at", .time, .greatest),
      FieldDeclaration("walk_in", .boolean, .latest),
    ])

  /// Anonymous heads at one station.
  static let headcount = KindDeclaration(
    "headcount", table: "headcounts", naturalKey: ["session", "station"],
    publication: .shown([]),
    fields: [
      FieldDeclaration("session", .session, .immutable),
      FieldDeclaration("station", .text, .immutable),
      FieldDeclaration("people", .count, .register),
    ])
}
