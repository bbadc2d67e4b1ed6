import Foundation

/// An online side and laptops, each with a network, a disk and a clock of its own, on a switch.
public final class FaultLab {
  public let lab: Lab
  public let wire: Wire
  public let writers: [RowWriter]
  public let silenceLimitSeconds: Int
  /// The machines that run or should, by their place in ``Lab/machines``.
  var places: [Int]
  /// A laptop that has nothing of its own and becomes a copy of others.
  let spare: Int?
  /// An older copy of each laptop's store, where there is one.
  var backups: [Int: String] = [:]
  /// The keys that were let in.
  var approved: Set<String>
  /// How often a laptop was told that it may be lost, and how often that it may not.
  var leaveChecks = (safe: 0, unsafe: 0)
  /// What laptops that were destroyed said last of having been an older copy.
  var forksOfTheLost: [String: String] = [:]

  /// Needs a ``SealedBox``.
  ///
  /// - Parameters:
  ///   - hasSpare: whether there is one laptop more, which is started as a copy of another.
  ///   - diskMegabytes: of each machine; nil for none of their own.
  ///   - program: labdev, which writes rows.
  public init(
    laptops: Int, hasSpare: Bool = false, diskMegabytes: Int? = 512, silenceLimitSeconds: Int = 10,
    seed: UInt64,
    programs: Programs? = nil, program: String
  ) throws {
    var networks: [NetworkNamespace] = []
    var library: String?
    self.silenceLimitSeconds = silenceLimitSeconds
    let lab = try Lab(laptops: laptops + (hasSpare ? 1 : 0), programs: programs) { place, folder in
      if library == nil { library = try MovedClock.library(in: folder) }
      var around = Surroundings()
      let name = "\(folder)/machine-\(place)"
      // 10.77.0.1 is the online side, 10.77.0.11 the first laptop.
      let address = "10.77.0.\(place == 0 ? 1 : 10 + place)"
      let network = try NetworkNamespace(address: address)
      networks.append(network)
      around.network = network
      around.disk = try diskMegabytes.map { try Disk(at: "\(name).disk", megabytes: $0) }
      around.clock = try library.map { try MovedClock(path: "\(name).clock", library: $0) }
      let runtime = "\(name).run"
      try FileManager.default.createDirectory(
        atPath: runtime, withIntermediateDirectories: false)
      around.runtimeFolder = runtime
      return around
    }
    self.lab = lab
    places = Array(0...laptops)
    spare = hasSpare ? laptops + 1 : nil
    approved = Set(lab.machines.map(\.publicKey))
    wire = Wire(networks, routed: Set(1..<networks.count), seed: seed)
    for machine in lab.machines {
      machine.environment["LABSYNC_SESSION_SILENCE_LIMIT_SECONDS"] = "\(silenceLimitSeconds)"
    }
    writers = lab.machines.enumerated().map { place, machine in
      RowWriter(
        on: machine, ledger: "\(lab.folder)/machine-\(place).ledger", program: program,
        seed: seed &+ UInt64(place) &* 1_000_000)
    }
  }

  deinit { wire.close() }

  /// Starts nothing unless the rig's own tools bite. Then starts the daemons, waits until they hold
  /// the same and the ideas that all edit, then starts the programs that write.
  public func start() throws {
    try ToolProof(folder: lab.folder).run()
    for place in places { try lab.machines[place].start() }
    try SharedIdeas.write(into: lab.online)
    try lab.waitUntilInSync(seconds: 60)
    for place in places { try writers[place].start() }
  }

  func startAgain(_ place: Int) throws {
    try lab.machines[place].start()
    try writers[place].start()
  }

  /// The machine's power is gone: nothing of it runs on.
  func crash(_ place: Int) throws {
    try writers[place].kill()
    try lab.machines[place].kill()
  }

  /// What a start of the machine does.
  func boot(_ place: Int) throws {
    try lab.machines[place].surroundings.disk?.mountAgain()
    try lab.machines[place].start()
    try writers[place].start()
  }
}

/// Ideas whose bodies everybody edits at the same time.
enum SharedIdeas {
  static let count = 40

  static func title(_ number: Int) -> String { "Shared idea \(number)" }

  static func write(into machine: Machine) throws {
    let database = try machine.database()
    let idea = try database.prepare("INSERT INTO ideas (title) VALUES (?)")
    try database.transaction {
      for number in 0..<count { try idea.run([.text(title(number))]) }
    }
  }
}
