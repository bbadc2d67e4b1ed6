import SyncCore
import Testing

@Suite("Session tokens")
struct PeerLedgerTests {
  private func token(_ number: UInt64) -> SessionToken {
    SessionToken(rawValue: UniqueID(high: 7, low: number))
  }

  private func expect(
    _ isGood: Bool, _ token: SessionToken?, of ledger: inout PeerLedger,
    at location: SourceLocation = #_sourceLocation
  ) {
    let answer = ledger.present(token)
    #expect(answer == isGood, sourceLocation: location)
  }

  private var ledger: PeerLedger {
    PeerLedger(replica: ReplicaID(rawValue: UniqueID(high: 1, low: 1)), device: "key")
  }

  @Test("Of a replica that was given nothing any token is good")
  func first() {
    var ledger = ledger
    expect(true, nil, of: &ledger)
    expect(true, token(9), of: &ledger)
  }

  /// Found by seed 250000027: the first answer of a restored online side was lost.
  @Test("One that another online side gave stays good until an answer was heard")
  func foreign() {
    var ledger = ledger
    expect(true, token(9), of: &ledger)
    ledger.issue(token(1))
    expect(true, token(9), of: &ledger)
    expect(true, token(1), of: &ledger)
    expect(false, token(9), of: &ledger)
  }

  @Test("The last presented and all that were given since are good")
  func current() {
    var ledger = ledger
    ledger.issue(token(1))
    expect(true, nil, of: &ledger)
    expect(true, token(1), of: &ledger)
    ledger.issue(token(2))
    ledger.issue(token(3))
    expect(true, token(1), of: &ledger)
    expect(true, token(2), of: &ledger)
    expect(false, token(1), of: &ledger)
    expect(false, token(3), of: &ledger)
    expect(false, nil, of: &ledger)
    expect(true, token(2), of: &ledger)
  }

  @Test("Tokens that nobody presents do not pile up")
  func bounded() {
    var ledger = ledger
    for number in 1...1_000 as ClosedRange<UInt64> { ledger.issue(token(number)) }
    #expect(ledger.issued.count == Limits.unusedTokens)
    expect(true, token(1_000), of: &ledger)
  }

  @Test("A machine that made the key it was told to make is the owner under that key")
  func renewal() {
    var ledger = ledger
    ledger.demandNewKey()
    #expect(ledger.mustRenewKey)
    ledger.move(to: "another key")
    #expect(ledger.device == "another key")
    #expect(!ledger.mustRenewKey)
  }
}
