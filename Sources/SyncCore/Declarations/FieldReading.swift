/// Why a value does not fit its field, in words that name the field.
public struct FieldError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension FieldDeclaration {
  /// The cells that a JSON value gives this field: one, or one for each element of a set or map.
  ///
  /// Times are RFC 3339 texts or milliseconds, money is `"1250 EUR"` or
  /// `{"amount": 1250, "currency": "EUR"}`. `reference` turns what stands for a record of a kind
  /// into its id: a UUID, or a foreign key. Limits are those of capture.
  public func cells(
    reading json: JSONValue, reference: (_ kind: String?, _ text: String) -> RecordID?
  ) throws(FieldError) -> [(cell: CellKey, value: Value)] {
    switch type {
    case .textSet:
      var cells: [(cell: CellKey, value: Value)] = []
      for text in try texts(json) {
        cells.append((CellKey(name, element: text), .boolean(true)))
      }
      return cells
    case .referenceSet(let kind):
      var cells: [(cell: CellKey, value: Value)] = []
      for text in try texts(json) {
        guard let id = reference(kind, text) else { throw fail("names no \(kind)") }
        cells.append((CellKey(name, element: id.description), .boolean(true)))
      }
      return cells
    case .map:
      guard let members = json.members, members.count <= Limits.elements else {
        throw fail("must be an object of texts")
      }
      var cells: [(cell: CellKey, value: Value)] = []
      for member in members {
        guard let text = member.value.text, text.utf8.count <= Limits.shortTextBytes else {
          throw fail("must be an object of texts")
        }
        guard !text.utf8.contains(0), !member.name.utf8.contains(0) else { throw containsNUL }
        cells.append((CellKey(name, element: member.name), .text(text)))
      }
      return cells
    case .text, .prose, .integer, .integerIn, .boolean, .time, .choice, .state, .reference,
      .anyReference, .money:
      return [(CellKey(name), try single(json, reference: reference))]
    }
  }

  private func single(
    _ json: JSONValue, reference: (_ kind: String?, _ text: String) -> RecordID?
  ) throws(FieldError) -> Value {
    if json == .null { return .null }
    switch type {
    case .text: return .text(try text(json, atMost: Limits.shortTextBytes))
    case .prose: return .text(try text(json, atMost: Limits.proseBytes))
    case .integer: return .integer(try integer(json, in: Int64.min...Int64.max))
    case .integerIn(let low, let high): return .integer(try integer(json, in: low...high))
    case .boolean:
      if case .boolean(let boolean) = json { return .boolean(boolean) }
      return .boolean(try integer(json, in: 0...1) == 1)
    case .time:
      if let integer = json.integer { return .integer(integer) }
      guard let milliseconds = json.text.flatMap(Timestamp.milliseconds) else {
        throw fail("must be a time such as 2016-03-01T17:00:00Z")
      }
      return .integer(milliseconds)
    case .choice(let choices):
      guard let text = json.text, choices.contains(text) else {
        throw fail("must be one of \(choices.joined(separator: ", "))")
      }
      return .text(text)
    case .state: return .text(try state(json))
    case .reference(let kind):
      guard let id = json.text.flatMap({ reference(kind, $0) }) else {
        throw fail("must be the id or the import key of a record of the kind \(kind)")
      }
      return .text(id.description)
    case .anyReference:
      guard let id = json.text.flatMap({ reference(nil, $0) }) else {
        throw fail("must be the id of a record")
      }
      return .text(id.description)
    case .money: return .text(try money(json))
    case .textSet, .referenceSet, .map: return .null
    }
  }

  private func text(_ json: JSONValue, atMost limit: Int) throws(FieldError) -> String {
    guard let text = json.text else { throw fail("must be a text") }
    guard text.utf8.count <= limit else { throw fail("is longer than \(limit) bytes") }
    guard !text.utf8.contains(0) else { throw containsNUL }
    return text
  }

  private func texts(_ json: JSONValue) throws(FieldError) -> [String] {
    if json == .null { return [] }
    guard let elements = json.array else { throw fail("must be an array of texts") }
    guard elements.count <= Limits.elements else {
      throw fail("has more than \(Limits.elements) elements")
    }
    var texts: [String] = []
    for element in elements { texts.append(try text(element, atMost: Limits.shortTextBytes)) }
    return texts
  }

  private func integer(
    _ json: JSONValue, in range: ClosedRange<Int64>
  ) throws(FieldError) -> Int64 {
    guard let integer = json.integer else { throw fail("must be a whole number") }
    guard range.contains(integer) else {
      throw fail("must be between \(range.lowerBound) and \(range.upperBound)")
    }
    return integer
  }

  private func state(_ json: JSONValue) throws(FieldError) -> String {
    guard case .state(let lifecycle) = rule, let text = json.text else {
      throw fail("must be a state")
    }
    let takesArgument = lifecycle.undecided.contains(.differentArguments(Lifecycle.name(of: text)))
    guard lifecycle.states.contains(text) || takesArgument else {
      throw fail("must be one of \(lifecycle.states.joined(separator: ", "))")
    }
    guard !text.utf8.contains(0) else { throw containsNUL }
    return text
  }

  private func money(_ json: JSONValue) throws(FieldError) -> String {
    var amount: Int64?
    var currency: String?
    if let text = json.text {
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      amount = parts.count == 2 ? Int64(parts[0]) : nil
      currency = parts.count == 2 ? String(parts[1]) : nil
    } else {
      amount = json["amount"]?.integer
      currency = json["currency"]?.text
    }
    guard let amount, let currency, currency.utf8.count == 3,
      currency.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
    else { throw fail("must be minor units and a currency, such as 1250 EUR") }
    return "\(amount) \(currency)"
  }

  private var containsNUL: FieldError { fail("may not contain U+0000") }

  private func fail(_ reason: String) -> FieldError { FieldError("\(name) \(reason)") }
}
