import Crypto
import GRDB
import SyncCore

/// What an invitation allows the one device that uses it.
public struct InvitationTerms: Hashable, Sendable {
  /// What the device will be called; `nil` leaves it to the device.
  public var name: String?
  /// `nil` is all.
  public var projects: Set<ProjectID>?
  public var role: DeviceRole
  /// Milliseconds since 1970.
  public var expiresAt: Int64

  public init(
    name: String? = nil, projects: Set<ProjectID>?, role: DeviceRole = .capture, expiresAt: Int64
  ) {
    self.name = name
    self.projects = projects
    self.role = role
    self.expiresAt = expiresAt
  }
}

/// What presenting a secret came to.
public enum Redemption: Hashable, Sendable {
  case admitted(EnrolledDevice)
  /// The words complete a sentence: `the invitation has expired`.
  case refused(words: String)
}

extension SQLiteStore {
  /// Keeps the hash of a new secret. On disk when it returns.
  public func invite(secret: [UInt8], _ terms: InvitationTerms, at now: Instant) throws {
    try write(at: now) { engine in
      try engine.database.execute(
        sql: """
          INSERT INTO sync_invitations (secret_hash, name, projects, role, made_at, expires_at)
          VALUES (?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Self.hash(secret), terms.name, terms.projects.map(ProjectList.text), terms.role.rawValue,
          now.wallMilliseconds, terms.expiresAt,
        ])
    }
  }

  /// Invitations that can still be used, the next to expire first.
  public func openInvitations(at now: Instant) throws -> [InvitationTerms] {
    try onConnection { database, _ in
      try Row.fetchAll(
        database,
        sql: """
          SELECT name, projects, role, expires_at FROM sync_invitations
          WHERE used_at IS NULL AND expires_at > ? ORDER BY expires_at
          """, arguments: [now.wallMilliseconds]
      ).compactMap(Self.terms)
    }
  }

  private static func terms(_ row: Row) -> InvitationTerms? {
    DeviceRole(rawValue: row[2]).map { role in
      InvitationTerms(
        name: row[0], projects: (row[1] as String?).map(ProjectList.read), role: role,
        expiresAt: row[3])
    }
  }

  /// Admits the device that presents an unused secret in time: once, but for the device itself. A
  /// device that is in already gets what the invitation allows besides.
  public func redeem(
    secret: [UInt8], by key: String, calling itself: String, at now: Instant
  ) throws -> Redemption {
    try write(at: now) { engine in
      let database = engine.database
      let hash = Self.hash(secret)
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT name, projects, role, expires_at, used_at, used_by FROM sync_invitations
          WHERE secret_hash = ?
          """, arguments: [hash])
      let known = try Row.fetchOne(
        database, sql: "SELECT \(EnrolledDevice.columns) FROM sync_devices WHERE key = ?",
        arguments: [key]
      ).flatMap { EnrolledDevice($0) }
      guard let row, let terms = Self.terms(row) else {
        return .refused(words: "the invitation is not one of this online side")
      }
      if let known, known.standing == .revoked {
        return .refused(
          words: "this laptop's key was revoked, and no invitation brings it back")
      }
      if row[4] as Int64? != nil {
        if let known, known.standing == .admitted, row[5] as String? == key {
          return .admitted(known)
        }
        return .refused(words: try Self.usedWords(by: row[5], database))
      }
      guard terms.expiresAt > now.wallMilliseconds else {
        return .refused(words: "the invitation has expired")
      }
      let device = try Self.admit(known, key: key, calling: itself, terms, now, database)
      try database.execute(
        sql: "UPDATE sync_invitations SET used_at = ?, used_by = ? WHERE secret_hash = ?",
        arguments: [now.wallMilliseconds, key, hash])
      return .admitted(device)
    }
  }

  private static func usedWords(by key: String?, _ database: Database) throws -> String {
    let name = try String.fetchOne(
      database, sql: "SELECT name FROM sync_devices WHERE key = ?", arguments: [key])
    return "the invitation was used already\(name.map { " by \($0)" } ?? "")"
  }

  private static func admit(
    _ known: EnrolledDevice?, key: String, calling itself: String, _ terms: InvitationTerms,
    _ now: Instant, _ database: Database
  ) throws -> EnrolledDevice {
    var device =
      known
      ?? EnrolledDevice(
        key: key, name: "", standing: .pending, projects: [], since: now.wallMilliseconds)
    if device.standing == .admitted, let had = device.projects {
      device.projects = terms.projects.map { had.union($0) }
    } else if device.standing != .admitted {
      device.projects = terms.projects
      device.role = terms.role
    }
    device.name = try freeName(terms.name ?? itself, for: key, database)
    device.standing = .admitted
    device.changedAt = now.wallMilliseconds
    try save(device, database)
    return device
  }

  /// The name, with a number where another device has it.
  static func freeName(_ wanted: String, for key: String, _ database: Database) throws -> String {
    let base = wanted.isEmpty ? "laptop" : wanted
    var name = base
    var number = 1
    while try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM sync_devices WHERE name = ? AND key IS NOT ?
          AND standing <> 'pending')
        """,
      arguments: [name, key]) == true
    {
      number += 1
      name = "\(base) \(number)"
    }
    return name
  }

  private static func hash(_ secret: [UInt8]) -> DatabaseBytes {
    DatabaseBytes(SHA256.hash(data: secret))
  }
}
