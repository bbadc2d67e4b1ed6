extension KPIRows {
  public var innovation: [ReportRow] {
    suggestions + practice + conversion + outcomes
  }

  private var funnel: IdeaFunnel {
    IdeaFunnel(figures.ideas.map { (state: $0.state, count: $0.count) })
  }

  private var suggestions: [ReportRow] {
    let funnel = funnel
    return [
      ReportRow(.innovation, "suggestions", "suggestions", measured: .count(funnel.all)),
      ReportRow(
        .innovation, "suggestions_accepted", "suggestions accepted",
        measured: .count(funnel.accepted)),
      ReportRow(
        .innovation, "suggestions_accepted_share", "share of decided suggestions accepted",
        measured: .share(funnel.accepted, of: funnel.accepted + funnel.rejected)),
    ] + grouped("origin", by: \.origin) + grouped("kind", by: \.kind)
      + grouped("stage", by: \.stage)
  }

  private func grouped(
    _ what: String, by path: KeyPath<KPIFigures.Ideas, String?>
  ) -> [ReportRow] {
    var counts: [String: Int64] = [:]
    for ideas in figures.ideas {
      counts[ideas[keyPath: path] ?? "not said", default: 0] += ideas.count
    }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { name, count in
      ReportRow(
        .innovation, "suggestions_by_\(what)", "suggestions by \(what)", group: name,
        measured: .count(count))
    }
  }

  private var practice: [ReportRow] {
    let funnel = funnel
    return [
      ReportRow(
        .innovation, "put_in_practice", "put in practice", measured: .count(funnel.inPractice),
        basis: "released or implemented"),
      ReportRow(
        .innovation, "implementation_time", "median time from capture to implementation",
        measured: .median(figures.implementations, in: .days),
        basis: "\(figures.implementations.count) implemented"),
    ]
  }

  private var conversion: [ReportRow] {
    let funnel = funnel
    var before = funnel.all
    let steps = funnel.steps.map { step in
      defer { before = step.reached }
      return ReportRow(
        .innovation, "conversion", "conversion to the step", group: step.state,
        measured: .share(step.reached, of: before))
    }
    let besides = funnel.besides.map { state, count in
      ReportRow(
        .innovation, "suggestions_aside", "suggestions outside the order of steps", group: state,
        measured: .count(count))
    }
    return steps + besides
  }

  private var outcomes: [ReportRow] {
    struct Key: Hashable, Comparable {
      var kind: String
      var currency: String
      static func < (left: Key, right: Key) -> Bool {
        (left.kind, left.currency) < (right.kind, right.currency)
      }
    }
    var sums: [Key: (estimated: Int64?, confirmed: Int64?)] = [:]
    for outcome in figures.outcomes {
      let key = Key(kind: outcome.kind, currency: outcome.currency)
      if outcome.isConfirmed {
        sums[key, default: (nil, nil)].confirmed =
          (sums[key]?.confirmed ?? 0).plus(outcome.minor)
      } else {
        sums[key, default: (nil, nil)].estimated =
          (sums[key]?.estimated ?? 0).plus(outcome.minor)
      }
    }
    return sums.sorted { $0.key < $1.key }.map { key, sum in
      ReportRow(
        .innovation, "outcome_\(key.kind)", key.kind, group: key.currency,
        measured: sum.confirmed.map { .money($0, currency: key.currency) },
        estimated: sum.estimated.map { .money($0, currency: key.currency) },
        basis: "measured is confirmed")
    }
  }

  public var livingLab: [ReportRow] {
    let tones = figures.tones
    func tone(_ value: Int64?) -> Int64 { tones[value, default: 0] }
    let ideas = figures.ideas.reduce(0) { $0 + $1.count }
    let interactions = figures.comments + figures.supports + figures.mentionsOfIdeas
    return [
      ReportRow(.livingLab, "sessions", "sessions", measured: .count(figures.sessions)),
      ReportRow(
        .livingLab, "sessions_attended", "sessions with attendance recorded",
        measured: .count(figures.sessionsWithAttendance)),
      ReportRow(
        .livingLab, "attendees", "attendees", measured: .count(figures.reach.attendees),
        basis: "of each session the greater of heads counted and people named"),
      ReportRow(
        .livingLab, "people", "distinct people named", measured: .people(figures.people)),
      ReportRow(
        .livingLab, "people_returning", "people in two sessions or more",
        measured: .people(figures.returning)),
      ReportRow(.livingLab, "comments", "comments", measured: .count(figures.comments)),
    ]
      + [("positive", 1), ("neutral", 0), ("negative", -1), ("not said", nil)].map { name, value in
        ReportRow(
          .livingLab, "comments_by_tone", "comments by tone", group: name,
          measured: .count(tone(value)))
      } + [
        ReportRow(
          .livingLab, "comments_positive_share", "positive comments",
          measured: .share(tone(1), of: tone(1) + tone(-1)),
          basis: "of positive and negative; neutral apart"),
        ReportRow(
          .livingLab, "interactions", "interactions", measured: .count(interactions),
          basis:
            "\(thousandsApart(figures.comments)) comments, \(thousandsApart(figures.supports)) supports, "
            + "\(thousandsApart(figures.mentionsOfIdeas)) mentions of ideas"),
        ReportRow(
          .livingLab, "interactions_per_idea", "interactions per idea",
          measured: .mean(interactions, for: ideas)),
        ReportRow(
          .livingLab, "interactions_of_best_idea", "interactions of the best idea",
          measured: .count(figures.mostInteractions),
          basis: "benchmark from practice: 62 on the best of hundreds"),
      ]
  }

  public var programme: [ReportRow] {
    guard let programme = figures.programme else { return [] }
    let all = programme.certificates.reduce(0) { $0 + $1.count }
    return [
      ReportRow(
        .programme, "certificates", "valid facilitator certificates", measured: .count(all),
        basis: "on \(programme.day)")
    ]
      + programme.certificates.map {
        ReportRow(
          .programme, "certificates_by_level", "valid certificates by level", group: $0.name,
          measured: .count($0.count))
      } + [
        ReportRow(
          .programme, "ambassadors_active", "active ambassadors",
          measured: .count(programme.activeAmbassadors),
          basis: "of \(programme.ambassadors) ambassadors, with a mention in the period")
      ]
  }
}
