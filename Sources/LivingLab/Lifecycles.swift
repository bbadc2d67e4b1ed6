import SyncCore

extension LivingLab {
  /// From a note in a room to something retired. `merged:<idea>` names the idea that it went into.
  static let ideaLifecycle = Lifecycle(
    ranks: [
      ["captured"], ["submitted"], ["screening"], ["published"], ["co_design"], ["evaluating"],
      ["accepted", "rejected"], ["pilot"], ["released"], ["implemented"], ["retired"],
    ],
    // Of the two, somebody's merge says more than a date that went by.
    yielding: ["merged", "expired"],
    prevailing: ["hidden", "withdrawn"],
    decisions: ["accepted", "rejected"],
    undecided: [
      .stateAndFrom("rejected", "co_design"),
      .states("accepted", "rejected"),
      .differentArguments("merged"),
    ])

  static let sessionLifecycle = Lifecycle(ranks: [["planned"], ["open"], ["closed"], ["sealed"]])

  /// A case that was reopened has been as far as one that was resolved, so that it is shown beside
  /// an older step and contested beside another resolution.
  static let caseLifecycle = Lifecycle(
    ranks: [["open"], ["attended"], ["resolved", "reopened"]],
    undecided: [.states("resolved", "reopened")])
}
