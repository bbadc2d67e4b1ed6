import Foundation
import Testing

/// Whole labs: real processes, sockets and files. One at a time, so that a machine of two cores
/// keeps the deadlines.
@Suite("A lab of real processes", .serialized, .timeLimit(.minutes(10)))
struct SystemTests {}

/// A number that the environment may say; how much of a long claim is tried.
func setting(_ name: String, default number: Int) -> Int {
  ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? number
}
