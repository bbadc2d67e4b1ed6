/// The metrics in Prometheus' text form 0.0.4.
public struct MetricsText: Codable, Hashable, Sendable {
  public var text: String

  public init(text: String) { self.text = text }
}

/// Something that happened in the daemon.
public struct DaemonEvent: Codable, Hashable, Sendable {
  /// From 1, one more for each since the daemon started.
  public var number: Int64
  public var at: Int64
  /// One of the names in the control protocol's page.
  public var event: String
  /// Never an idea's words or a person's name.
  public var fields: [String: JSON]

  public init(number: Int64, at: Int64, event: String, fields: [String: JSON] = [:]) {
    self.number = number
    self.at = at
    self.event = event
    self.fields = fields
  }
}

/// Events, the oldest first.
public struct EventPage: Codable, Hashable, Sendable {
  /// Names this run of the daemon: numbers of another run mean nothing.
  public var run: String
  public var events: [DaemonEvent]
  /// How many came between the one asked after and the first of these, and are forgotten.
  public var missed: Int64

  public init(run: String, events: [DaemonEvent], missed: Int64 = 0) {
    self.run = run
    self.events = events
    self.missed = missed
  }
}
