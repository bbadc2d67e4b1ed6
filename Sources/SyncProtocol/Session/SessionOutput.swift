import SyncCore

/// What a session is told.
public enum SessionInput: Hashable, Sendable {
  /// The transport is up: the initiator says hello.
  case start
  case received(Message)
  /// Changes were captured here, or came from another peer.
  case storeChanged
  /// Do one bounded piece of work: commit one batch, send one batch.
  case work
  /// Commit one batch, and send none.
  case commit
  /// A deadline may have passed.
  case tick
  /// Find out anew whether both sides are in sync.
  case prove
}

/// What a session wants done, in order.
public enum SessionOutput: Hashable, Sendable {
  case send(Message)
  case event(SessionEvent)
  /// The last output: the session takes no more input.
  case ended(SessionEnding)
}

/// What is worth a line in a log, a metric, or `status`.
public enum SessionEvent: Hashable, Sendable {
  /// The handshake is done.
  case opened(Introduction)
  /// The other side's clock minus this one's; suspect beyond
  /// ``ProtocolLimits/clockOffsetMilliseconds``.
  case clock(offsetMilliseconds: Int64, isSuspect: Bool)
  case adopted(ProjectID)
  /// A project of this store that the other side does not share with it.
  case notGranted(ProjectID)
  /// A batch of the peer is on disk here.
  case applied(ProjectID, Applied)
  /// A batch of ours is on disk there.
  case acknowledged(Acknowledgement)
  /// Both sides were seen to hold the same changes.
  case inSync(ProjectID, at: Instant)
  /// The chains of an origin differ; it is not synchronised until that is repaired.
  case chainMismatch(Divergence)
  /// This store took a new identity: it was an older copy of another.
  case forked(Fork)
  /// What the origin wrote after this sequence differed from the other side's and is fetched anew.
  case truncated(ProjectID, Origin, after: UInt64)
  /// Something in a batch was dropped; the session goes on.
  case dropped(PeerViolation)
  /// The other side dropped changes of ours, because this device has no right to bring them.
  case refused(ProjectID, changes: Int, words: String)
  /// A revoked peer handed over a batch, which goes into no log.
  case held(ChangeBatch)
  /// The other side will have this public key next.
  case serverKeyAnnounced([UInt8])
  /// A change that no message can carry; its origin is not sent further.
  case tooLarge(ProjectID, Origin, bytes: Int)
}

/// How a session ended.
public enum SessionEnding: Hashable, Sendable {
  /// The other side did not let us in.
  case notAdmitted(Admission)
  case closedByPeer(Bye)
  case violation(PeerViolation)
  /// Nothing was heard for this long.
  case silence(milliseconds: Int64)
  case closedHere(Bye.Reason)

  /// The reason as a part of a sentence.
  public var words: String {
    switch self {
    case .notAdmitted(let admission): admission.words
    case .closedByPeer(let bye): "the other side said goodbye: \(bye.words)"
    case .violation(let violation): "the other side broke the protocol: \(violation)"
    case .silence(let milliseconds): "nothing was heard for \(milliseconds / 1_000) s"
    case .closedHere(let reason): "closed here (\(reason))"
    }
  }
}

extension Admission {
  /// What the other side said, as a part of a sentence.
  public var words: String {
    switch self {
    case .go: "admitted"
    case .comeBack(_, let words), .pending(let words), .revoked(let words), .refused(let words),
      .renewKey(let words):
      words
    }
  }
}
