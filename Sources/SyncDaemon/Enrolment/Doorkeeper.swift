import OnlineWorker
import SQLiteStore
import SyncControl
import SyncCore
import SyncProtocol
import ZeroMQ

/// Decides who a peer is and what it may, from the key that its connection proved: by the store's
/// devices, and by the folder of authorized keys.
final class Doorkeeper {
  private let folder: String
  private(set) var authorized: AuthorizedKeys
  private var fileNames: [String: String] = [:]
  /// Names of files that are gone since this daemon started, by their keys.
  private(set) var formerFileNames: [String: String] = [:]
  /// By key.
  private(set) var enrolled: [String: EnrolledDevice] = [:]
  /// The newest key of this side that devices by file say to keep, by their keys.
  private var keptByFile: [String: String] = [:]
  /// What each device left, by its key.
  private var departed: [String: Set<ProjectID>] = [:]
  private var helloRate = GateLimits.helloRate
  private var answerRate = GateLimits.answerRate
  private var noteRate = GateLimits.noteRate
  private var deviceRates: [String: TokenBucket] = [:]
  /// What was turned away without an answer.
  private(set) var unanswered = 0
  /// The public key that devices are told to be this side's next.
  var announced: CurvePublicKey?

  init(folder: String, store: SQLiteStore) throws {
    self.folder = folder
    authorized = try AuthorizedKeys(folder: folder)
    fileNames = Self.byText(authorized)
    try load(store)
  }

