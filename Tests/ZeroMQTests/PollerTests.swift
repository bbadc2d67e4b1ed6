import Foundation
import Testing

@testable import ZeroMQ

@Suite("Polling")
struct PollerTests {
  enum Source: Hashable { case socket, pipe }

  @Test("tells sockets and file descriptors apart by their tags")
  func tags() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends where end >= 0 { close(end) } }
    let context = try Context()
    let endpoint = context.uniqueInprocEndpoint()
    let listening = try context.socket(.pair)
    try listening.bind(endpoint)
    let connecting = try context.socket(.pair)
    try connecting.connect(endpoint)

    var poller = Poller<Source>()
    poller.add(listening.pollItem(.socket))
    poller.add(.file(ends[0], .pipe))
    let nothing = try poller.wait(timeoutMilliseconds: 0)
    #expect(nothing == .timedOut)
    #expect(poller.ready.isEmpty)

    #expect(write(ends[1], "x", 1) == 1)
    let piped = try poller.wait(timeoutMilliseconds: nil)
    #expect(piped == .ready)
    #expect(poller.ready == [.init(tag: .pipe, events: .readable)])

    try connecting.deliver([bytes("x")])
    let both = try poller.wait(timeoutMilliseconds: nil)
    #expect(both == .ready)
    #expect(poller.ready.map(\.tag) == [.socket, .pipe])

    poller.remove(.pipe)
    _ = try listening.receive()
    let read = try poller.wait(timeoutMilliseconds: 0)
    #expect(read == .timedOut)
    let known = poller.setInterest([.readable, .writable], for: .socket)
    #expect(known)
    let unknown = poller.setInterest(.readable, for: .pipe)
    #expect(!unknown)
    let writable = try poller.wait(timeoutMilliseconds: nil)
    #expect(writable == .ready)
    #expect(poller.ready == [.init(tag: .socket, events: .writable)])
  }

  @Test("a pipe whose other end closed is reported, not waited for")
  func closedPipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var poller = Poller<Source>()
    poller.add(.file(ends[0], .pipe))
    close(ends[1])
    let outcome = try poller.wait(timeoutMilliseconds: nil)
    #expect(outcome == .ready)
    #expect(poller.ready == [.init(tag: .pipe, events: .failed)])
  }

  @Test("a signal wakes the wait")
  func signalled() throws {
    signal(SIGURG) { _ in }
    defer { signal(SIGURG, SIG_DFL) }
    // The threads of a dispatch queue have signals blocked.
    var (urgent, before) = (sigset_t(), sigset_t())
    sigemptyset(&urgent)
    sigaddset(&urgent, SIGURG)
    pthread_sigmask(SIG_UNBLOCK, &urgent, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let context = try Context()
    let socket = try context.socket(.pair)
    try socket.bind(context.uniqueInprocEndpoint())
    let waiting = UInt(pthread_self())
    let over = DispatchSemaphore(value: 0)
    let stopped = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      // Again and again, since the wait may not have begun when the first signal arrives.
      repeat {
        pthread_kill(pthread_t(waiting), SIGURG)
      } while over.wait(timeout: .now() + .milliseconds(10)) == .timedOut
      stopped.signal()
    }
    var poller = Poller<Source>()
    poller.add(socket.pollItem(.socket))
    let outcome = try poller.wait(timeoutMilliseconds: 10_000)
    over.signal()
    stopped.wait()
    #expect(outcome == .woken)
  }
}
