/// Asks for the metrics of the daemon. Answered from memory, at once.
public struct MetricsRequest: ControlQuestion {
  public typealias Answer = MetricsText
  public static let name = ControlRequest.Name.metrics

  public init() {}
}

/// Asks for what happened. Where nothing has yet, the answer waits until something has, at most so
/// long.
public struct EventsRequest: ControlQuestion {
  public typealias Answer = EventPage
  public static let name = ControlRequest.Name.events

  /// The number of the last event that is known; nil gives what is remembered.
  public var after: Int64?
  /// The run of the daemon that `after` is of; in another run everything remembered is given.
  public var run: String?
  /// Milliseconds, at most 60,000; 0 answers at once.
  public var waitMilliseconds: Int

  public init(after: Int64? = nil, run: String? = nil, waitMilliseconds: Int = 0) {
    self.after = after
    self.run = run
    self.waitMilliseconds = waitMilliseconds
  }
}