  /// Reads the store's devices anew.
  func load(_ store: SQLiteStore) throws {
    enrolled = Dictionary(
      try store.devices().map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    departed = try store.departed()
  }

  /// Reads the folder anew, and gives the keys that are in no more.
  func reload() throws -> [String] {
    let before = fileNames
    authorized = try AuthorizedKeys(folder: folder)
    fileNames = Self.byText(authorized)
    for (key, name) in before where fileNames[key] == nil { formerFileNames[key] = name }
    return before.keys.filter { key in
      if case .admitted = device(key).standing { return false }
      return fileNames[key] == nil
    }.sorted()
  }

  private static func byText(_ keys: AuthorizedKeys) -> [String: String] {
    Dictionary(
      keys.names.map { ($0.key.z85, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// The device with this key, as it stands. Cost: from memory.
  func device(_ key: String) -> Device {
    if let known = enrolled[key], known.standing != .pending {
      var device = Device(
        key: key, name: known.name, projects: access(known.projects, of: key), role: known.role)
      if known.standing == .revoked { device.standing = .revoked(words: Self.revoked(known)) }
      device.announcedServerKey = announced?.bytes
      return device
    }
    if let name = fileNames[key] {
      var device = Device(key: key, name: name, projects: access(nil, of: key))
      device.announcedServerKey = announced?.bytes
      return device
    }
    return Device(
      key: key, name: "not authorized", standing: .pending(words: Self.pending(key)))
  }

  private func access(_ projects: Set<ProjectID>?, of key: String) -> ProjectAccess {
    guard let left = departed[key], !left.isEmpty else { return projects.map { .only($0) } ?? .all }
    return projects.map { .only($0.subtracting(left)) } ?? .allBut(left)
  }

  /// Whether the device said that it removed every project that it may have, of these: nothing of them is
  /// still to come from it.
  func hasLeft(_ key: String, all projects: [ProjectID]) -> Bool {
    guard let left = departed[key], !left.isEmpty else { return false }
    let granted = isByFile(key) ? nil : enrolled[key]?.projects
    return projects.allSatisfy { left.contains($0) || granted?.contains($0) == false }
  }

  /// Whether a machine's name comes from the folder.
  func isByFile(_ key: String) -> Bool {
    guard fileNames[key] != nil else { return false }
    return enrolled[key].map { $0.standing == .pending } ?? true
  }

  /// The keys and names of the folder's devices that the store does not stand above.
  var byFile: [(key: String, name: String)] {
    fileNames.filter { isByFile($0.key) }.sorted { $0.value < $1.value }.map { ($0.key, $0.value) }
  }

  /// Whether a machine that is called so is let in.
  func letsIn(named name: String) -> Bool {
    byFile.contains { $0.name == name }
      || enrolled.values.contains { $0.standing == .admitted && $0.name == name }
  }

  func keptServerKey(_ key: String) -> String? { enrolled[key]?.keptServerKey ?? keptByFile[key] }

  /// Whether a message of a machine that is not admitted is worth an answer.
  func answersStranger(at now: Instant) -> Bool {
    if answerRate.take(at: now.monotonicMilliseconds) { return true }
    unanswered += 1
    return false
  }

  /// The device that says hello, after what it presents. `nil` is not to be answered at all.
  func greet(
    _ hello: Hello, key: String, at now: Instant, _ store: SQLiteStore
  ) throws -> Device? {
    let known = device(key)
    guard known.standing != .admitted else {
      return try greetAdmitted(known, hello, at: now, store)
    }
    guard helloRate.take(at: now.monotonicMilliseconds) else {
      guard answersStranger(at: now) else { return nil }
      return coming(known, words: "too many machines that are not let in say hello just now")
    }
    if let secret = hello.invitation {
      switch try store.redeem(
        secret: secret, by: key, calling: hello.introduction.name, at: now)
      {
      case .admitted(let enrolled):
        self.enrolled[key] = enrolled
        return device(key)
      case .refused(let words):
        var refused = known
        refused.standing = .refused(
          words: "\(words): ask for a new one (labctl peer invite on the online side)")
        return refused
      }
    }
    try notePending(hello, key: key, at: now, store)
    return known
  }

  private func greetAdmitted(
    _ known: Device, _ hello: Hello, at now: Instant, _ store: SQLiteStore
  ) throws -> Device {
    if deviceRates.count > GateLimits.countedDevices { deviceRates = [:] }
    guard
      deviceRates[known.key, default: GateLimits.deviceHelloRate].take(
        at: now.monotonicMilliseconds)
    else { return coming(known, words: "this laptop says hello too often") }
    if let secret = hello.invitation {
      if case .admitted(let enrolled) = try store.redeem(
        secret: secret, by: known.key, calling: known.name, at: now)
      {
        try store.settleDepartures(of: known.key, from: enrolled.projects, at: now)
        try load(store)
      }
    }
    var isNews = false
    for departure in hello.departures where try store.note(departure, of: known.key, at: now) {
      isNews = true
    }
    if isNews { try load(store) }
    if let bytes = hello.keptServerKey, let kept = Self.key(bytes)?.z85,
      kept != keptServerKey(known.key)
    {
      if var enrolled = enrolled[known.key] {
        enrolled.keptServerKey = kept
        try store.save(enrolled, at: now)
        self.enrolled[known.key] = enrolled
      } else {
        keptByFile[known.key] = kept
      }
    }
    return device(known.key)
  }

  private static func key(_ bytes: [UInt8]) -> CurvePublicKey? {
    do { return try CurvePublicKey(bytes: bytes) } catch { return nil }
  }

  private func coming(_ device: Device, words: String) -> Device {
    var device = device
    device.standing = .comeBack(
      inMilliseconds: GateLimits.comeBackMilliseconds, words: words)
    return device
  }

  private func notePending(
    _ hello: Hello, key: String, at now: Instant, _ store: SQLiteStore
  ) throws {
    guard enrolled[key] == nil, noteRate.take(at: now.monotonicMilliseconds) else { return }
    let name = MachineName.cleaned(
      hello.introduction.name, bytes: GateLimits.pendingNameBytes)
    let device = EnrolledDevice(
      key: key, name: name, standing: .pending, projects: [], since: now.wallMilliseconds)
    try store.save(device, at: now)
    try load(store)
  }

  /// Writes a device down, and knows it as it now is.
  func save(_ device: EnrolledDevice, at now: Instant, _ store: SQLiteStore) throws {
    try store.save(device, at: now)
    enrolled[device.key] = device
  }

  /// Lets a device in with what it is granted, also what it had left.
  func admit(_ device: EnrolledDevice, at now: Instant, _ store: SQLiteStore) throws {
    try store.save(device, at: now)
    try store.settleDepartures(of: device.key, from: device.projects, at: now)
    try load(store)
  }

  /// Keeps when devices last spoke, for after a restart: one transaction.
  func save(contacts: [String: Int64], at now: Instant, _ store: SQLiteStore) throws {
    let news = contacts.filter { key, time in
      enrolled[key].map { ($0.lastContact ?? 0) < time } ?? false
    }
    guard !news.isEmpty else { return }
    try store.save(contacts: news, at: now)
    for (key, time) in news { enrolled[key]?.lastContact = time }
  }
}

// MARK: - Words

extension Doorkeeper {
  /// What a laptop that nobody let in is told.
  static func pending(_ key: String) -> String {
    let fingerprint = fingerprint(of: key)
    return """
      this laptop waits to be let in. Its fingerprint is \(fingerprint): whoever looks after the online \
      side compares it and lets it in (labctl peer approve \(fingerprint), or a file with the key \(key) in \
      the folder "authorized" there)
      """
  }

  /// What a revoked laptop is told that hands over more than is kept.
  static let holdIsFull = """
    this laptop was shut out, and as much as is ever kept of one laptop waits for a decision already: what else is \
    captured on it stays on it until whoever looks after the online side decides
    """

  static func fingerprint(of key: String) -> String {
    do { return try CurvePublicKey(z85: key).fingerprint } catch { return key }
  }

  static func revoked(_ device: EnrolledDevice) -> String {
    let reason = device.reason.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
    return """
      this laptop was shut out on \(Timestamp.text(milliseconds: device.changedAt))\(reason): what is captured on it stays \
      on it until whoever looks after the online side decides
      """
  }
}
