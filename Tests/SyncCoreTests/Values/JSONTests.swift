import SyncCore
import Testing

@Suite("JSON")
struct JSONTests {
  static let accepted: [(String, JSONValue)] = [
    ("null", .null), ("true", .boolean(true)), (" false ", .boolean(false)),
    ("0", .integer(0)), ("-0", .integer(0)), ("-12", .integer(-12)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number("9223372036854775808")),
    ("1.50", .number("1.50")), ("1e5", .number("1e5")), ("1E-5", .number("1E-5")),
    ("\"\"", .text("")), (#""a\"\\\/\b\f\n\r\t""#, .text("a\"\\/\u{8}\u{C}\n\r\t")),
    (#""\u00e9\u0041\u0000""#, .text("éA\0")), (#""\ud83d\ude00""#, .text("😀")),
    ("\"cançó 😀\"", .text("cançó 😀")), ("[]", .array([])), ("{}", .object([])),
    ("[1, [2],{}]", .array([.integer(1), .array([.integer(2)]), .object([])])),
    (
      "\r\n\t {\"a\" : 1 , \"b\":[ ] }\n",
      .object([JSONValue.Member("a", .integer(1)), JSONValue.Member("b", .array([]))])
    ),
    // Members are equal when their bytes are.
    (
      "{\"é\":1,\"e\u{301}\":2}",
      .object([JSONValue.Member("é", .integer(1)), JSONValue.Member("e\u{301}", .integer(2))])
    ),
  ]

  @Test("is read as RFC 8259 says", arguments: accepted)
  func accepts(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test(
    "that is wrong is refused",
    arguments: [
      "", " ", "nul", "nulll", "True", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN",
      "\"", "\"a", "'a'", "\"\u{1}\"", "\"a\nb\"", #""\x""#, #""\u12""#, #""\u12g4""#,
      #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#, #""\ud800x""#, #""\"#, "[", "[1", "[1,",
      "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
      "{\"a\" 1}", "{1:2}", "{\"a\":1,\"a\":2}", "{\"a\":1}}", "1 2", "\u{FEFF}1", "[1]x",
    ])
  func refuses(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test(
    "that is not UTF-8 is refused",
    arguments: [
      [0xFF], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80],
    ])
  func encoding(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22] + bytes + [0x22]) }
    #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0x5C, 0x6E] + bytes + [0x22]) }
  }

  @Test("says what is wrong and where")
  func errors() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,\n x]") }
    #expect(error?.description == "unexpected character at byte 6")
  }

  @Test("nests as deep as the limit and no deeper")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSONValue(parsing: nested(Limits.jsonDepth + 1))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(Limits.jsonDepth + 2)) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: String(repeating: "[", count: 1_000_000))
    }
  }

  static let document = """
    {"kind":"idea","key":"pam:4711","at":"2016-03-01T00:00:00Z","fields":{"title":"Més \\"verd\\"",\
    "body":"Línia\\n\\u00e9 😀","n":-12,"m":1.5e3,"t":[true,false,null],"o":{"a":{}}}}
    """

  @Test("that was written is read back the same")
  func roundTrip() throws {
    let value = try JSONValue(parsing: Self.document)
    #expect(try JSONValue(parsing: value.serialized) == value)
    #expect(try JSONValue(parsing: value.bytes).bytes == value.bytes)
    let controls = JSONValue.text(String(decoding: 0..<0x20, as: UTF8.self))
    #expect(try JSONValue(parsing: controls.serialized) == controls)
    #expect(JSONValue.text("\u{1}\u{1F}\u{7F}é").serialized == "\"\\u0001\\u001f\u{7F}é\"")
  }

  @Test("that is cut off anywhere is refused")
  func prefixes() {
    let bytes = Array(Self.document.utf8)
    for count in 0..<bytes.count {
      #expect(throws: JSONError.self) { try JSONValue(parsing: bytes.prefix(count)) }
    }
  }

  @Test("with one byte changed is read or refused, and never traps")
  func corruption() {
    let bytes = Array(Self.document.utf8)
    var refused = 0
    for index in bytes.indices {
      for byte in UInt8.min...UInt8.max where byte % 3 == 0 || byte < 0x30 {
        var changed = bytes
        changed[index] = byte
        do throws(JSONError) {
          let value = try JSONValue(parsing: changed)
          #expect(!value.bytes.isEmpty)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 0)
  }

  /// To compare each name with all before it would take hours.
  @Test("with very many members is read in one pass")
  func manyMembers() throws {
    let names = (0..<100_000).map { "\"m\($0)\":0" }.joined(separator: ",")
    #expect(try JSONValue(parsing: "{\(names)}").members?.count == 100_000)
    #expect(throws: JSONError.self) { try JSONValue(parsing: "{\(names),\"m7\":1}") }
  }

  @Test("of a set and a map is canonical: sorted by bytes, each element once")
  func canonical() {
    #expect(JSONValue.canonicalSet(["b", "a", "b"]) == #"["a","b"]"#)
    #expect(JSONValue.canonicalSet(["é", "z", "Z"]) == #"["Z","z","é"]"#)
    #expect(
      JSONValue.canonicalMap([(key: "b", value: "1"), (key: "a", value: "\"")])
        == #"{"a":"\"","b":"1"}"#)
  }
}
