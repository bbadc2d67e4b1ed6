import SyncCore
import SyncWire

/// New rows of one kind, written many at a time: the triggers of a table cost each statement a
/// savepoint and a frame, which many rows then share.
final class PlainRows {
  private let kind: KindDeclaration
  private let one: PreparedStatement
  private let many: PreparedStatement
  private let columnCount: Int32
  /// The rows that wait: what they hold beside null, and where each ends there.
  private var cells: [Cell] = []
  private var ends: [Int] = []
  /// The texts of the rows that wait.
  private var utf8: [UInt8] = []

  private struct Cell {
    /// Among the parameters of its row, from 1.
    var column: Int32
    var content: Content
  }

  private enum Content {
    case integer(Int64)
    case text(Range<Int>)
  }

  private static let rowsPerStatement = 16

  init(_ rows: DomainRows, kind: KindDeclaration) throws {
    self.kind = kind
    one = try rows.makeInsert(for: kind, rows: 1)
    many = try rows.makeInsert(for: kind, rows: Self.rowsPerStatement)
    columnCount = one.parameterCount
  }

  /// Adds the row of `change`, which has an id for its key and the bytes `bytes`. It is written by
  /// ``flush()`` at the latest.
  func append(
    _ change: PlainChange, fields: [Int], bytes: [UInt8], project: ProjectID, revision: Revision
  ) throws {
    add(1, .text(append(change.record.rawValue)))
    for (field, write) in zip(fields, change.writes) {
      let column = Int32(field) + 2
      switch write.value {
      case .null: break
      case .boolean(let boolean): add(column, .integer(boolean ? 1 : 0))
      case .integer(let integer): add(column, .integer(integer))
      case .text(let range):
        let start = utf8.count
        utf8.append(contentsOf: bytes[range])
        add(column, .text(start..<utf8.count))
      }
    }
    add(columnCount - 1, .text(append(project.rawValue)))
    add(columnCount, .integer(revision.rawValue))
    ends.append(cells.count)
    if ends.count == Self.rowsPerStatement {
      try write(0..<ends.count, by: many)
      discard()
    }
  }

  /// Writes what waits.
  func flush() throws {
    guard !ends.isEmpty else { return }
    for row in ends.indices { try write(row..<row + 1, by: one) }
    discard()
  }

  /// Forgets what waits.
  func discard() {
    cells.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    utf8.removeAll(keepingCapacity: true)
  }

  private func add(_ column: Int32, _ content: Content) {
    cells.append(Cell(column: column, content: content))
  }

  private func append(_ id: UniqueID) -> Range<Int> {
    let start = utf8.count
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
      id.writeText(into: text)
      utf8.append(contentsOf: text)
    }
    return start..<utf8.count
  }

  private func write(_ rows: Range<Int>, by statement: PreparedStatement) throws {
    try utf8.withUnsafeBufferPointer { utf8 in
      statement.clearBindings()
      // Nothing that lies here stays bound.
      defer { statement.clearBindings() }
      var before: Int32 = 0
      for row in rows {
        for cell in cells[(row == 0 ? 0 : ends[row - 1])..<ends[row]] {
          switch cell.content {
          case .integer(let integer): statement.bind(before + cell.column, integer)
          case .text(let range): statement.bind(before + cell.column, textInPlace: utf8[range])
          }
        }
        before += columnCount
      }
      try statement.run("writing rows of \(kind.table)")
    }
  }
}
