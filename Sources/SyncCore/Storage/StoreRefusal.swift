/// An error of a store that may be told to who sent what it could not take.
public protocol StoreRefusal: Error {
  /// What in the store refused it, as a clause of one line without a record's words; nil where the other
  /// side is told nothing but that it failed.
  var refusalWords: String? { get }
}
