/// Asks what only the daemon can see of its machine: the store's file, its disk. Reads the store once.
public struct DoctorRequest: ControlQuestion {
  public typealias Answer = DoctorFacts
  public static let name = ControlRequest.Name.doctor

  public init() {}
}

/// Asks for a consistent copy of the store, a piece at a time. Go on with the cursor of the answer
/// until it has none.
public struct BackupRequest: ControlQuestion {
  public typealias Answer = BackupPiece
  public static let name = ControlRequest.Name.backup

  public var cursor: String?

  public init(cursor: String? = nil) { self.cursor = cursor }
}

/// Asks for changes in the order in which this store took them in.
public struct LogRequest: ControlQuestion {
  public typealias Answer = LogPage
  public static let name = ControlRequest.Name.log

  /// Those behind this position; nil asks for the last of all.
  public var after: Int64?
  public var limit: Int

  public init(after: Int64? = nil, limit: Int = ControlProtocol.pageRows) {
    self.after = after
    self.limit = limit
  }
}

/// Asks how the machines stand that this side serves.
public struct FleetRequest: ControlQuestion {
  public typealias Answer = Fleet
  public static let name = ControlRequest.Name.fleet

  public init() {}
}

/// Asks to take a parked change back, on every machine. Answered by the online side alone.
public struct ParkedDiscardRequest: ControlQuestion {
  public typealias Answer = Confirmation
  public static let name = ControlRequest.Name.parkedDiscard

  public var dot: String
  /// Why, for the people who wrote it.
  public var reason: String

  public init(dot: String, reason: String) {
    self.dot = dot
    self.reason = reason
  }
}
