import Foundation
import Glibc
import Synchronization

/// Stands between a laptop and the online side on loopback, passes every byte on, and counts.
///
/// What it counts is what the sockets carry: cryptography and framing of ZeroMQ included, TCP's own
/// headers not.
public final class CountingRelay: Sendable {
  /// Bytes each way since the relay was made.
  public struct Count: Hashable, Sendable {
    public var toOnline: Int
    public var toLaptop: Int

    public init(toOnline: Int = 0, toLaptop: Int = 0) {
      self.toOnline = toOnline
      self.toLaptop = toLaptop
    }

    public static func - (later: Count, earlier: Count) -> Count {
      Count(
        toOnline: later.toOnline - earlier.toOnline, toLaptop: later.toLaptop - earlier.toLaptop)
    }
  }

  public let port: UInt16
  private let target: UInt16
  private let listener: Int32
  private let toOnline = Atomic<Int>(0)
  private let toLaptop = Atomic<Int>(0)

  /// Listens on `port` and connects to `target` for each who comes.
  public init(port: UInt16, target: UInt16) throws(RigError) {
    self.port = port
    self.target = target
    listener = LoopbackAddress.stream()
    guard LoopbackAddress(port: port).bind(listener) == 0, listen(listener, 8) == 0 else {
      throw RigError("the relay can not listen on \(port): \(String(cString: strerror(errno)))")
    }
    Thread.detachNewThread { [self] in accept() }
  }

  public var count: Count {
    Count(
      toOnline: toOnline.load(ordering: .relaxed), toLaptop: toLaptop.load(ordering: .relaxed))
  }

  /// Takes nobody more; what is connected stays.
  public func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func accept() {
    while true {
      let laptop = Glibc.accept(listener, nil, nil)
      guard laptop >= 0 else {
        Glibc.close(listener)
        return
      }
      let online = LoopbackAddress.stream()
      guard LoopbackAddress(port: target).connect(online) == 0 else {
        Glibc.close(laptop)
        Glibc.close(online)
        continue
      }
      for descriptor in [laptop, online] {
        var isOn: Int32 = 1
        setsockopt(
          descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
      }
      let open = OpenCount()
      Thread.detachNewThread { [self] in pass(from: laptop, to: online, toOnline, open) }
      Thread.detachNewThread { [self] in pass(from: online, to: laptop, toLaptop, open) }
    }
  }

  /// Directions of a connection that still run; the last closes.
  private final class OpenCount: Sendable {
    let directions = Atomic<Int>(2)
  }

  private func pass(
    from source: Int32, to sink: Int32, _ counter: borrowing Atomic<Int>, _ open: OpenCount
  ) {
    var buffer = [UInt8](repeating: 0, count: 256 * 1024)
    reading: while true {
      let count = recv(source, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      counter.add(count, ordering: .relaxed)
      var sent = 0
      while sent < count {
        let written = buffer[sent..<count].withUnsafeBytes {
          send(sink, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard written > 0 else { break reading }
        sent += written
      }
    }
    shutdown(source, Int32(SHUT_RDWR))
    shutdown(sink, Int32(SHUT_RDWR))
    if open.directions.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
      Glibc.close(source)
      Glibc.close(sink)
    }
  }
}
