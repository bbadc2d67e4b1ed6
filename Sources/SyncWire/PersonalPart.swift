import Crypto
import SyncCore

/// The personal values of one change and the key of its commitment to them: what erasure removes.
struct PersonalPart {
  var key: [UInt8]
  /// A serialised `PersonalValues`.
  var values: [UInt8]

  init(key: [UInt8], values: [UInt8]) {
    self.key = key
    self.values = values
  }

  init(decoding bytes: [UInt8]) throws(WireError) {
    self.init(key: [], values: [])
    var reader = WireReader(bytes, place: "PersonalPart")
    while let field = try reader.next() {
      switch field.number {
      case 1: key = try reader.blob(field)
      case 2: values = try reader.blob(field)
      default: try reader.skip(field)
      }
    }
  }

  var encoded: [UInt8] {
    var writer = WireWriter(capacity: key.count + values.count + 8)
    writer.blob(1, key)
    writer.blob(2, values)
    return writer.bytes
  }

  static func values(of operations: [FieldOperation], of dot: Dot) -> [UInt8] {
    var writer = WireWriter(capacity: 64 * operations.count)
    for operation in operations {
      writer.message(1) { cell in
        for written in operation.values {
          cell.message(1) { $0.write(written, in: dot) }
        }
      }
    }
    return writer.bytes
  }
}

/// HMAC-SHA256 (RFC 2104), the first 16 bytes. Without the key, which is erased with the values, a
/// short name can not be guessed from it.
enum Commitment {
  static let keyByteCount = 16

  static func over(_ values: [UInt8], key: [UInt8]) -> [UInt8] {
    let code = HMAC<SHA256>.authenticationCode(for: values, using: SymmetricKey(data: key))
    return Array(code.prefix(16))
  }
}
