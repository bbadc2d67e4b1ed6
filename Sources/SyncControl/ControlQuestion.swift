/// A request, and the type of its answer.
///
/// A question is encoded as the members of the request's object beside `version` and `request`.
public protocol ControlQuestion: Codable, Hashable, Sendable {
  associatedtype Answer: Codable & Hashable & Sendable
  /// What the request is called in its `request` member.
  static var name: ControlRequest.Name { get }
}
