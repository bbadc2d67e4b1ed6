import CLinux
import Foundation
import Testing

@testable import SyncDaemon

@Suite("The service manager")
struct ServiceNotifierTests {
  @Test("is told, at a path and at an abstract name", arguments: [false, true])
  func told(isAbstract: Bool) throws {
    let folder = try TemporaryFolder()
    let name = isAbstract ? "@labsync-\(UUID())" : "\(folder.path)/notify"
    let manager = try FileDescriptor(
      socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0), "open a socket")
    let (address, length) = try #require(unixAddress(name))
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(manager.number, $0, length) }
    }
    try #require(result == 0)
    #expect((access(name, F_OK) == 0) == !isAbstract)
    let notifier = try ServiceNotifier(environment: ["NOTIFY_SOCKET": name])
    let heard = {
      try manager.readAvailable(limit: 4096, "read").map { String(decoding: $0, as: UTF8.self) }
    }
    var isHeard = notifier.tell(.ready, .status("live\nand well"))
    #expect(isHeard)
    #expect(try heard() == "READY=1\nSTATUS=live and well")
    isHeard = notifier.tell(.watchdog)
    #expect(isHeard)
    #expect(try heard() == "WATCHDOG=1")
    isHeard = notifier.tell(.reloading(monotonicMicroseconds: 42))
    #expect(isHeard)
    #expect(try heard() == "RELOADING=1\nMONOTONIC_USEC=42")
    isHeard = notifier.tell(.stopping)
    #expect(isHeard)
    #expect(try heard() == "STOPPING=1")
  }

  @Test("may be missing, and must be there when it is named")
  func missing() throws {
    let nobody = try ServiceNotifier(environment: [:])
    let isHeard = nobody.tell(.ready)
    let interval = nobody.watchdogIntervalMilliseconds
    #expect(!isHeard)
    #expect(interval == nil)
    #expect(throws: SystemError.self) {
      _ = try ServiceNotifier(environment: ["NOTIFY_SOCKET": "/no/such/socket"])
    }
  }

  @Test("asks for a sign of life twice in the time it allows, of the process it names")
  func watchdog() throws {
    func interval(_ environment: [String: String]) throws -> Int? {
      try ServiceNotifier(environment: environment, processID: 7).watchdogIntervalMilliseconds
    }
    #expect(try interval(["WATCHDOG_USEC": "30000000"]) == 15_000)
    #expect(try interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"]) == 15_000)
    #expect(try interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "8"]) == nil)
    #expect(try interval(["WATCHDOG_USEC": "x"]) == nil)
  }
}

@Suite("Descriptors")
struct DescriptorTests {
  @Test("tell of a change in a folder once, however much it was")
  func fileWatch() throws {
    let folder = try TemporaryFolder()
    let watch = try FileWatch(folder: folder.path)
    var told = try watch.takeChange()
    #expect(!told)
    for number in 0..<300 { try folder.write("x", to: "file-\(number)") }
    #expect(waitUntilReadable(watch.number))
    told = try watch.takeChange()
    #expect(told)
    told = try watch.takeChange()
    #expect(!told)
    try #require(unlink("\(folder.path)/file-1") == 0)
    #expect(waitUntilReadable(watch.number))
    told = try watch.takeChange()
    #expect(told)
    let writes = try FileWatch(folder: folder.path, for: .writes)
    let file = try FileDescriptor(
      open("\(folder.path)/file-2", O_WRONLY | O_APPEND | O_CLOEXEC), "open a file")
    try #require(write(file.number, "y", 1) == 1)
    #expect(waitUntilReadable(writes.number))
    told = try writes.takeChange()
    #expect(told)
    told = try watch.takeChange()
    #expect(!told)
    _ = consume file
    #expect(throws: SystemError.self) { _ = try FileWatch(folder: "/no/such/folder") }
  }

  @Test("are closed with their owner")
  func closing() throws {
    let folder = try TemporaryFolder()
    func numberOfClosed() throws -> Int32 { try FileWatch(folder: folder.path).number }
    // Without closing, a thousand of them would be too many for one process, or for inotify.
    for _ in 0..<2000 { _ = try numberOfClosed() }
  }

  @Test("hold a store for one daemon, and name the one that has it")
  func instanceLock() throws {
    let folder = try TemporaryFolder()
    let store = "\(folder.path)/lab.db"
    do {
      let lock = try InstanceLock(storePath: store)
      let failure = try #require(throws: InstanceLock.Failure.self) {
        _ = try InstanceLock(storePath: store)
      }
      #expect(failure == .held(path: "\(store).lock", processID: getpid()))
      #expect(
        failure.description.hasPrefix(
          "the store is in use by another labsyncd (pid \(getpid()))"))
      _ = consume lock
    }
    _ = try InstanceLock(storePath: store)
    let failure = try #require(throws: InstanceLock.Failure.self) {
      _ = try InstanceLock(storePath: "/no/such/folder/lab.db")
    }
    #expect(failure.description.contains("cannot lock the store"))
  }

  @Test("tell of links from the kernel's own list")
  func linkWatch() throws {
    var watch = try LinkWatch()
    let told = try watch.takeReturn()
    #expect(!told)
  }
}

