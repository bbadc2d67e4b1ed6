/// Gives the daemon lines of a JSON Lines file, in the order of the file.
public struct ImportRequest: ControlQuestion {
  public typealias Answer = ImportResult
  public static let name = ControlRequest.Name.importLines

  /// The number of the first line in its file; the others follow without a gap.
  public var firstLine: Int
  /// Without their line ends. An empty line is passed over. Together at most
  /// `ControlProtocol.importRequestBytes`, or a single line of at most `importLineBytes`.
  public var lines: [String]
  public var project: String?

  public init(firstLine: Int, lines: [String], project: String? = nil) {
    self.firstLine = firstLine
    self.lines = lines
    self.project = project
  }
}

/// Asks for records as JSON Lines, a page at a time.
public struct ExportRequest: ControlQuestion {
  public typealias Answer = ExportPage
  public static let name = ControlRequest.Name.export

  /// Nil is every kind.
  public var kind: String?
  /// Every record sorted by kind and id, keys sorted, only what converges.
  public var canonical: Bool
  /// What the page before gave. All pages of one export show one moment.
  public var cursor: String?
  public var project: String?

  public init(
    kind: String? = nil, canonical: Bool = false, cursor: String? = nil, project: String? = nil
  ) {
    self.kind = kind
    self.canonical = canonical
    self.cursor = cursor
    self.project = project
  }
}
