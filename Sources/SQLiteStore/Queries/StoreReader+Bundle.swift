import SyncCore

/// What the log held at one moment, to be read batch by batch.
public struct LogMoment {
  /// Whose log it is.
  public let replica: ReplicaID
  public let side: Side
  public let name: String
  fileprivate let origins: Origins

  /// Sorted.
  public var projects: [ProjectID] { origins.projects }

  public func vector(of project: ProjectID) throws -> ProjectVector {
    origins.vector(ofProjectRef: try origins.ref(of: project))
  }
}

extension StoreReader {
  public func logMoment() throws -> LogMoment {
    try read("looking at the log") { view in
      let identity = try StoreIdentity.load(from: view.database)
      return LogMoment(
        replica: identity.replica, side: identity.side, name: identity.name, origins: view.origins)
    }
  }

  /// The changes of one lane that the log held at a moment and `known` does not cover, as
  /// ``ChangeStore/changes(in:lane:notIn:atMost:)`` gives them. What was erased since is not in them.
  ///
  /// Throws where the log was shortened since the moment: by a fork, a repair, or leaving a project.
  public func changes(
    in project: ProjectID, lane: Lane, notIn known: ProjectVector, asOf moment: LogMoment,
    atMost bounds: BatchBounds
  ) throws -> ChangeBatch? {
    try read("reading the log") { view in
      let then = try moment.vector(of: project)
      guard let ref = view.origins.projectRefs[project], ref == moment.origins.projectRefs[project],
        case let now = view.origins.vector(ofProjectRef: ref),
        then.origins.allSatisfy({ then[$0]?.sequence ?? 0 <= now.sequence(of: $0) })
      else {
        throw StoreError.refused(
          what: "The log", why: "a part of it was taken off while it was read",
          hint: "The same again.")
      }
      return try ChangesAfter(log: view.log, origins: moment.origins, bounds: bounds)
        .batch(project: project, ref: ref, lane: lane, notIn: known)
    }
  }
}
