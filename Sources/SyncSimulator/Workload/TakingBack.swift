import SyncCore

/// What the organisation takes back and gives back, online: single changes of a laptop, or what it
/// wrote after some sequence.
struct TakingBack {
  let schema: Schema

  /// The record that takes back a change, or what follows it. `nil` where the software knows none.
  func record(
    _ dot: Dot, wholeReplica: Bool, in project: ProjectID
  ) -> RecordName? {
    let role: KindRole = wholeReplica ? .revocation : .void
    guard let kind = schema.kinds.first(where: { $0.role == role }) else { return nil }
    var key: [Value] = [.text(dot.replica.description)]
    if !wholeReplica {
      key += [.integer(Int64(dot.lane.rawValue)), .integer(Int64(clamping: dot.sequence))]
    }
    return RecordName(
      kind: kind.name, id: .derived(project: project, kind: kind.name, naturalKey: key),
      naturalKey: key)
  }

  /// Takes back what is not, and the other way round.
  func deed(
    on record: RecordName, _ row: SeenRow?, of kind: KindDeclaration, _ dot: Dot,
    using random: inout SplitMix64
  ) -> Deed {
    var cells: [CellKey: Value] = [CellKey("reason"): .text("a word from the organisation")]
    switch kind.role {
    case .record, .consent, .erasure, .receipt: break
    case .void:
      let isVoid = row?.cells[CellKey("state")] == .text("void")
      cells[CellKey("state")] = .text(isVoid ? "released" : "void")
    case .revocation:
      for field in ["last_rights", "last_record", "last_activity"] {
        let around = Int64(clamping: dot.sequence)
        cells[CellKey(field)] = .integer(Int64.random(in: around...around + 40, using: &random))
      }
    }
    guard row == nil else { return .update(record, cells) }
    cells[CellKey("created_at")] = .integer(1_772_384_400_000)
    cells[CellKey("channel")] = .text("online")
    return .insert(record, cells)
  }
}
