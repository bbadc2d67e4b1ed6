import Fuzzing
import SyncCore

extension FuzzTarget {
  /// JSON texts, read strictly and as a database took them.
  static let json = FuzzTarget(
    name: "json", maximumBytes: 256,
    seeds: {
      SampleLines.all.prefix(20)
        + [
          #"[1,-0,1.5e-3,9223372036854775807,9223372036854775808,true,false,null,"\ud83c\udf31é"]"#,
          #"{"a":{"b":[[],{}]},"a":1,"\u0000":"\"\\\/\b\f\n\r\t"}"#, #""\ud800""#,
          String(repeating: "[", count: 33) + String(repeating: "]", count: 33),
        ].map { Array($0.utf8) }
    },
    run: { bytes in
      if let strict = reading({ try JSONValue(parsing: bytes) }) {
        let again = reading { try JSONValue(parsing: strict.bytes) }
        require(again?.bytes == strict.bytes, "a JSON text that was read is written as it is read")
        require(again == strict, "a JSON text is written and read as the same value")
        let tolerant = reading { try JSONValue(tolerant: String(decoding: bytes, as: UTF8.self)) }
        require(tolerant == strict, "what is read strictly is read tolerantly to the same value")
      } else if let text = String(validating: bytes, as: UTF8.self),
        let tolerant = reading({ try JSONValue(tolerant: text) })
      {
        let again = reading { try JSONValue(parsing: tolerant.bytes) }
        require(again == tolerant, "what was read tolerantly is written strictly")
      }
    })

  /// Times, and identifiers, as texts.
  static let timestamps = FuzzTarget(
    name: "timestamps", maximumBytes: 48,
    seeds: {
      [
        "2016-03-01T17:00:00Z", "2016-02-29t23:59:60.123456789-23:59", "0000-01-01 00:00:00+00:00",
        "9999-12-31T23:59:59.999Z", "01a201f5-8a46-7be1-88c4-f6acb09dbe4c",
        "01A201F5-8A46-7BE1-88C4-F6ACB09DBE4C",
      ].map { Array($0.utf8) }
    },
    run: { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      if let milliseconds = Timestamp.milliseconds(text) {
        let written = Timestamp.text(milliseconds: milliseconds)
        let isWritable = (-62_167_219_200_000...253_402_300_799_999).contains(milliseconds)
        require(
          !isWritable || Timestamp.milliseconds(written) == milliseconds,
          "a time that was read is written and read as the same time")
        require(written.utf8.count == 24, "a time has 24 characters")
        _ = HLC(milliseconds: milliseconds)
      }
      if let id = UniqueID(text) {
        require(id.description == text.lowercased(), "an identifier is written as it was read")
        require(UniqueID(bytes: id.bytes) == id, "an identifier is its bytes")
      }
      if bytes.count >= 8 {
        let any = bytes.prefix(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        let written = Timestamp.text(milliseconds: Int64(bitPattern: any))
        require(Timestamp.milliseconds(written) != nil, "any number of milliseconds is a time")
      }
    })
}
