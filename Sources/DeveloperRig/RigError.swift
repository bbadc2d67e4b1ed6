/// Why the rig could not do what was asked: what was being done, what happened, what to look at.
public struct RigError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
