/// Finds what was meant by a word that is not known.
enum Spelling {
  /// The name that is nearest to `word`: by the letters that are changed, missing, too many or in each
  /// other's place (Damerau 1964), at most one in three; else the one name that begins with it.
  static func nearest(to word: String, among names: [String]) -> String? {
    let wanted = Array(word.lowercased().utf8)
    let best = names.map { (name: $0, distance: distance(wanted, Array($0.utf8))) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    if let best, best.distance <= max(1, wanted.count / 3), best.distance < wanted.count {
      return best.name
    }
    let longer = names.filter { wanted.count > 2 && Array($0.utf8).starts(with: wanted) }
    return longer.count == 1 ? longer[0] : nil
  }

  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before: [Int] = []
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var next = [index + 1]
      for (column, other) in right.enumerated() {
        var least = min(
          row[column] + (byte == other ? 0 : 1), row[column + 1] + 1, next[column] + 1)
        if index > 0, column > 0, byte == right[column - 1], left[index - 1] == other {
          least = min(least, before[column - 1] + 1)
        }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[right.count]
  }
}
