/// Asks for conflicts, the newest first, a page at a time.
public struct ConflictListRequest: ControlQuestion {
  public typealias Answer = ConflictPage
  public static let name = ControlRequest.Name.conflictList

  public enum Selection: String, Codable, CaseIterable, Hashable, Sendable {
    case open, settled, all
  }

  public var status: Selection
  public var limit: Int
  public var cursor: String?

  public init(
    status: Selection = .open, limit: Int = ControlProtocol.pageRows, cursor: String? = nil
  ) {
    self.status = status
    self.limit = limit
    self.cursor = cursor
  }
}

/// Asks for one conflict with all its values.
public struct ConflictShowRequest: ControlQuestion {
  public typealias Answer = ConflictDetail
  public static let name = ControlRequest.Name.conflictShow

  public var id: String

  public init(id: String) { self.id = id }
}

/// Asks to settle a conflict by a person's choice.
public struct ConflictResolveRequest: ControlQuestion {
  public typealias Answer = ConflictDetail
  public static let name = ControlRequest.Name.conflictResolve

  public enum Choice: Hashable, Sendable {
    /// The value with this number in the conflict's detail, from 1.
    case keep(Int)
    /// Another value, which replaces all of them.
    case value(JSON)
  }

  public var id: String
  public var choice: Choice
  /// The revision of the record when the person looked. When the conflict has got another value
  /// since, the daemon refuses with a sentence rather than bury what nobody looked at.
  public var seen: String?

  public init(id: String, choice: Choice, seen: String? = nil) {
    self.id = id
    self.choice = choice
    self.seen = seen
  }
}

extension ConflictResolveRequest {
  private enum CodingKeys: String, CodingKey { case id, keep, value, seen }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    id = try container.decode(String.self, forKey: .id)
    seen = try container.decodeIfPresent(String.self, forKey: .seen)
    switch (container.contains(.keep), container.contains(.value)) {
    case (true, false): choice = .keep(try container.decode(Int.self, forKey: .keep))
    case (false, true): choice = .value(try container.decode(JSON.self, forKey: .value))
    case (true, true), (false, false):
      throw ControlFailure(
        what: "the conflict was not resolved", why: "there has to be either keep or value",
        remedy: "labctl conflict resolve \(id) --keep 1", exit: .usage)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encodeIfPresent(seen, forKey: .seen)
    switch choice {
    case .keep(let number): try container.encode(number, forKey: .keep)
    case .value(let value): try container.encode(value, forKey: .value)
    }
  }
}

/// Asks to take back the last resolution of a conflict, which opens it again.
public struct ConflictUndoRequest: ControlQuestion {
  public typealias Answer = ConflictDetail
  public static let name = ControlRequest.Name.conflictUndo

  public var id: String

  public init(id: String) { self.id = id }
}
