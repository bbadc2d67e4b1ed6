extension Change {
  /// This change under another dot, with every dot that it names replaced by its new name. Values,
  /// times and authors stay.
  public func renaming(_ names: [Dot: Dot], as dot: Dot) -> Change {
    var change = self
    change.dot = dot
    for index in change.operations.indices {
      change.operations[index].replaces = change.operations[index].replaces.map { names[$0] ?? $0 }
      for place in change.operations[index].values.indices {
        guard let restored = change.operations[index].values[place].restores else { continue }
        change.operations[index].values[place].restores = names[restored] ?? restored
      }
    }
    return change
  }
}
