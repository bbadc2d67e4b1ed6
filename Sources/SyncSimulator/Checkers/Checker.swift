import SyncCore
import SyncProtocol

/// One claim about a world, and how it is held against what happens there. A checker reports what
/// contradicts its claim (``World/report(_:_:)``).
public protocol Checker {
  /// The claim, as a sentence.
  var claim: String { get }

  /// A change was written, and is about to be entered into the ledger.
  mutating func written(
    _ entry: Ledger.Entry, at dot: Dot, in project: ProjectID, of world: World) throws
  /// A store committed a batch.
  mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World) throws
  /// An acknowledgement leaves a machine.
  mutating func acknowledged(
    _ acknowledgement: Acknowledgement, by machine: Machine, in world: World) throws
  /// A laptop's worker was told something.
  mutating func told(_ machine: Machine, in world: World) throws
  /// A process begins on what is on its disk.
  mutating func began(_ machine: Machine, in world: World) throws
  /// A machine called a project in sync with a peer.
  mutating func proved(_ project: ProjectID, at machine: Machine, in world: World) throws
  /// A machine presented an invitation; `refusal` is why it is not good.
  mutating func redeemed(
    _ secret: [UInt8], by key: String, refusal: String?, at now: Instant, in world: World)
  /// A machine that was not let in is about to be.
  mutating func lettingIn(_ machine: Machine, in world: World) throws
  /// The world is at rest, or was given up.
  mutating func conclude(_ world: World) throws
}

extension Checker {
  public mutating func written(
    _ entry: Ledger.Entry, at dot: Dot, in project: ProjectID, of world: World
  ) throws {}
  public mutating func applied(
    _ applied: Applied, of batch: ChangeBatch, before: ProjectVector, at machine: Machine,
    in world: World
  ) throws {}
  public mutating func acknowledged(
    _ acknowledgement: Acknowledgement, by machine: Machine, in world: World
  ) throws {}
  public mutating func told(_ machine: Machine, in world: World) throws {}
  public mutating func began(_ machine: Machine, in world: World) throws {}
  public mutating func proved(
    _ project: ProjectID, at machine: Machine, in world: World
  ) throws {}
  public mutating func redeemed(
    _ secret: [UInt8], by key: String, refusal: String?, at now: Instant, in world: World
  ) {}
  public mutating func lettingIn(_ machine: Machine, in world: World) throws {}
  public mutating func conclude(_ world: World) throws {}
}

/// The checkers of a run.
public enum Checkers {
  public static var all: [any Checker] {
    [
      ProgressChecker(), ConvergenceChecker(), AcknowledgementChecker(), InventionChecker(),
      OnceChecker(), SequenceChecker(), CausalOrderChecker(), ConflictChecker(), ParkedChecker(),
      ChainChecker(), RescueChecker(), LeaveChecker(), RightsChecker(), ErasureChecker(),
      WithdrawalChecker(), StrangerChecker(), InvitationChecker(), ReleaseChecker(),
    ]
  }
}
