import LabWorker
import OnlineWorker
import SyncCore
import SyncProtocol
import SyncSimulator
import Testing

@Suite("Whether a laptop may be lost")
struct LeaveCheckTests {
  private let title = CellKey("title")

  private func check(
    _ simulation: Simulation, uncaptured: Int = 0, only: ProjectID? = nil
  ) throws -> LeaveCheck {
    try LeaveCheck(
      uncaptured: uncaptured, session: simulation.labs[0].worker.session, only: only,
      store: simulation.labs[0].store)
  }

  private func started() throws -> Simulation {
    var simulation = simulation(labs: 1)
    simulation.tell(0, .start)
    try simulation.write(at: 0, "idea", recordID(1), [title: .text("t")], in: project)
    settle(&simulation)
    return simulation
  }

  @Test("Safe after a drain with nothing wrong")
  func safe() throws {
    let check = try check(started())
    #expect(check.isSafe)
    #expect(check.confirmed == 1)
  }

  @Test("Not safe with a write that is no change yet")
  func uncaptured() throws {
    #expect(try check(started(), uncaptured: 1).reasons == [.notCaptured(1)])
  }

  @Test("Not safe at any moment before the acknowledgement, nor before the proof")
  func eachStep() throws {
    var simulation = try started()
    try simulation.write(at: 0, "idea", recordID(2), [title: .text("u")], in: project)
    var seen: Set<Bool> = []
    repeat {
      let check = try check(simulation)
      let isThere = simulation.store.position(of: project).total == 2
      if check.isSafe { #expect(isThere) }
      seen.insert(check.isSafe)
    } while simulation.step()
    #expect(seen == [false, true])
  }

  @Test("Not safe without a connection, though everything was online once")
  func disconnected() throws {
    var simulation = try started()
    simulation.cut(0)
    #expect(try check(simulation).reasons.contains(.notProven))
  }

  @Test("Safe without any project, whether somebody is connected or not, unless a write waits")
  func noProject() throws {
    var simulation = simulation(labs: 1, adopted: false)
    #expect(try check(simulation).isSafe)
    #expect(try check(simulation, uncaptured: 1).reasons == [.notCaptured(1)])
    // With the first project there is something to prove.
    simulation.tell(0, .start)
    settle(&simulation)
    simulation.cut(0)
    #expect(try check(simulation).reasons == [.notProven])
  }

  @Test("Not safe with changes of a project that the other side does not share")
  func foreignProject() throws {
    var simulation = try started()
    let other = ProjectID(rawValue: uniqueID(2))
    var store = simulation.labs[0].store
    try store.adopt(other)
    try store.write("idea", recordID(9), [title: .text("t")], in: other, at: start)
    simulation.change(0) { $0.store = store }
    #expect(try check(simulation).reasons == [.notDurable(1)])
    // Looked at alone, what is shared is safe, and the other is neither there nor proven.
    #expect(try check(simulation, only: project).isSafe)
    #expect(try check(simulation, only: other).reasons == [.notDurable(1), .notProven])
  }
}
