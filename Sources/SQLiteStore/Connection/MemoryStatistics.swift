import CSQLite

/// SQLite counts what it allocates, under a lock that every allocation takes. Nobody reads the count.
enum MemoryStatistics {
  /// Switches the count off for the process. Without effect once SQLite is in use.
  static let off: Void = { _ = csqlite_keep_no_memory_statistics() }()
}
