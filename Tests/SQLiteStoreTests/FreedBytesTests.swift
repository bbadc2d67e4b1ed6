import SyncCore
import Testing

@testable import SQLiteStore

@Suite("Bytes that an erasure frees")
struct FreedBytesTests {
  /// Rows that grow and shrink move between pages, and `secure_delete` does not reach the copies that
  /// stay in the gaps: without writing the file anew, names are found in it.
  @Test("are nowhere in the file, however often rows had moved in it")
  func moved() throws {
    let lab = try StoreFixture(number: 1)
    var generator = SplitMix64(state: 7)
    for number in 0..<80 {
      try lab.sql(
        """
        INSERT INTO participants (id, code, display_name)
        VALUES (printf('00000000-0000-7000-8000-%012d', ?), 'SL', 'Anastasia Qwertzuiop')
        """, [number])
    }
    try lab.capture()
    for _ in 0..<600 {
      try lab.sql(
        """
        UPDATE participants SET locale = substr(hex(zeroblob(450)), 1, ?)
        WHERE id = printf('00000000-0000-7000-8000-%012d', ?)
        """,
        [
          Int.random(in: 1...900, using: &generator), Int.random(in: 0..<80, using: &generator),
        ])
    }
    try lab.capture()
    #expect(try lab.filesHolding("Qwertzuiop") != [])
    try lab.sql("INSERT INTO erasures (participant) SELECT id FROM participants")
    try lab.capture()
    #expect(try lab.count("SELECT count(*) FROM erasure_receipts") == 80)
    #expect(try lab.filesHolding("Qwertzuiop") == [])
  }
}
