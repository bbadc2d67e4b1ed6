import SyncCore

extension LivingLab {
  /// Who takes part, what they agreed to, and what they are certified for.
  static let people = [
    participant, identityLink, consent, erasure, erasureReceipt, certificate,
  ]

  static let participant = KindDeclaration(
    "participant", table: "participants", handle: "code",
    publication: .shown([
      .replaces(field: "display_name", with: "code", unless: "publish_name")
    ]),
    fields: [
      FieldDeclaration("code", .text, .immutable),
      FieldDeclaration("display_name", .text, .register, personal: true),
      FieldDeclaration("contact", .text, .register, personal: true),
      FieldDeclaration("birth_band", .text, .latest, personal: true),
      FieldDeclaration("guardian", .text, .latest, personal: true),
      FieldDeclaration("locale", .text, .latest),
      // participant, ambassador, facilitator, staff, expert, sponsor
      FieldDeclaration("roles", .textSet, .addWins),
      FieldDeclaration("segments", .textSet, .addWins),
      FieldDeclaration("contacts_online", .count, .latest),
    ])

  /// Whether two participants are one person: a reversible union for counting.
  static let identityLink = KindDeclaration(
    "identity_link", table: "identity_links", naturalKey: ["a", "b"],
    fields: [
      FieldDeclaration("a", .participant, .immutable),
      FieldDeclaration("b", .participant, .immutable),
      FieldDeclaration("verdict", .choice(["same", "different"]), .authority),
      FieldDeclaration("evidence", .prose, .latest),
      FieldDeclaration("decided_by", .participant, .latest),
    ])

  static let consent = KindDeclaration(
    "consent", table: "consents", lane: .rights, role: .consent,
    naturalKey: ["participant", "purpose"],
    fields: [
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration(
        "purpose",
        .choice([
          "process", "publish_name", "publish_contribution", "photo", "recording", "contact",
          "sponsor", "research",
        ]), .immutable),
      FieldDeclaration(
        "state", .choice(["granted", "withdrawn"]), .strictest(.order(["withdrawn", "granted"]))),
      FieldDeclaration("version", .text, .latest),
      FieldDeclaration("evidence", .prose, .latest),
    ])

  static let erasure = KindDeclaration(
    "erasure", table: "erasures", lane: .rights, role: .erasure, naturalKey: ["participant"],
    fields: [
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("requested_at", .time, .immutable),
      FieldDeclaration("requested_by", .participant, .immutable),
    ])

  /// One replica's word that it has erased. Nobody writes it but LabSync.
  static let erasureReceipt = KindDeclaration(
    "erasure_receipt", table: "erasure_receipts", lane: .rights, role: .receipt,
    naturalKey: ["participant", "replica"],
    fields: [
      FieldDeclaration("participant", .participant, .immutable),
      FieldDeclaration("replica", .text, .immutable),
      FieldDeclaration("erased_at", .time, .earliest),
    ])

  static let certificate = KindDeclaration(
    "certificate", table: "certificates", lane: .rights,
    fields: [
      FieldDeclaration("holder", .participant, .immutable),
      FieldDeclaration("issuer", .text, .immutable),
      FieldDeclaration("level", .text, .immutable),
      FieldDeclaration("issued_on", .time, .immutable),
      FieldDeclaration("expires_on", .time, .immutable),
      FieldDeclaration("revoked", .boolean, .strictest(.booleans(strictest: true))),
    ])
}
