import SyncCore
import Testing

@Suite("Deletion")
struct DeletionLaws {
  private let title = CellKey("title")
  private let body = CellKey("body")

  /// Two replicas with a record of two fields.
  private func pair() throws -> (Replica, Replica) {
    var one = Replica(1)
    one.make(
      [
        FieldOperation(cell: title, value: .text("t"), replaces: []),
        FieldOperation(cell: body, value: .text("b"), replaces: []),
      ], hlc: HLC(milliseconds: 1))
    var other = Replica(2)
    other.receive(one.log)
    return (one, other)
  }

  private func exchange(_ one: inout Replica, _ other: inout Replica) {
    let log = one.log
    one.receive(other.log)
    other.receive(log)
  }

  @Test("hides a record that nobody else touched")
  func plain() throws {
    var (one, other) = try pair()
    one.delete(at: 2)
    exchange(&one, &other)
    #expect(try one.deletion() == .deleted)
    #expect(try other.deletion() == .deleted)
  }

  @Test("that had not seen an edit brings the whole record back and asks")
  func concurrentEdit() throws {
    var (one, other) = try pair()
    let deletion = one.delete(at: 2)
    try other.write(.text("better"), to: title, .text, at: 3)
    exchange(&one, &other)
    for replica in [one, other] {
      #expect(try replica.deletion() == .broughtBack(by: [deletion.dot]))
      #expect(try replica.resolution(of: title, .text).shown == .text("better"))
      #expect(try replica.resolution(of: body, .text).shown == .text("b"))
    }
  }

  @Test("is answered by whoever keeps or deletes the record knowingly", arguments: [true, false])
  func answered(isDeleted: Bool) throws {
    var (one, other) = try pair()
    one.delete(at: 2)
    try other.write(.text("better"), to: title, .text, at: 3)
    exchange(&one, &other)
    if isDeleted { other.delete(at: 4) } else { other.restore(at: 4) }
    exchange(&one, &other)
    #expect(try one.deletion() == (isDeleted ? .deleted : .present))
    #expect(one.state == other.state)
  }

  @Test("of two replicas at once needs one that had seen everything")
  func concurrentDeletions() throws {
    var (one, other) = try pair()
    one.delete(at: 2)
    try other.write(.text("better"), to: title, .text, at: 3)
    other.delete(at: 4)
    exchange(&one, &other)
    #expect(try one.deletion() == .deleted)
    #expect(try other.deletion() == .deleted)
  }

  @Test("beside a restoration that had not seen it asks")
  func concurrentRestoration() throws {
    var (one, other) = try pair()
    one.delete(at: 2)
    exchange(&one, &other)
    let again = one.delete(at: 3)
    other.restore(at: 4)
    exchange(&one, &other)
    #expect(try one.deletion() == .broughtBack(by: [again.dot]))
    #expect(try other.deletion() == .broughtBack(by: [again.dot]))
  }

  @Test("that arrives before what it deletes hides it when it comes")
  func early() throws {
    var (one, other) = try pair()
    other.delete(at: 2)
    var late = Replica(3)
    late.receive(other.log.suffix(1))
    #expect(late.state[.deletion]?.cancelled == [one.log[0].dot])
    late.receive(one.log)
    #expect(late.state[.deletion]?.cancelled == [])
    #expect(try late.deletion() == .deleted)
  }

  @Test("that undo brings back hides the record as it did before")
  func undoOfRestoration() throws {
    var (one, _) = try pair()
    one.delete(at: 2)
    let restoration = one.restore(at: 3)
    #expect(try one.deletion() == .present)
    one.undo(restoration, in: .deletion, at: 4)
    #expect(try one.deletion() == .deleted)
  }

  @Test("that undo takes back leaves the conflict that it answered")
  func undoOfDeletion() throws {
    var (one, other) = try pair()
    one.delete(at: 2)
    try other.write(.text("better"), to: title, .text, at: 3)
    exchange(&one, &other)
    let answer = other.delete(at: 4)
    #expect(try other.deletion() == .deleted)
    let undo = other.undo(answer, in: .deletion, at: 5)
    #expect(try other.deletion() == .broughtBack(by: [#require(undo).dot]))
  }
}
