import Testing

@testable import LivingLab

@Suite("The formulas of reports")
struct ReportFormulaTests {
  @Test("reach: 15 people with 100 contacts in 5 sessions are 7,500 contacts and 6,000 reached")
  func reach() {
    var fifteen = ReachEstimate()
    for _ in 1...5 { fifteen.add(attendees: 15) }
    #expect(fifteen.contacts == 7_500)
    #expect(fifteen.people == 6_000)
    var fifty = ReachEstimate()
    for _ in 1...5 { fifty.add(attendees: 50) }
    #expect(fifty.contacts == 25_000)
    #expect(fifty.people == 20_000)
  }

  @Test("reach: who said how many contacts counts with those; rounding is done once, at the end")
  func statedReach() {
    var reach = ReachEstimate()
    reach.add(attendees: 10, stating: 2, stated: 700, assumed: 50)
    #expect(reach.contacts == 1_100)
    #expect(reach.people == 880)
    var ones = ReachEstimate()
    for _ in 1...5 { ones.add(attendees: 1, assumed: 1) }
    #expect(ones.people == 4)
    #expect(ReachEstimate().people == 0)
  }

  @Test("median and 90 %, of odd, even, one and none")
  func statistics() {
    #expect(Figure.median([], in: .hours) == nil)
    #expect(Figure.median([5], in: .hours) == .time(5, .hours))
    #expect(Figure.median([9, 1, 5], in: .hours) == .time(5, .hours))
    #expect(Figure.median([9, 1, 5, 6], in: .days) == .time(5.5, .days))
    #expect(Figure.percentile(90, of: [], in: .hours) == nil)
    #expect(Figure.percentile(90, of: [7], in: .hours) == .time(7, .hours))
    #expect(Figure.percentile(90, of: Array(1...10), in: .hours) == .time(9, .hours))
    #expect(Figure.percentile(90, of: Array(1...11), in: .hours) == .time(10, .hours))
  }

  @Test("people: decided ones are one, undecided ones a range, different ones two")
  func people() {
    let union = PersonUnion(links: [
      (a: "a", b: "b", isSame: true), (a: "c", b: "d", isSame: nil),
      (a: "e", b: "f", isSame: false),
    ])
    #expect(union.count(["a", "b"]) == 1...1)
    #expect(union.count(["c", "d"]) == 1...2)
    #expect(union.count(["e", "f"]) == 2...2)
    #expect(union.count(["a", "b", "c", "d", "e", "f", "g"]) == 5...6)
    let attendances = [("a", "s1"), ("b", "s2"), ("c", "s1"), ("d", "s2"), ("g", "s1")]
    #expect(union.returning(attendances.map { (participant: $0.0, session: $0.1) }) == 1...2)
  }

  @Test("people: the erased are out, with whoever is the same person, in whatever chain")
  func excluded() {
    let union = PersonUnion(
      links: [(a: "b", b: "c", isSame: true), (a: "a", b: "b", isSame: true)], excluded: ["c"])
    #expect(union.excluded == ["a", "b", "c"])
    #expect(union.count(["a", "b", "c", "d"]) == 1...1)
  }

  @Test("the funnel: an idea has reached each step up to its own; what left is counted apart")
  func funnel() {
    let funnel = IdeaFunnel([
      ("captured", 2), (nil, 1), ("published", 3), ("accepted", 4), ("rejected", 2),
      ("implemented", 1), ("released", 1), ("merged:x", 1), ("merged:y", 1), ("hidden", 1),
      ("contested", 1),
    ])
    #expect(funnel.all == 18)
    #expect(funnel.accepted == 6)
    #expect(funnel.rejected == 2)
    #expect(funnel.inPractice == 2)
    #expect(
      funnel.steps.map(\.reached) == [18, 11, 11, 11, 8, 8, 8, 6, 2, 2, 1, 0])
    #expect(
      funnel.steps.map(\.state) == [
        "captured", "submitted", "screening", "published", "co_design", "evaluating", "decided",
        "accepted", "pilot", "released", "implemented", "retired",
      ])
    #expect(funnel.besides.map(\.state) == ["contested", "hidden", "merged"])
    #expect(funnel.besides.map(\.count) == [1, 1, 2])
  }

  @Test("churn: stayed is the first word of the resolution; social are three sorts of channel")
  func words() {
    #expect(KPIFigures.hasStayed(resolution: " Stayed: took the new tariff"))
    #expect(!KPIFigures.hasStayed(resolution: "has not stayed"))
    #expect(!KPIFigures.hasStayed(resolution: "stayedness"))
    #expect(!KPIFigures.hasStayed(resolution: nil))
    #expect(KPIFigures.isSocial(channel: "social:mastodon"))
    #expect(KPIFigures.isSocial(channel: "community"))
    #expect(!KPIFigures.isSocial(channel: "phone"))
    #expect(!KPIFigures.isSocial(channel: nil))
  }

  @Test("curves are by day, by week from Monday, or by month, with the empty steps between")
  func curve() {
    // 2016-03-01 was a Tuesday.
    let day: Int64 = 16_861
    let days = ContributionCurve([(day, "idea", 2), (day + 2, "activity:view", 5)])
    #expect(days.step == .day)
    #expect(days.points.map(\.date) == ["2016-03-01", "2016-03-02", "2016-03-03"])
    #expect(days.points.map(\.counts) == [[2, 0, 0, 0, 0], [0, 0, 0, 0, 0], [0, 0, 0, 0, 5]])
    let weeks = ContributionCurve([(day, "comment", 1), (day + 120, "support", 1)])
    #expect(weeks.step == .week)
    #expect(weeks.points.first?.date == "2016-02-29")
    #expect(weeks.points.count == 18)
    let months = ContributionCurve([(day, "mention", 1), (day + 1_000, "idea", 1)])
    #expect(months.step == .month)
    #expect(months.points.first?.date == "2016-03-01")
    #expect(months.points.last?.date == "2018-11-01")
    #expect(ContributionCurve([]).points.isEmpty)
  }
}
