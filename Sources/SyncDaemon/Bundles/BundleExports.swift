import Foundation
import SQLiteStore
import SyncControl
import SyncCore
import SyncWire

/// The bundles that are being made. Used on the reader's thread.
final class BundleExports {
  private let reader: StoreReader
  private var underWay: [String: UnderWay] = [:]

  private struct UnderWay {
    var bundle: BundleInMaking
    var piece = 0
    var lastUsedMilliseconds: Int64
  }

  /// Each keeps little more than a piece in memory.
  private static let concurrent = 4
  private static let idleMilliseconds: Int64 = 60_000

  init(reader: StoreReader) { self.reader = reader }

  func piece(_ request: BundleExportRequest, at now: Instant) throws -> BundlePiece {
    dropIdle(at: now)
    var (token, export) = try find(request, at: now)
    underWay[token] = nil
    let (bytes, isLast) = try export.bundle.next(
      atMost: ControlProtocol.bundlePieceBytes, from: reader)
    export.piece += 1
    export.lastUsedMilliseconds = now.monotonicMilliseconds
    if !isLast { underWay[token] = export }
    return BundlePiece(
      bytes: Data(bytes), done: export.bundle.done, total: export.bundle.total,
      cursor: isLast ? nil : "\(token).\(export.piece)",
      contents: isLast ? export.bundle.contents : nil)
  }

  func dropIdle(at now: Instant) {
    underWay = underWay.filter {
      now.monotonicMilliseconds - $0.value.lastUsedMilliseconds < Self.idleMilliseconds
    }
  }

  private func find(
    _ request: BundleExportRequest, at now: Instant
  ) throws -> (token: String, export: UnderWay) {
    guard let cursor = request.cursor else {
      guard underWay.count < Self.concurrent else {
        throw ControlFailure(
          what: "the bundle was not begun", why: "\(Self.concurrent) others are being made",
          remedy: "the same again when one of them has ended, or in a minute")
      }
      let bundle = try BundleInMaking(
        of: try projectID(request.project), asOf: try reader.logMoment(),
        schema: SchemaDigest.of(reader.schema.schemaDescription), at: now)
      return (
        UUID().uuidString,
        UnderWay(bundle: bundle, lastUsedMilliseconds: now.monotonicMilliseconds)
      )
    }
    let parts = cursor.split(separator: ".", maxSplits: 1).map(String.init)
    guard parts.count == 2, let export = underWay[parts[0]], Int(parts[1]) == export.piece else {
      throw ControlFailure(
        what: "the bundle can not be continued", why: "it may have waited longer than a minute",
        remedy: "labctl bundle export again")
    }
    return (parts[0], export)
  }
}
