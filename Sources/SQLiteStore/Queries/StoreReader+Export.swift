import SyncCore

extension StoreReader {
  /// Exports that may be under way at once: each holds a moment of the store, and with it the
  /// write-ahead log since.
  public static let concurrentExports = 4
  /// Milliseconds after which an export that nobody goes on with is dropped.
  public static let exportIdleMilliseconds: Int64 = 60_000

  /// Begins an export and gives its first page.
  public func export(_ selection: ExportSelection, at now: Instant) throws -> StoredExportPage {
    dropIdleExports(at: now)
    guard exports.count < Self.concurrentExports else {
      throw StoreError.refused(
        what: "The export", why: "\(Self.concurrentExports) others are under way",
        hint: "Try again when one has ended, or in a minute.")
    }
    return try wrappingDatabaseErrors("exporting records") {
      let export = try StoreExport(path: path, schema: schema, selection: selection)
      return try nextPage(of: export, token: Self.token(), at: now)
    }
  }

  /// Goes on with an export, at the same moment of the store as its first page.
  public func export(continuing cursor: String, at now: Instant) throws -> StoredExportPage {
    dropIdleExports(at: now)
    let parts = cursor.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let export = exports[parts[0]], Int(parts[1]) == export.page else {
      throw StoreError.refused(
        what: "The export", why: "it can not be continued here; it may have waited too long",
        hint: "Begin it again.")
    }
    return try wrappingDatabaseErrors("exporting records") {
      try nextPage(of: export, token: parts[0], at: now)
    }
  }

  /// Lets go of exports that nobody went on with. To be called now and then: an export that is held
  /// keeps the store's write-ahead log from being cut.
  public func dropIdleExports(at now: Instant) {
    exports = exports.filter {
      now.monotonicMilliseconds - $0.value.lastUsedMilliseconds < Self.exportIdleMilliseconds
    }
  }

  private func nextPage(
    of export: StoreExport, token: String, at now: Instant
  ) throws -> StoredExportPage {
    export.lastUsedMilliseconds = now.monotonicMilliseconds
    exports[token] = nil
    let (lines, isAtEnd) = try export.nextPage()
    if isAtEnd { return StoredExportPage(lines: lines, cursor: nil) }
    exports[token] = export
    return StoredExportPage(lines: lines, cursor: "\(token).\(export.page)")
  }

  private static func token() -> String {
    var generator = SystemRandomNumberGenerator()
    return String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36)
  }
}
