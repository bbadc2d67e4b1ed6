/// A network, a disk and a clock of a machine's own. Without them it has those of this process.
public struct Surroundings {
  public var network: NetworkNamespace?
  public var disk: Disk?
  public var clock: MovedClock?
  /// For sockets and logs, where the machine's folder may fill up or fail.
  public var runtimeFolder: String?

  public init() {}

  /// What starts a program on this machine.
  var prefix: [String] { network?.prefix ?? [] }

  /// What a program on this machine has to be started with.
  var environment: [String: String] { clock?.environment ?? [:] }
}
