import SyncCore

extension Side {
  /// The side of that name; nil for anything else.
  public init?(name: some StringProtocol) {
    guard let side = Side.allCases.first(where: { $0.name == name }) else { return nil }
    self = side
  }
}