@Suite("Links")
struct LinkTableTests {
  private func message(_ type: Int, flags: Int = 0, _ body: [UInt8]) -> [UInt8] {
    var head = nlmsghdr()
    head.nlmsg_len = UInt32(16 + body.count)
    head.nlmsg_type = UInt16(type)
    head.nlmsg_flags = UInt16(flags)
    return withUnsafeBytes(of: head, Array.init) + body
  }

  private func link(_ index: Int32, _ flags: Int) -> [UInt8] {
    var link = ifinfomsg()
    link.ifi_index = index
    link.ifi_flags = UInt32(flags)
    return withUnsafeBytes(of: link, Array.init)
  }

  private func address(_ link: UInt32, _ bytes: [UInt8], flags: Int = 0, scope: UInt8 = 0)
    -> [UInt8]
  {
    var address = ifaddrmsg()
    address.ifa_index = link
    address.ifa_flags = UInt8(flags)
    address.ifa_scope = scope
    var attribute = rtattr()
    attribute.rta_len = UInt16(4 + bytes.count)
    attribute.rta_type = UInt16(IFA_ADDRESS)
    return withUnsafeBytes(of: address, Array.init) + withUnsafeBytes(of: attribute, Array.init)
      + bytes
  }

  private let up = Int(IFF_UP) | Int(IFF_RUNNING)

  @Test("have returned when they run and did not, and only then")
  func links() {
    var table = LinkTable()
    let running = message(Int(RTM_NEWLINK), link(2, up))
    #expect(table.read(message(Int(RTM_NEWLINK), flags: Int(NLM_F_MULTI), link(2, up))) == .init())
    #expect(table.read(running) == .init())
    #expect(table.read(message(Int(RTM_NEWLINK), link(2, Int(IFF_UP)))) == .init())
    #expect(table.read(running) == .init(hasReturned: true))
    #expect(table.read(message(Int(RTM_DELLINK), link(2, 0)) + running) == .init(hasReturned: true))
    let loopback = message(Int(RTM_NEWLINK), link(1, up | Int(IFF_LOOPBACK)))
    #expect(table.read(loopback) == .init())
  }

  @Test("have returned when an address can be used that could not, and only then")
  func addresses() {
    var table = LinkTable()
    let new = message(Int(RTM_NEWADDR), address(2, [10, 0, 0, 7]))
    let tentative = message(
      Int(RTM_NEWADDR), address(2, [10, 0, 0, 7], flags: Int(IFA_F_TENTATIVE)))
    let local = message(Int(RTM_NEWADDR), address(2, [169, 254, 0, 1], scope: 253))
    #expect(table.read(tentative + local) == .init())
    #expect(table.read(new) == .init(hasReturned: true))
    #expect(table.read(new) == .init())
    #expect(table.read(message(Int(RTM_DELADDR), address(2, [10, 0, 0, 7]))) == .init())
    #expect(table.read(new) == .init(hasReturned: true))
  }

  @Test("survive every message that is cut short or nonsense")
  func damaged() {
    let whole = message(Int(RTM_NEWADDR), address(2, [10, 0, 0, 7]))
    for count in 0..<whole.count {
      var table = LinkTable()
      #expect(table.read(Array(whole.prefix(count))) == .init())
    }
    for index in whole.indices {
      for byte: UInt8 in [0, 1, 0x7F, 0xFF] {
        var table = LinkTable()
        var damaged = whole
        damaged[index] = byte
        _ = table.read(damaged)
      }
    }
  }
}

@Suite("Clocks")
struct ClockTests {
  @Test("run forwards, and a sleep is noticed once")
  func clocks() {
    let before = SystemClock.monotonicMilliseconds
    #expect(SystemClock.monotonicMilliseconds >= before)
    #expect(SystemClock.wallMilliseconds > 1_700_000_000_000)
    #expect(SystemClock.suspendedMilliseconds >= 0)
    var watch = SuspendWatch(suspendedMilliseconds: 100)
    #expect(watch.hasResumed(suspendedMilliseconds: 599) == false)
    #expect(watch.hasResumed(suspendedMilliseconds: 600) == true)
    #expect(watch.hasResumed(suspendedMilliseconds: 600) == false)
    #expect(watch.hasResumed(suspendedMilliseconds: 90_000) == true)
  }
}
