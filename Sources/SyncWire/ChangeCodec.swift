import SyncCore
import SyncProtocol

/// A change as bytes and back: the messages `Change` and `PersonalPart` of `Messages.proto`,
/// written by hand because a reconnecting laptop brings them by the ten thousand.
public enum ChangeCodec {
  /// The bytes of a change that was made here.
  ///
  /// Values of the fields for which `isPersonal` answers true go to the personal part; the bytes
  /// keep how many they are, and a commitment under `commitmentKey`: 16 bytes that nobody can guess,
  /// asked for only where there are personal values. The elements of sets and the keys of maps stay
  /// in the bytes: a field with elements can not be personal.
  public static func encode(
    _ change: Change, isPersonal: (String) -> Bool,
    commitmentKey: @autoclosure () -> [UInt8]
  ) -> EncodedChange {
    let personal = change.operations.filter { !$0.values.isEmpty && isPersonal($0.cell.field) }
    guard !personal.isEmpty else {
      return EncodedChange(bytes: change.encoded(commitment: [], isPersonal: { _ in false }))
    }
    let key = commitmentKey()
    precondition(key.count == Commitment.keyByteCount, "a commitment's key has 16 bytes")
    let values = PersonalPart.values(of: personal, of: change.dot)
    let commitment = Commitment.over(values, key: key)
    return EncodedChange(
      bytes: change.encoded(commitment: commitment, isPersonal: isPersonal),
      personal: PersonalPart(key: key, values: values).encoded)
  }

  /// Bytes that an operation adds to a change and its personal part at the most, also after the dots
  /// that it names have been given other names.
  public static func mostBytes(of operation: FieldOperation) -> Int {
    // Tags, lengths and numbers of an operation and of a value take fewer than these, a dot never more.
    var bytes = 64 + operation.cell.field.utf8.count + (operation.cell.element?.utf8.count ?? 0)
    bytes += 48 * operation.replaces.count
    for written in operation.values { bytes += 96 + (written.value.text?.utf8.count ?? 0) }
    return bytes
  }

  /// The change behind `encoded`, whose place in its log is `dot`.
  ///
  /// Personal values that were erased are ``Value/null``. Fields of a newer software are skipped;
  /// they stay in the bytes. Throws where the bytes are damaged, or hold a value that this software
  /// can not represent.
  public static func decode(
    _ encoded: EncodedChange, project: ProjectID, dot: Dot
  ) throws(WireError) -> Change {
    var decoder = ChangeDecoder(project: project, dot: dot)
    try decoder.read(encoded.bytes)
    try decoder.restore(personal: encoded.personal)
    return try decoder.finished()
  }

  /// Whether the personal part is the one to which the bytes commit. True where there is none, also
  /// where it was erased, and where the bytes mean nothing to this software.
  public static func isCommitmentKept(_ encoded: EncodedChange) -> Bool {
    guard !encoded.personal.isEmpty else { return true }
    let nowhere = Dot(
      replica: ReplicaID(rawValue: UniqueID(high: 0, low: 0)), lane: .records, sequence: 1)
    do {
      _ = try decode(
        encoded, project: ProjectID(rawValue: UniqueID(high: 0, low: 0)), dot: nowhere)
      return true
    } catch {
      return error.reason != .commitmentMismatch
    }
  }
}

extension Change {
  fileprivate func encoded(commitment: [UInt8], isPersonal: (String) -> Bool) -> [UInt8] {
    var writer = WireWriter(capacity: 64 + 48 * operations.count)
    if hlc.rawValue != 0 { writer.fixed64(1, hlc.rawValue) }
    writer.varint(2, UInt64(side.rawValue))
    if authority.rawValue != 0 { writer.varint(3, UInt64(authority.rawValue)) }
    if let id = changedBy?.rawValue { writer.id(4, high: id.high, low: id.low) }
    if let id = changedFor?.rawValue { writer.id(5, high: id.high, low: id.low) }
    if !channel.isEmpty { writer.text(6, channel) }
    if !kind.isEmpty { writer.text(7, kind) }
    if record.rawValue.high != 0 { writer.fixed64(8, record.rawValue.high) }
    if record.rawValue.low != 0 { writer.fixed64(9, record.rawValue.low) }
    for value in naturalKey {
      writer.message(10) { $0.write(value) }
    }
    for operation in operations {
      writer.message(11) { writer in
        writer.write(operation, isPersonal: isPersonal(operation.cell.field), in: dot)
      }
    }
    if !commitment.isEmpty { writer.blob(12, commitment) }
    return writer.bytes
  }
}

extension WireWriter {
  fileprivate mutating func write(_ operation: FieldOperation, isPersonal: Bool, in dot: Dot) {
    if !operation.cell.field.isEmpty { text(1, operation.cell.field) }
    if let element = operation.cell.element { text(2, element) }
    if !isPersonal {
      for written in operation.values {
        message(3) { $0.write(written, in: dot) }
      }
    }
    for replaced in operation.replaces {
      message(4) { $0.write(replaced, relativeTo: dot) }
    }
    if isPersonal, !operation.values.isEmpty { varint(5, UInt64(operation.values.count)) }
  }

  mutating func write(_ written: WrittenValue, in dot: Dot) {
    write(written.value)
    if let restored = written.restores {
      message(4) { $0.write(restored, relativeTo: dot) }
    }
  }

  fileprivate mutating func write(_ value: Value) {
    switch value {
    case .null: break
    case .boolean(let boolean): varint(1, boolean ? 1 : 0)
    case .integer(let integer): signed(2, integer)
    case .text(let value): text(3, value)
    }
  }

  private mutating func write(_ other: Dot, relativeTo dot: Dot) {
    if other.replica != dot.replica {
      fixed64(1, other.replica.rawValue.high)
      fixed64(2, other.replica.rawValue.low)
    }
    if other.lane != dot.lane { varint(3, UInt64(other.lane.rawValue)) }
    if other.sequence != 0 { varint(4, other.sequence) }
  }
}
