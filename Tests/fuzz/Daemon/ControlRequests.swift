import Fuzzing
import LivingLab
import SyncCore

@testable import SQLiteStore
@testable import SyncControl
@testable import SyncDaemon

extension FuzzTarget {
  /// What labctl asks, as labsyncd takes it apart before it asks the store.
  static let controlRequests = FuzzTarget(
    name: "control-requests", maximumBytes: 512,
    seeds: {
      SampleRequests.all.compactMap { question in reading { try ControlCodec.encode(question) } }
    },
    run: { bytes in
      guard let request = reading({ try ControlCodec.decodeRequest(bytes) }) else { return }
      let again = reading {
        try ControlCodec.decodeRequest(try ControlCodec.encode(request.question))
      }
      require(again == request, "a request that was read is written and read as the same request")
      takeApart(request)
    })

  private static func takeApart(_ request: ControlRequest) {
    switch request {
    case .add(let request): take(request.fields, kind: request.kind)
    case .set(let request):
      take(request.fields, kind: request.kind)
      _ = IDRange(request.id)
    case .list(let request): take(request)
    case .importLines(let request):
      for line in request.lines { take(importLine: Array(line.utf8)) }
    case .conflictResolve(let request):
      if case .value(let json) = request.choice { _ = JSONValue(json) }
    case .parkedShow(let request): _ = Dot(request.dot)
    case .parkedRetry(let request): _ = request.dot.flatMap { Dot($0) }
    case .parkedDiscard(let request): _ = Dot(request.dot)
    case .report(let request): _ = reading { try ReportPeriod(request) }
    case .show(let request): _ = IDRange(request.id)
    case .remove(let request): _ = IDRange(request.id)
    case .explain(let request): _ = IDRange(request.id)
    case .export(let request): _ = reading { try projectID(request.project) }
    // What is only looked up in a store is answered over one by `control-answers`.
    default: break
    }
  }

  private static func take(_ fields: [String: JSON], kind: String) {
    for (name, json) in fields {
      guard let field = LivingLab.schema[kind]?.field(named: name) else { continue }
      _ = reading { try field.column(reading: JSONValue(json)) { RecordID($1) } }
      _ = reading { try field.reading(JSONValue(json)) }
    }
  }

  private static func take(_ request: ListRequest) {
    _ = request.sort.map { RecordQuery.Order($0) }
    guard let kind = LivingLab.schema.kind(namedOrTabled: request.kind) else { return }
    var filter = RecordFilter(kind: kind) { _, _ in nil }
    for condition in request.conditions {
      _ = reading { try filter.add(RecordQuery.Condition(condition)) }
    }
  }
}
