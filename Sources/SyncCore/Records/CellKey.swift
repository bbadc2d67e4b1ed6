/// The unit of conflict: a field, or one element of a field that holds a set or a map.
public struct CellKey: Sendable {
  public var field: String
  /// The element of a set, or the key of a map; `nil` for a field with one value.
  public var element: String?

  public init(_ field: String, element: String? = nil) {
    self.field = field
    self.element = element
  }

  /// Deletion is one more field of every record: true when deleted.
  public static let deletion = CellKey("deleted")
}

extension CellKey: Hashable, Comparable {
  public static func == (left: Self, right: Self) -> Bool {
    guard left.field.isBytewiseEqual(to: right.field) else { return false }
    return switch (left.element, right.element) {
    case (nil, nil): true
    case (let left?, let right?): left.isBytewiseEqual(to: right)
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    field.hashBytes(into: &hasher)
    element?.hashBytes(into: &hasher)
  }

  public static func < (left: Self, right: Self) -> Bool {
    if !left.field.isBytewiseEqual(to: right.field) {
      return left.field.precedesBytewise(right.field)
    }
    return switch (left.element, right.element) {
    case (nil, nil), (_?, nil): false
    case (nil, _?): true
    case (let left?, let right?): left.precedesBytewise(right)
    }
  }
}

extension CellKey: CustomStringConvertible {
  /// `title`, or `tags/eco`.
  public var description: String {
    if let element { "\(field)/\(element)" } else { field }
  }
}
