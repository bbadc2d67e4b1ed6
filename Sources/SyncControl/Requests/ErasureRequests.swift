/// Asks to erase a participant, for good and everywhere.
public struct EraseRequest: ControlQuestion {
  public typealias Answer = ErasureCertificate
  public static let name = ControlRequest.Name.erase

  /// The participant's id, or the first characters of it.
  public var participant: String
  /// Whether what only this participant contributed is deleted as well.
  public var withContributions: Bool
  public var project: String?

  public init(participant: String, withContributions: Bool = false, project: String? = nil) {
    self.participant = participant
    self.withContributions = withContributions
    self.project = project
  }
}

/// Asks how far the erasure of a participant is.
public struct ErasureRequest: ControlQuestion {
  public typealias Answer = ErasureCertificate
  public static let name = ControlRequest.Name.erasure

  public var participant: String
  public var project: String?

  public init(participant: String, project: String? = nil) {
    self.participant = participant
    self.project = project
  }
}
