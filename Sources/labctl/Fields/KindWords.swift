import LivingLab
import SyncCore

/// What the declarations do not say of a kind, for a person who wants to write one.
struct KindWords {
  /// One line, without a full stop.
  var words: String
  /// Behind `labctl add KIND`; nil where nobody writes it by hand.
  var example: String?
  /// By field.
  var notes: [String: String]

  private init(_ words: String, _ example: String?, notes: [String: String] = [:]) {
    self.words = words
    self.example = example
    self.notes = notes
  }

  private static let currency = "ISO 4217, such as EUR"

  static let all: [String: KindWords] = [
    "project": KindWords("what the living lab works on; made by labsyncd init online", nil),
    "challenge": KindWords(
      "a question that is put to people", "title='What would make the square greener?' mode=open"),
    "release": KindWords(
      "how much of a group of people sees an idea that was built",
      "idea=ID cohort=neighbours percent=20"),
    "activity": KindWords(
      "one thing that somebody did: a visit, a view, a step",
      "activity_kind=visit participant=CODE at=2026-11-30T18:00:00+01:00"),
    "attachment": KindWords(
      "what a file is, and who is in it; not the file itself",
      "subject=ID media_type=image/jpeg caption='The first plan' people+=CODE",
      notes: ["subject": "the record that the file belongs to"]),
    "participant": KindWords(
      "a person who takes part", "code=SL-0042 display_name='Mercè'",
      notes: ["roles": "participant, ambassador, facilitator, staff, expert, sponsor"]),
    "identity_link": KindWords(
      "whether two participants are one person, for counting", "a=ID b=ID verdict=same"),
    "consent": KindWords("what a participant agreed to; written by labctl consent", nil),
    "erasure": KindWords(
      "that a participant was erased; written by labctl erase participant", nil),
    "erasure_receipt": KindWords(
      "that a machine has erased a participant; written by labsyncd", nil),
    "certificate": KindWords(
      "what a participant is certified for",
      "holder=CODE issuer='Citilab' level=facilitator issued_on=2026-11-30"),
    "session": KindWords(
      "a meeting in a room",
      "title='Tuesday evening' venue='Civic centre' state=open started_at=2026-11-30T18:00:00+01:00"
    ),
    "attendance": KindWords(
      "that a participant was at a session",
      "session=ID participant=CODE arrived_at=2026-11-30T18:05:00+01:00"),
    "headcount": KindWords(
      "how many people were at one place of a session, without names",
      "session=ID station=door people=24"),
    "idea": KindWords(
      "what somebody proposes", "title='A tool library' session=ID authors+=CODE tags+=sharing"),
    "idea_link": KindWords(
      "how two ideas belong together", "from=ID to=ID link_kind=builds_on"),
    "comment": KindWords(
      "what somebody says to an idea", "idea=ID author=CODE body='And ladders?' tone=1",
      notes: ["tone": "-1 against, 0 neutral, 1 for"]),
    "support": KindWords(
      "a vote: one person, one idea, one ballot", "idea=ID participant=CODE ballot=evening value=1",
      notes: [
        "ballot": "the name of the vote; the same for all who vote in it",
        "value":
          "1 for, -1 against, 0 neither, or points; without one it is not counted; value:=null takes it back",
      ]),
    "tally": KindWords(
      "votes without names: hands, dots, paper",
      "idea=ID session=ID ballot=evening station=wall batch=1 count=12"),
    "evaluation": KindWords(
      "how an expert rates an idea", "idea=ID evaluator=CODE criterion=feasibility score=4"),
    "case": KindWords(
      "a request that the organisation answers",
      "case_kind=query participant=CODE opened_at=2026-11-30T09:00:00+01:00",
      notes: [
        "cost_minor": "in the smallest unit: 1250 is 12.50 EUR", "currency": currency,
      ]),
    "mention": KindWords(
      "what somebody said elsewhere, on a network",
      "network=mastodon external_id=4711 mention_kind=share idea=ID reach=300",
      notes: ["sentiment": "-1 against, 0 neutral, 1 for"]),
    "outcome": KindWords(
      "what an idea saved or earned in a period",
      "idea=ID outcome_kind=saving period=2026-Q4 amount_minor=125000 currency=EUR status=estimated",
      notes: [
        "amount_minor": "in the smallest unit: 1250 is 12.50 EUR", "currency": currency,
      ]),
    "void": KindWords(
      "that one change does not count; written by labctl peer revoke --since", nil),
    "revocation": KindWords(
      "that a machine was shut out; written by labctl peer revoke", nil),
  ]

  /// In every kind.
  private static let common = [
    "created_at": "labsyncd writes it", "channel": "labsyncd writes it",
    "extra": #"what has no field: extra:='{"table":"3"}'"#,
  ]

  static func note(on field: String, of kind: String) -> String? {
    all[kind]?.notes[field] ?? common[field]
  }
}
