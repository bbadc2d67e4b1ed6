import GRDB
import SyncCore

/// A device as the online side keeps it.
public struct EnrolledDevice: Hashable, Sendable {
  public enum Standing: String, CaseIterable, Hashable, Sendable {
    case pending, admitted, revoked
  }

  /// The public key as text, 40 characters.
  public let key: String
  public var name: String
  public var standing: Standing
  public var role: DeviceRole
  /// `nil` is all.
  public var projects: Set<ProjectID>?
  /// When it was first seen or admitted, in milliseconds since 1970.
  public var since: Int64
  /// When its standing last changed.
  public var changedAt: Int64
  /// Why it was revoked.
  public var reason: String?
  /// The newest public key of this side that the device says to keep.
  public var keptServerKey: String?
  public var lastContact: Int64?

  public init(
    key: String, name: String, standing: Standing, role: DeviceRole = .capture,
    projects: Set<ProjectID>? = nil, since: Int64, reason: String? = nil
  ) {
    self.key = key
    self.name = name
    self.standing = standing
    self.role = role
    self.projects = projects
    self.since = since
    changedAt = since
    self.reason = reason
  }
}

extension EnrolledDevice {
  static let columns = """
    key, name, standing, role, projects, since, changed_at, reason, kept_server_key, last_contact
    """

  /// `nil` where a newer software wrote the row.
  init?(_ row: Row) {
    guard let standing = Standing(rawValue: row[2]), let role = DeviceRole(rawValue: row[3]) else {
      return nil
    }
    self.init(
      key: row[0], name: row[1], standing: standing, role: role,
      projects: (row[4] as String?).map(ProjectList.read), since: row[5], reason: row[7])
    changedAt = row[6]
    keptServerKey = row[8]
    lastContact = row[9]
  }
}

/// Sets of projects as JSON arrays.
enum ProjectList {
  static func read(_ text: String) -> Set<ProjectID> {
    Set(
      text.split(whereSeparator: { "[]\", ".contains($0) }).compactMap { ProjectID(String($0)) })
  }

  static func text(_ projects: Set<ProjectID>) -> String {
    "[" + projects.sorted().map { "\"\($0)\"" }.joined(separator: ",") + "]"
  }
}
