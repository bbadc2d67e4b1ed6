import SQLiteStore
import SyncControl
import SyncCore

/// What people call the machines.
public struct ReplicaNames: Sendable {
  private var names: [ReplicaID: String]

  public init(_ names: [ReplicaID: String] = [:]) { self.names = names }

  /// The machine's name, or its id where none is known.
  public subscript(replica: ReplicaID) -> String {
    known(replica) ?? replica.description
  }

  /// The name of a replica that is, where `present` is given, a former name of that machine.
  func name(of replica: ReplicaID, nowSpeakingAs present: ReplicaID?) -> String {
    guard let present else { return self[replica] }
    return "\(known(replica) ?? self[present]) (former name)"
  }

  private func known(_ replica: ReplicaID) -> String? {
    names[replica].flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension Status.Side {
  init(_ side: Side) {
    switch side {
    case .lab: self = .lab
    case .online: self = .online
    }
  }
}

extension Writing {
  /// Who wrote, as the writer said; nil when unsaid.
  var whoInWords: String? {
    guard let who else { return nil }
    let name = who.name ?? who.id.description
    guard let other = onBehalfOf, other.id != who.id else { return name }
    return "\(name) for \(other.name ?? other.id.description)"
  }

  /// `Ada, on Table 3, 2023-11-14 22:13`.
  func inWords(_ names: ReplicaNames) -> String {
    let place = "on \(names[replica]), \(minute(at))\(isClockAhead ? " ±" : "")"
    return whoInWords.map { "\($0), \(place)" } ?? place
  }
}

/// A time to the minute, in UTC.
func minute(_ milliseconds: Int64) -> String {
  let text = Timestamp.text(milliseconds: milliseconds)
  return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
}

/// A value within a sentence: long ones are cut.
func quoted(_ value: JSONValue) -> String {
  switch value {
  case .null: return "nothing"
  case .text(let text):
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count > 60 ? "“\(line.prefix(59))…”" : "“\(line)”"
  case .boolean, .integer, .number, .array, .object: return value.serialized
  }
}
