import Glibc
import SyncCore

/// Makes what a configuration names and this machine does not have yet: the key pair, the store, and
/// on the online side the folder of authorized keys. What is there stays as it is, so that a package
/// may ask for it at every installation.
public struct Preparation: Sendable {
  /// What a machine has afterwards.
  public struct Outcome: Hashable, Sendable {
    /// 40 Z85 characters.
    public var publicKey: String
    /// The new project's id, where the online side's store was made.
    public var project: String?
    public var hasMadeKeys = false
    public var hasMadeStore = false
  }

  private let configuration: Configuration

  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// Throws a sentence where a part can not be made; the parts made before stay. `projectName` is
  /// what a new online store's project is called.
  public func run(projectName: String) throws -> Outcome {
    let keys = KeyFolder(path: configuration.keysDirectory)
    let hasKeys = access(keys.secretPath, F_OK) == 0
    let pair = try hasKeys ? keys.load() : keys.create()
    var outcome = Outcome(publicKey: pair.publicKey.z85, hasMadeKeys: !hasKeys)
    if configuration.side == .online {
      try NewFolder.makeFolder(configuration.authorizedDirectory)
    }
    let path = configuration.store.path
    guard access(path, F_OK) != 0 else { return outcome }
    switch configuration.side {
    case .lab:
      try StoreSetup.createLab(
        configuration.store, replicaName: configuration.replicaName, project: nil)
    case .online:
      outcome.project = try StoreSetup.createOnline(
        configuration.store, projectName: projectName, replicaName: configuration.replicaName)
    }
    outcome.hasMadeStore = true
    return outcome
  }
}
