/// How many people a session reaches beyond its room, by estimate: attendees × contacts per person ×
/// 0.8, summed over sessions. The factor leaves out the contacts that attendees share.
///
/// 15 people with 100 contacts each in 5 sessions have 7,500 contacts and reach 6,000; 50 people have
/// 25,000 and reach 20,000.
public struct ReachEstimate: Hashable, Sendable {
  /// Contacts of somebody who did not say how many he or she has.
  public static let assumedContacts: Int64 = 100
  /// Hundredths of all contacts that are counted as reached.
  public static let countedHundredths: Int64 = 80

  public private(set) var attendees: Int64 = 0
  /// Those of them who said how many contacts they have.
  public private(set) var stating: Int64 = 0
  public private(set) var contacts: Int64 = 0

  public init() {}

  /// Adds a session: of its attendees some stated their contacts, together `stated`.
  public mutating func add(
    attendees: Int64, stating: Int64 = 0, stated: Int64 = 0,
    assumed: Int64 = ReachEstimate.assumedContacts
  ) {
    self.attendees = self.attendees.plus(attendees)
    self.stating = self.stating.plus(stating)
    contacts = contacts.plus(stated).plus(max(0, attendees - stating).times(assumed))
  }

  /// People reached, rounded down once, at the end.
  public var people: Int64 {
    contacts / 100 * Self.countedHundredths + contacts % 100 * Self.countedHundredths / 100
  }
}
