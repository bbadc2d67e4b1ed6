import Foundation
import Testing

@testable import SyncDaemon

@Suite("Signals")
struct SignalTests {
  @Test("become something to read, once, and end nobody")
  func signals() throws {
    let descriptor = try SignalDescriptor()
    // To this thread alone: the others of a test process do not block them.
    for signal in SignalDescriptor.Signal.allCases {
      try #require(pthread_kill(pthread_self(), signal.number) == 0)
    }
    #expect(waitUntilReadable(descriptor.number))
    #expect(try Set(descriptor.take()) == Set(SignalDescriptor.Signal.allCases))
    #expect(try descriptor.take().isEmpty)
  }
}
