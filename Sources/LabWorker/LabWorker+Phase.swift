extension LabWorker {
  /// What the worker is at, without the details.
  public enum Phase: Hashable, Sendable {
    case stopped, paused, waiting, dialing, conversing, refused
  }

  public var phase: Phase {
    switch state {
    case .stopped: .stopped
    case .paused: .paused
    case .waiting: .waiting
    case .dialing: .dialing
    case .conversing: .conversing
    case .refused: .refused
    }
  }

  /// The index of the configured endpoint that is dialled, or that will be next.
  public var dialledEndpoint: Int { endpoint }
}
