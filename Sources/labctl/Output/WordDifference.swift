/// Two texts compared word by word, by their longest common subsequence (Wagner and Fischer, 1974).
enum WordDifference {
  /// Words of a text beyond which nothing is compared: the cost is their product.
  static let limit = 2_000

  /// The text with each run of words that the other does not have at that place between `[` and `]`;
  /// as it stands where the texts are equal, or have nothing in common, or are too long to compare.
  static func marking(_ text: String, against other: String) -> String {
    let (words, others) = (words(of: text), words(of: other))
    guard text != other, words.count <= limit, others.count <= limit else { return text }
    let kept = common(words.map(\.word), others.map(\.word))
    guard zip(kept, words).contains(where: { $0 && !$1.word.isEmpty }) else { return text }
    var result = ""
    var isMarking = false
    for (index, (word, gap)) in words.enumerated() {
      let isNew = !kept[index]
      if isNew, !isMarking { result += "[" }
      result += word
      let isNextNew = index + 1 < words.count && !kept[index + 1]
      if isNew, !isNextNew { result += "]" }
      isMarking = isNew && isNextNew
      result += gap
    }
    return result
  }

  /// Words, each with the white space behind it.
  private static func words(of text: String) -> [(word: String, gap: String)] {
    var words: [(word: String, gap: String)] = []
    for character in text {
      if character.isWhitespace {
        if words.isEmpty { words.append(("", "")) }
        words[words.count - 1].gap.append(character)
      } else if let last = words.last, last.gap.isEmpty {
        words[words.count - 1].word.append(character)
      } else {
        words.append((String(character), ""))
      }
    }
    return words
  }

  /// Which words of the first are in the longest common subsequence.
  private static func common(_ first: [String], _ second: [String]) -> [Bool] {
    let width = second.count + 1
    var lengths = [Int32](repeating: 0, count: (first.count + 1) * width)
    for row in stride(from: first.count - 1, through: 0, by: -1) {
      for column in stride(from: second.count - 1, through: 0, by: -1) {
        lengths[row * width + column] =
          first[row] == second[column]
          ? lengths[(row + 1) * width + column + 1] + 1
          : max(lengths[(row + 1) * width + column], lengths[row * width + column + 1])
      }
    }
    var kept = [Bool](repeating: false, count: first.count)
    var (row, column) = (0, 0)
    while row < first.count, column < second.count {
      if first[row] == second[column] {
        kept[row] = true
        row += 1
        column += 1
      } else if lengths[(row + 1) * width + column] >= lengths[row * width + column + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return kept
  }
}
