/// Asks for parked changes, the oldest first, a page at a time.
public struct ParkedListRequest: ControlQuestion {
  public typealias Answer = ParkedPage
  public static let name = ControlRequest.Name.parkedList

  public var limit: Int
  public var cursor: String?

  public init(limit: Int = ControlProtocol.pageRows, cursor: String? = nil) {
    self.limit = limit
    self.cursor = cursor
  }
}

/// Asks for one parked change with its bytes.
public struct ParkedShowRequest: ControlQuestion {
  public typealias Answer = ParkedDetail
  public static let name = ControlRequest.Name.parkedShow

  public var dot: String

  public init(dot: String) { self.dot = dot }
}

/// Asks to try parked changes again: one, or all of them.
public struct ParkedRetryRequest: ControlQuestion {
  public typealias Answer = ParkedRetryResult
  public static let name = ControlRequest.Name.parkedRetry

  /// Nil is all.
  public var dot: String?

  public init(dot: String? = nil) { self.dot = dot }
}
