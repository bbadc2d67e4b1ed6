import Foundation
import Glibc
import Synchronization

/// A switch between machines whose cables can be made bad while they are in use.
///
/// It is one thread that passes Ethernet frames on. Each frame passes two cables: its sender's and its
/// receiver's.
public final class Wire: Sendable {
  /// Bytes of the frames that came through a machine's cable.
  public struct Count: Hashable, Sendable {
    public var fromMachine = 0
    public var toMachine = 0
  }

  /// One machine at the switch, by the order in which they were given.
  private struct Port {
    let tap: Int32
    var cable = Cable()
    var outbound = CableQueue()
    var inbound = CableQueue()
    var count = Count()
    /// What a router in front of the machine remembers; nil where there is none.
    var flows: Set<EthernetFrame.Flow>?
  }

  private struct Switch {
    var ports: [Port]
    var places: [EthernetFrame.Address: Int] = [:]
    var underway = FrameQueue()
    var chance: SeededGenerator
  }

  private let state: Mutex<Switch>
  private let taps: [Int32]
  private let isClosed = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - networks: stay open as long as the wire does.
  ///   - routed: which of them are behind a router that remembers connections.
  public init(_ networks: [NetworkNamespace], routed: Set<Int>, seed: UInt64) {
    taps = networks.map(\.tap)
    let ports = networks.enumerated().map { number, network in
      Port(tap: network.tap, flows: routed.contains(number) ? [] : nil)
    }
    state = Mutex(Switch(ports: ports, chance: SeededGenerator(seed: seed)))
    Thread.detachNewThread { [self] in run() }
  }

  /// Ends the thread and waits for it; nothing passes any more.
  public func close() {
    guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
    hasEnded.wait()
  }

  public func setCable(_ cable: Cable, of machine: Int) {
    state.withLock { $0.ports[machine].cable = cable }
  }

  /// The router in front of the machine forgets every connection, as after a restart: what belongs to
  /// them vanishes from now on, both ways, without a sign to anybody. New connections are made.
  public func forgetConnections(of machine: Int) {
    state.withLock { $0.ports[machine].flows = [] }
  }

  /// What has passed since the beginning.
  public func count(of machine: Int) -> Count { state.withLock { $0.ports[machine].count } }

  private static let framesPerTurn = 64

  private func run() {
    var entries = taps.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isClosed.load(ordering: .acquiring) {
      // Bounded, because the end of the wire is no event of a tap.
      let next = state.withLock { $0.underway.next.map { $0 - Deadline.monotonicMicroseconds } }
      let wait = min(50, max(0, (next ?? 50_000) + 999) / 1000)
      poll(&entries, nfds_t(entries.count), Int32(wait))
      for (port, entry) in entries.enumerated() where entry.revents & Int16(POLLIN) != 0 {
        for _ in 0..<Self.framesPerTurn {
          let count = read(taps[port], &buffer, buffer.count)
          guard count > 0 else { break }
          guard let frame = EthernetFrame(Array(buffer[..<count])) else { continue }
          state.withLock { Self.take(frame, from: port, &$0) }
        }
      }
      deliver()
    }
    hasEnded.signal()
  }

  private static func take(_ frame: EthernetFrame, from port: Int, _ state: inout Switch) {
    let now = Deadline.monotonicMicroseconds
    state.places[frame.source] = port
    guard passesRouter(frame, from: port, &state.ports[port]) else { return }
    let size = frame.bytes.count
    let cable = state.ports[port].cable
    let arrival = state.ports[port].outbound.passage(
      of: size, through: cable, loses: cable.losesOutbound, at: now, chance: &state.chance)
    guard let arrival else { return }
    state.ports[port].count.fromMachine += size
    let receivers =
      state.places[frame.destination].map { [$0] } ?? state.ports.indices.filter { $0 != port }
    for receiver in receivers where receiver != port {
      if let flow = frame.inboundFlow, state.ports[receiver].flows?.contains(flow) == false {
        continue
      }
      let cable = state.ports[receiver].cable
      let time = state.ports[receiver].inbound.passage(
        of: size, through: cable, loses: cable.losesInbound, at: arrival, chance: &state.chance)
      guard let time else { continue }
      state.ports[receiver].count.toMachine += size
      state.underway.add(frame.bytes, to: receiver, at: time)
    }
  }

  private static func passesRouter(
    _ frame: EthernetFrame, from number: Int, _ port: inout Port
  ) -> Bool {
    guard port.flows != nil, let flow = frame.outboundFlow else { return true }
    if frame.opensConnection { port.flows?.insert(flow) }
    return port.flows?.contains(flow) ?? true
  }

  private func deliver() {
    let due = state.withLock { $0.underway.takeDue(at: Deadline.monotonicMicroseconds) }
    for frame in due {
      // A machine whose port is down takes nothing: the frame is lost, as on any wire.
      _ = frame.bytes.withUnsafeBytes { write(taps[frame.port], $0.baseAddress, $0.count) }
    }
  }
}

/// Frames on their way, by the time of their arrival.
struct FrameQueue {
  struct Frame {
    var time: Int
    var port: Int
    var bytes: [UInt8]
  }

  private var frames: [Frame] = []

  /// When the next frame arrives.
  var next: Int? { frames.first?.time }

  /// Frames of one time keep their order.
  mutating func add(_ bytes: [UInt8], to port: Int, at time: Int) {
    let place = frames.lastIndex { $0.time <= time }.map { $0 + 1 } ?? 0
    frames.insert(Frame(time: time, port: port, bytes: bytes), at: place)
  }

  mutating func takeDue(at now: Int) -> [Frame] {
    let count = frames.firstIndex { $0.time > now } ?? frames.count
    defer { frames.removeFirst(count) }
    return Array(frames[..<count])
  }
}
