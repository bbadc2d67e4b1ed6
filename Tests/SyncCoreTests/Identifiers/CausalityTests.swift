import SyncCore
import Testing

@Suite("Causality")
struct CausalityTests {
  private func replica(_ number: UInt64) -> ReplicaID {
    ReplicaID(rawValue: UniqueID(high: 0, low: number))
  }

  private func vector(_ random: inout SplitMix64) -> VersionVector {
    var vector = VersionVector()
    for number in 1...4 as ClosedRange<UInt64> {
      vector[replica(number)] = UInt64.random(in: 0...3, using: &random)
    }
    return vector
  }

  private func merged(_ one: VersionVector, _ other: VersionVector) -> VersionVector {
    var merged = one
    merged.merge(other)
    return merged
  }

  @Test("vectors merge commutatively, associatively, idempotently, to the least that covers both")
  func vectors() {
    var random = SplitMix64(seed: 3)
    for _ in 0..<300 {
      let (a, b, c) = (vector(&random), vector(&random), vector(&random))
      #expect(merged(a, b) == merged(b, a))
      #expect(merged(merged(a, b), c) == merged(a, merged(b, c)))
      #expect(merged(a, a) == a)
      #expect(merged(a, b).covers(a) && merged(a, b).covers(b))
      #expect(a.covers(b) == (merged(a, b) == a))
      #expect(!c.covers(a) || !c.covers(b) || c.covers(merged(a, b)))
    }
  }

  @Test("vectors hold no zeros, and no sum of them traps")
  func zeros() {
    var vector = VersionVector()
    vector[replica(1)] = 0
    #expect(vector.isEmpty && vector == VersionVector())
    vector[replica(1)] = .max
    vector[replica(2)] = 5
    #expect(vector.total == .max)
    #expect(vector.replicas == [replica(1), replica(2)])
    var project = ProjectVector()
    for lane in Lane.allCases {
      project[Origin(replica: replica(1), lane: lane)] = ChainPosition(sequence: .max, hash: .zero)
    }
    #expect(project.total == .max)
  }

  @Test("a position of a project only moves forward")
  func advance() {
    var vector = ProjectVector()
    let origin = Origin(replica: replica(1), lane: .records)
    let hash = Digest128(bits: UniqueID(high: 1, low: 1))
    vector.advance(origin, to: ChainPosition(sequence: 5, hash: hash))
    vector.advance(origin, to: ChainPosition(sequence: 5, hash: .zero))
    vector.advance(origin, to: ChainPosition(sequence: 4, hash: .zero))
    #expect(vector[origin] == ChainPosition(sequence: 5, hash: hash))
    #expect(vector.covers(Dot(replica: replica(1), lane: .records, sequence: 5)))
    #expect(!vector.covers(Dot(replica: replica(1), lane: .records, sequence: 6)))
    #expect(!vector.covers(Dot(replica: replica(1), lane: .rights, sequence: 1)))
  }

  @Test("a clock follows the time of the write, or its own last stamp where that is later")
  func clock() {
    func next(_ last: HLC?, _ write: Int64, wall: Int64) -> HLC {
      HLC.next(after: last, writtenAt: write, wallMilliseconds: wall)
    }
    #expect(next(nil, 1_000, wall: 1_000) == HLC(milliseconds: 1_000))
    let last = HLC(milliseconds: 2_000, counter: 3)
    #expect(next(last, 5_000, wall: 5_000) == HLC(milliseconds: 5_000))
    #expect(next(last, 2_000, wall: 2_000) == HLC(milliseconds: 2_000, counter: 4))
    #expect(next(last, 1_000, wall: 2_000) == HLC(milliseconds: 2_000, counter: 4))
    let full = HLC(milliseconds: 2_000, counter: .max)
    #expect(next(full, 2_000, wall: 2_000) == HLC(milliseconds: 2_001))
  }

  @Test("a last stamp from a wrong clock is let go")
  func leap() {
    let wall: Int64 = 1_000_000
    let near = HLC(milliseconds: wall + Limits.clockLeapMilliseconds)
    let far = HLC(milliseconds: wall + Limits.clockLeapMilliseconds + 1)
    let afterNear = HLC.next(after: near, writtenAt: wall, wallMilliseconds: wall)
    #expect(afterNear == HLC(milliseconds: near.milliseconds, counter: 1))
    let afterFar = HLC.next(after: far, writtenAt: wall, wallMilliseconds: wall)
    #expect(afterFar == HLC(milliseconds: wall))
  }

  @Test("a clock reading out of range is clamped, never refused")
  func clamping() {
    #expect(HLC(milliseconds: -1).rawValue == 0)
    #expect(HLC(milliseconds: .max).milliseconds == 1 << 48 - 1)
    #expect(HLC(milliseconds: 7, counter: 9).counter == 9)
    #expect(HLC(milliseconds: 7, counter: .max) < HLC(milliseconds: 8))
  }

  @Test("a revision is the same in every order, positive, and moves with every change")
  func revisions() {
    var random = SplitMix64(seed: 4)
    var dots = (1...200).map { Dot(replica: replica(1 + $0 % 3), lane: .records, sequence: $0) }
    func revision() -> Revision { dots.reduce(into: .none) { $0.include($1) } }
    let one = revision()
    dots.shuffle(using: &random)
    #expect(revision() == one)
    #expect(one.rawValue > 0)
    dots.removeLast()
    #expect(revision() != one)
    #expect(Set(dots.map(\.revisionShare)).count == dots.count)
  }
}
