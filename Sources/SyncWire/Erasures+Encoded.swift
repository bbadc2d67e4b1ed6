import SyncCore

extension Erasures {
  /// The change as it may be kept: without its personal part where its record is erased. The bytes
  /// that are hashed stay, and with them the chain.
  ///
  /// Cost: nothing for a change without a personal part, and for any while nothing is erased; else the
  /// change's own fields are passed over once.
  public func erasing(_ encoded: EncodedChange) -> EncodedChange {
    guard !isEmpty, !encoded.personal.isEmpty, let subject = ChangeCodec.subject(of: encoded.bytes),
      contains(subject.record, kind: subject.kind)
    else { return encoded }
    return EncodedChange(bytes: encoded.bytes)
  }
}

extension ChangeCodec {
  /// The record that a change writes, where its bytes still tell: also of one that can not be decoded
  /// otherwise.
  public static func subject(of bytes: [UInt8]) -> ErasureSubject? {
    var reader = WireReader(bytes, place: "Change")
    var kind: String?
    var record = UniqueID(high: 0, low: 0)
    do throws(WireError) {
      while let field = try reader.next() {
        switch field.number {
        case 7: kind = try reader.text(field)
        case 8: record.high = try reader.fixed64(field)
        case 9: record.low = try reader.fixed64(field)
        default: try reader.skip(field)
        }
      }
    } catch {
      // What comes before the damage may be enough.
    }
    return kind.map { ErasureSubject(kind: $0, record: RecordID(rawValue: record)) }
  }
}
