/// One edit of a text: these units of the base became those.
struct Hunk: Hashable {
  var base: Range<Int>
  var replacement: [ArraySlice<UInt8>]

  static func == (left: Hunk, right: Hunk) -> Bool {
    left.base == right.base && left.replacement.elementsEqual(right.replacement, by: ==)
  }
}

enum TextDifference {
  /// The hunks that turn `base` into `edited`, in order, by a longest common subsequence; where
  /// several are equally long, the one that skips units of the base first.
  ///
  /// Cost: the product of the two lengths after their common ends are cut off; above
  /// ``Limits/textComparisonCells`` one hunk covers all that differs.
  static func hunks(
    from base: [ArraySlice<UInt8>], to edited: [ArraySlice<UInt8>]
  ) -> [Hunk] {
    var start = 0
    while start < base.count, start < edited.count, base[start] == edited[start] { start += 1 }
    var baseEnd = base.count
    var editedEnd = edited.count
    while baseEnd > start, editedEnd > start, base[baseEnd - 1] == edited[editedEnd - 1] {
      baseEnd -= 1
      editedEnd -= 1
    }
    let rows = baseEnd - start
    let columns = editedEnd - start
    if rows == 0, columns == 0 { return [] }
    guard rows > 0, columns > 0, rows <= Limits.textComparisonCells / columns else {
      return [Hunk(base: start..<baseEnd, replacement: Array(edited[start..<editedEnd]))]
    }
    return walk(
      base[start..<baseEnd], edited[start..<editedEnd],
      lengths: commonLengths(base[start..<baseEnd], edited[start..<editedEnd]))
  }

  /// lengths[row * (columns + 1) + column]: the longest common subsequence of what follows.
  private static func commonLengths(
    _ base: ArraySlice<ArraySlice<UInt8>>, _ edited: ArraySlice<ArraySlice<UInt8>>
  ) -> [Int32] {
    let width = edited.count + 1
    var lengths = [Int32](repeating: 0, count: (base.count + 1) * width)
    for row in stride(from: base.count - 1, through: 0, by: -1) {
      for column in stride(from: edited.count - 1, through: 0, by: -1) {
        let isEqual = base[base.startIndex + row] == edited[edited.startIndex + column]
        lengths[row * width + column] =
          isEqual
          ? lengths[(row + 1) * width + column + 1] + 1
          : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
      }
    }
    return lengths
  }

  private static func walk(
    _ base: ArraySlice<ArraySlice<UInt8>>, _ edited: ArraySlice<ArraySlice<UInt8>>,
    lengths: [Int32]
  ) -> [Hunk] {
    let width = edited.count + 1
    var hunks: [Hunk] = []
    var (row, column) = (0, 0)
    var (hunkRow, hunkColumn) = (0, 0)
    func flush() {
      guard row > hunkRow || column > hunkColumn else { return }
      hunks.append(
        Hunk(
          base: base.startIndex + hunkRow..<base.startIndex + row,
          replacement: Array(
            edited[edited.startIndex + hunkColumn..<edited.startIndex + column])))
    }
    while row < base.count || column < edited.count {
      if row < base.count, column < edited.count,
        base[base.startIndex + row] == edited[edited.startIndex + column]
      {
        flush()
        row += 1
        column += 1
        (hunkRow, hunkColumn) = (row, column)
      } else if column == edited.count
        || row < base.count
          && lengths[(row + 1) * width + column] >= lengths[row * width + column + 1]
      {
        row += 1
      } else {
        column += 1
      }
    }
    flush()
    return hunks
  }
}
