import SyncCore

/// Every limit of the protocol, in one place. The relations between them are tested.
public enum ProtocolLimits {
  /// The protocol versions that this software speaks.
  public static let versions: ClosedRange<UInt8> = 1...1

  /// Bytes of one frame. A batch is far smaller; one change of the longest texts and the largest
  /// sets that capture allows must fit, or nothing of its origin would ever pass again.
  public static let frameBytes = 8 << 20
  /// Bytes of a message after decompression.
  public static let messageBytes = 8 << 20
  /// How many times smaller a compressed message may be. A sender leaves alone what would shrink
  /// more.
  public static let compressionRatio = 250
  /// Messages below this are not compressed.
  public static let compressedFromBytes = 512

  /// Values of one operation: an undo restores as many as there were siblings.
  public static let valuesPerOperation = 4_096
  /// Values in the personal part of one change.
  public static let personalValuesPerChange = 16_384

  /// Bytes and rows of a batch at the most, before compression. The first change always fits.
  public static let batch = BatchBounds(bytes: 256 << 10, rows: 2_000)
  /// Bytes of the first batch of a session, and of the smallest that a slow link brings them down to.
  public static let firstBatchBytes = 64 << 10
  public static let smallestBatchBytes = 16 << 10
  /// A batch that is acknowledged sooner than the first doubles the size of those that follow, one that
  /// takes longer than the second halves it.
  public static let quickBatchMilliseconds: Int64 = 1_000
  public static let slowBatchMilliseconds: Int64 = 3_000
  /// Batches of the current size that may be unacknowledged, within the credit.
  public static let batchesInWindow = 4
  /// Changes that a batch may hold however small they are.
  public static let batchRows = 4_096
  /// Bytes of changes that a receiver lets a sender have unacknowledged.
  public static let creditBytes = 1 << 20
  /// Batches that a sender may have unacknowledged.
  public static let batchesInFlight = 8

  /// The greatest sequence: with a batch after it, it still fits a signed 64-bit column.
  public static let sequence: UInt64 = 1 << 62

  /// Projects of one hello or welcome.
  public static let projects = 256
  /// Origins of one vector.
  public static let origins = 16_384
  /// UTF-8 bytes of a name, a software version, or an explanation.
  public static let wordsBytes = 1_000

  /// The one-time secret of an invitation, and a public key.
  public static let invitationBytes = 16
  public static let serverKeyBytes = 32
  /// Bytes of a frame of a device that is not admitted: a hello of many projects is smaller.
  public static let strangerFrameBytes = 64 << 10

  /// Quiet time after which a side asks whether the other is still there, in milliseconds.
  public static let pingIntervalMilliseconds: Int64 = 4_000
  /// Quiet time after which a session is given up while an answer is awaited, in milliseconds.
  public static let silenceLimitMilliseconds: Int64 = 10_000
  /// How far the clocks of two sides may differ before it is called wrong, in milliseconds.
  public static let clockOffsetMilliseconds: Int64 = Limits.clockLeapMilliseconds
}
