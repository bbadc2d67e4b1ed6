import Foundation

/// What the daemon sees of its machine.
public struct DoctorFacts: Codable, Hashable, Sendable {
  /// The store's file.
  public var storePath: String
  /// Room on the store's disk, for the user that the daemon runs as.
  public var diskFreeBytes: Int64
  public var diskBytes: Int64
  /// What SQLite finds wrong with the file, at most five sentences; empty where it is whole.
  public var damage: [String]
  /// Why writes could not be made changes and wait in the outbox, at most five sentences.
  public var setAside: [String]
  /// The daemon's configuration file; nil where it has none.
  public var configurationPath: String?

  public init(
    storePath: String, diskFreeBytes: Int64, diskBytes: Int64, damage: [String],
    setAside: [String] = []
  ) {
    self.storePath = storePath
    self.diskFreeBytes = diskFreeBytes
    self.diskBytes = diskBytes
    self.damage = damage
    self.setAside = setAside
  }
}

/// Bytes of a consistent copy of the store: a SQLite file.
public struct BackupPiece: Codable, Hashable, Sendable {
  /// In JSON, base64 (RFC 4648).
  public var bytes: Data
  /// Bytes of the whole copy.
  public var total: Int64
  /// Nil with the last piece.
  public var cursor: String?

  public init(bytes: Data, total: Int64, cursor: String?) {
    self.bytes = bytes
    self.total = total
    self.cursor = cursor
  }
}

/// One change of the log.
public struct LogEntry: Codable, Hashable, Sendable {
  /// Its place in this store's own order, which no other store shares.
  public var position: Int64
  /// When this store took it in.
  public var storedAt: Int64
  /// When it was written, by the clock of the machine that wrote; nil where it can not be read.
  public var at: Int64?
  public var side: Status.Side?
  /// The name of the machine that wrote, or its id where no name is known.
  public var replica: String
  public var channel: String?
  public var who: String?
  public var dot: String
  public var kind: String?
  public var record: String?
  public var title: String?
  /// The fields that it writes; its values are `explain`'s.
  public var fields: [String]

  public init(
    position: Int64, storedAt: Int64, at: Int64?, side: Status.Side?, replica: String,
    channel: String?, who: String?, dot: String, kind: String?, record: String?, title: String?,
    fields: [String]
  ) {
    self.position = position
    self.storedAt = storedAt
    self.at = at
    self.side = side
    self.replica = replica
    self.channel = channel
    self.who = who
    self.dot = dot
    self.kind = kind
    self.record = record
    self.title = title
    self.fields = fields
  }
}

/// Changes in the order in which this store took them in.
public struct LogPage: Codable, Hashable, Sendable {
  public var entries: [LogEntry]

  public init(entries: [LogEntry]) { self.entries = entries }
}

/// The machines that this side serves, by name.
public struct Fleet: Codable, Hashable, Sendable {
  public var machines: [Machine]

  public init(machines: [Machine]) { self.machines = machines }

  public struct Machine: Codable, Hashable, Sendable {
    public var name: String
    public var isConnected: Bool
    /// One sentence for a person.
    public var words: String
    /// Nil when it never came, as far as this side knows.
    public var lastContact: Int64?
    /// The machine's clock less this one's, at its last handshake.
    public var clockOffsetMilliseconds: Int64?
    /// The software that it said it runs.
    public var software: String?
    /// What it said of itself; nil when it never did.
    public var reported: Report?

    public init(
      name: String, isConnected: Bool, words: String, lastContact: Int64?,
      clockOffsetMilliseconds: Int64? = nil, software: String? = nil, reported: Report? = nil
    ) {
      self.name = name
      self.isConnected = isConnected
      self.words = words
      self.lastContact = lastContact
      self.clockOffsetMilliseconds = clockOffsetMilliseconds
      self.software = software
      self.reported = reported
    }

    private enum CodingKeys: String, CodingKey {
      case name, words, lastContact, clockOffsetMilliseconds, software, reported
      case isConnected = "connected"
    }
  }

  /// What a machine said of itself, and when that was true.
  public struct Report: Codable, Hashable, Sendable {
    public var at: Int64
    /// Changes that were only on that machine.
    public var unsent: Int
    /// The age then of the oldest that it had unsent when it came, as it said; nil when there was none, or
    /// it did not say.
    public var oldestAgeSeconds: Int?
    /// When the rest is expected to be here, as things went lately; nil where nothing is on its way.
    public var expectedDrainSeconds: Int?

    public init(at: Int64, unsent: Int, oldestAgeSeconds: Int?, expectedDrainSeconds: Int? = nil) {
      self.at = at
      self.unsent = unsent
      self.oldestAgeSeconds = oldestAgeSeconds
      self.expectedDrainSeconds = expectedDrainSeconds
    }
  }
}
