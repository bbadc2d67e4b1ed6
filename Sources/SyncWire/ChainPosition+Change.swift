import SyncCore

extension ChainPosition {
  /// Before the first change of an origin.
  public static let start = ChainPosition(sequence: 0, hash: .zero)

  /// The position after one more change of `origin`.
  public func after(_ change: EncodedChange, of origin: Origin) -> ChainPosition {
    let dot = Dot(replica: origin.replica, lane: origin.lane, sequence: sequence + 1)
    return ChainPosition(
      sequence: dot.sequence, hash: ChainHash.next(after: hash, dot: dot, bytes: change.bytes))
  }
}
