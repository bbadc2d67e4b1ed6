/// Where the store is.
public enum StoreLocation: Hashable, Sendable, CustomStringConvertible {
  /// A database file by its absolute path.
  case sqlite(path: String)

  /// Reads `sqlite:///absolute/path`; the path stands as it is, nothing in it is escaped.
  public init(url: String) throws(ConfigurationError) {
    if url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") {
      throw ConfigurationError(
        "a PostgreSQL store is not in this version. Use sqlite:///var/lib/labsync/online.db")
    }
    guard url.hasPrefix("sqlite:///"), url.count > "sqlite:///".count, !url.hasSuffix("/") else {
      throw ConfigurationError(
        "store.url is not sqlite:// and an absolute path, such as sqlite:///var/lib/labsync/lab.db")
    }
    self = .sqlite(path: String(url.dropFirst("sqlite://".count)))
  }

  /// As in the configuration.
  public var description: String {
    switch self {
    case .sqlite(let path): "sqlite://\(path)"
    }
  }
}
