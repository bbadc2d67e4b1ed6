import Fuzzing
import SyncControl

extension FuzzTarget {
  /// The words by which labctl's commands write and compare fields.
  static let fieldGrammar = FuzzTarget(
    name: "field-grammar", maximumBytes: 96,
    seeds: {
      [
        "title=A tool library", "tags:=[\"eco\",1,null,true,{\"a\":1.5}]", "tags+=eco\ntags-=water",
        "a.b=", "state!=open\nstate=open", "title~garden", "count>3", "count<-1", "body:=\"é\"",
      ].map { Array($0.utf8) }
    },
    run: { bytes in
      let words = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
      _ = reading { try FieldAssignments(parsing: words) }
      for word in words {
        if let condition = reading({ try FieldCondition(parsing: word) }) {
          let text = if case .text(let text) = condition.value { text } else { "" }
          let again = condition.field + condition.comparison.rawValue + text
          require(Array(again.utf8) == Array(word.utf8), "a condition is its parts in a row")
        }
        if case .value(let field, .text(let text)) = reading({
          try FieldAssignment(parsing: word)
        }), !word.hasPrefix("\(field):=") {
          require(
            Array("\(field)=\(text)".utf8) == Array(word.utf8), "an assignment is its parts")
        }
      }
    })
}
