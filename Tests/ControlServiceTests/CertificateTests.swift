import SyncControl
import SyncCore
import Testing

@testable import SQLiteStore
@testable import SyncDaemon

@Suite("The certificate of an erasure")
struct CertificateTests {
  private func replica(_ low: UInt64) -> ReplicaID {
    ReplicaID(rawValue: UniqueID(high: 7, low: low))
  }

  @Test("calls machines by their names, and says of each that is outstanding what is known")
  func names() {
    let stored = StoredErasure(
      participant: RecordID(rawValue: UniqueID(high: 1, low: 1)),
      project: ProjectID(rawValue: UniqueID(high: 1, low: 2)), requestedAt: 120_000,
      isErasedHere: true,
      receipts: [
        .init(replica: replica(1), erasedAt: 5),
        .init(replica: replica(2), erasedAt: 5, present: replica(1)),
        .init(replica: replica(3), erasedAt: 5, present: replica(1)),
      ],
      outstanding: [
        .init(replica: replica(4), lastHeard: 60_000),
        .init(replica: replica(5), lastHeard: 130_000),
        .init(replica: replica(6), lastHeard: nil),
        .init(replica: replica(7), lastHeard: 60_000, present: replica(4)),
      ], candidates: [])
    let names = ReplicaNames([
      replica(1): "hub", replica(3): "old hub", replica(4): "Table 4", replica(5): "",
    ])
    func certificate(at milliseconds: Int64) -> ErasureCertificate {
      ErasureCertificate(
        stored, names: names,
        at: Instant(monotonicMilliseconds: 0, wallMilliseconds: milliseconds))
    }
    // Who was heard an hour ago comes back.
    #expect(certificate(at: 3_660_000).outstanding.map(\.words).prefix(3) == [nil, nil, nil])
    let certificate = certificate(at: 86_460_001)
    #expect(
      certificate.receipts.map(\.name) == ["hub", "hub (former name)", "old hub (former name)"])
    #expect(certificate.receipts.map(\.present) == [nil, "\(replica(1))", "\(replica(1))"])
    #expect(
      certificate.outstanding.map(\.name)
        == ["Table 4", "\(replica(5))", "\(replica(6))", "Table 4 (former name)"])
    #expect(
      certificate.outstanding.map(\.words) == [
        "not heard since 1970-01-01 00:01 UTC; it may exist only as a backup", nil, nil,
        "it speaks as Table 4 now, which has not said so yet",
      ])
  }
}
