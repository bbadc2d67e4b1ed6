/// An identifier that says of what it is: never a bare UUID or string in a signature.
public protocol TypedIdentifier: Hashable, Comparable, Sendable, CustomStringConvertible {
  var rawValue: UniqueID { get }
  init(rawValue: UniqueID)
}

extension TypedIdentifier {
  /// Parses the 36-character text form; anything else gives `nil`.
  public init?(_ text: some StringProtocol) {
    guard let rawValue = UniqueID(text) else { return nil }
    self.init(rawValue: rawValue)
  }

  public var description: String { rawValue.description }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One living-lab engagement: the unit of replication and of access.
public struct ProjectID: TypedIdentifier {
  public var rawValue: UniqueID
  public init(rawValue: UniqueID) { self.rawValue = rawValue }
}

/// One incarnation of one store that makes changes.
public struct ReplicaID: TypedIdentifier {
  public var rawValue: UniqueID
  public init(rawValue: UniqueID) { self.rawValue = rawValue }
}

/// One record: an idea, a comment, a session ...
public struct RecordID: TypedIdentifier {
  public var rawValue: UniqueID
  public init(rawValue: UniqueID) { self.rawValue = rawValue }
}

/// One conflict: derived from its record and field, so that every replica names it alike.
public struct ConflictID: TypedIdentifier {
  public var rawValue: UniqueID
  public init(rawValue: UniqueID) { self.rawValue = rawValue }
}
