import Foundation

/// Asks for a bundle of changes, a piece at a time. Go on with the cursor of the answer until it has
/// none.
public struct BundleExportRequest: ControlQuestion {
  public typealias Answer = BundlePiece
  public static let name = ControlRequest.Name.bundleExport

  public var cursor: String?
  /// Only this project; nil is every project of the store. Said with the first piece.
  public var project: String?

  public init(cursor: String? = nil, project: String? = nil) {
    self.cursor = cursor
    self.project = project
  }
}

/// Hands a bundle over, a piece at a time. With the last piece the daemon looks whether it is whole;
/// nothing is applied yet.
public struct BundleUploadRequest: ControlQuestion {
  public typealias Answer = BundleUpload
  public static let name = ControlRequest.Name.bundleUpload

  /// What the piece before was answered with; nil with the first.
  public var cursor: String?
  /// At most `ControlProtocol.bundlePieceBytes`. In JSON, base64 (RFC 4648).
  public var bytes: Data
  public var isLast: Bool
  /// Bytes of the whole file, said with the first piece: one that the disk has no room for is refused
  /// at once. Nil where it is not known.
  public var size: Int?

  public init(cursor: String?, bytes: Data, isLast: Bool, size: Int? = nil) {
    self.cursor = cursor
    self.bytes = bytes
    self.isLast = isLast
    self.size = size
  }

  private enum CodingKeys: String, CodingKey {
    case cursor, bytes, size
    case isLast = "last"
  }
}

/// Asks to check and apply a part of the bundle that was handed over. Go on with the cursor of the
/// answer until it has none.
public struct BundleImportRequest: ControlQuestion {
  public typealias Answer = BundleProgress
  public static let name = ControlRequest.Name.bundleImport

  public var cursor: String
  /// The machine that made the bundle, as whoever asks knows; nil where the online side knows it already.
  public var device: String?

  public init(cursor: String, device: String? = nil) {
    self.cursor = cursor
    self.device = device
  }
}
