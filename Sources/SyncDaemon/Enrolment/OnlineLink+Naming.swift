import SQLiteStore
import SyncControl
import SyncCore

/// What the texts in a request name.
extension OnlineLink {
  /// The one device that a text names: by its key, else by its fingerprint, else by its name. A machine
  /// that waits says its name itself, so that this names nobody; one that was let in before, by a file that
  /// is gone, goes by the name that it had then, unless it is to be let in.
  func device(
    _ text: String, orFormer: Bool = true, _ store: SQLiteStore
  ) throws -> EnrolledDevice {
    var known = doorkeeper.enrolled.values.filter { !doorkeeper.isByFile($0.key) }
    known += doorkeeper.byFile.map {
      EnrolledDevice(key: $0.key, name: $0.name, standing: .admitted, since: 0)
    }
    let former = try former(besides: known, store)
    known = known.filter { device in !former.contains { $0.key == device.key } }
    let all = known + former
    let ways = [
      all.filter { $0.key == text },
      all.filter { Doorkeeper.fingerprint(of: $0.key) == text.uppercased() },
      known.filter { $0.standing != .pending && $0.name == text },
      former.filter { orFormer && $0.name == text },
    ]
    let found = ways.first { !$0.isEmpty } ?? []
    if let device = found.first, found.count == 1 { return device }
    throw ControlFailure(
      what: found.isEmpty
        ? "no machine is called '\(text)'" : "\(found.count) machines are '\(text)'",
      why: "a machine is named by its name, its fingerprint or its key, and one that waits to be "
        + "let in by its fingerprint or its key alone",
      remedy: "take the fingerprint from labctl peer list", exit: .usage)
  }

  /// Machines that spoke as a replica here, and have no rights any more that anybody took from them: their
  /// file is gone. What they are granted is what a file grants: all.
  private func former(
    besides known: [EnrolledDevice], _ store: SQLiteStore
  ) throws -> [EnrolledDevice] {
    let standing = Dictionary(known.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
    return try store.devicesThatSpoke().compactMap { key, name in
      guard standing[key].map({ $0.standing == .pending }) ?? true else { return nil }
      var device = EnrolledDevice(
        key: key, name: doorkeeper.formerFileNames[key] ?? name, standing: .pending,
        since: standing[key]?.since ?? 0)
      device.lastContact = standing[key]?.lastContact
      return device
    }
  }

  /// As a person compares it.
  func named(_ device: EnrolledDevice) -> String {
    "\(device.name) (\(Doorkeeper.fingerprint(of: device.key)))"
  }

  func projects(
    _ texts: [String], _ store: SQLiteStore
  ) throws(ControlFailure) -> Set<ProjectID>? {
    guard !texts.isEmpty else { return nil }
    var projects: Set<ProjectID> = []
    for text in texts {
      guard let project = try projectID(text), store.projects.contains(project) else {
        throw ControlFailure(
          what: "there is no project \(text) here", why: "a project is named by its id",
          remedy: "take the id from labctl status", exit: .usage)
      }
      projects.insert(project)
    }
    return projects
  }

  func role(_ text: String) throws(ControlFailure) -> DeviceRole {
    guard let role = DeviceRole(rawValue: text) else {
      throw ControlFailure(
        what: "'\(text)' is no role", why: "",
        remedy: DeviceRole.allCases.map(\.rawValue).joined(separator: ", "), exit: .usage)
    }
    return role
  }
}
