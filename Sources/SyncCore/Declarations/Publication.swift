/// What of a kind's records is for everybody's eyes: what its `public_*` view shows.
public enum Publication: Hashable, Sendable {
  /// Nothing; there is no view.
  case withheld
  /// The rows and columns that these rules leave. Personal fields are left out but for those that a rule
  /// names.
  case shown([ConsentRule])
}

/// What a view shows only to those purposes to which a person agreed. A consent that is absent is not
/// granted.
public enum ConsentRule: Hashable, Sendable {
  /// A field of the person's own record: it shows another field's value unless the purpose is granted.
  case replaces(field: String, with: String, unless: String)
  /// The record is hidden unless everybody whom the field names granted the purpose, or is a record of
  /// the exempted kind. What an erased person granted stands: the contribution names nobody any more.
  case hidesContributions(of: String, unless: String, exempting: String? = nil)
  /// The record is hidden unless everybody whom the field names granted the purpose, and none of them
  /// is erased. Where the media type is given, the rule is for those that begin with it.
  case hidesLikenesses(of: String, unless: String, mediaType: String? = nil)
}

extension Schema {
  /// The kind that holds what people agreed to.
  public var consentKind: KindDeclaration? { kinds.first { $0.role == .consent } }

  /// The purpose without which nothing more is noted about a person who withdrew it.
  public static let captureConsent = "process"
}
