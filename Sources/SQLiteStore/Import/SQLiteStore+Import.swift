import SyncCore

extension SQLiteStore {
  /// Imports lines of JSON in one transaction. `firstLine` is the number of the first. A line that
  /// is refused leaves the others as they are; an empty line is passed over.
  public func importLines(
    _ lines: [[UInt8]], firstLine: Int, project: ProjectID, at now: Instant
  ) throws -> ImportOutcome {
    try writeBehindCapture(at: now) { engine, _ in
      let projectRef = try engine.origins.ref(of: project)
      var outcome = ImportOutcome()
      for (offset, bytes) in lines.enumerated() where !bytes.allSatisfy(isBlank) {
        do {
          let line = try ImportLine(bytes, project: project, schema: engine.schema)
          if try engine.importLine(line, projectRef: projectRef) {
            outcome.changed += 1
          } else {
            outcome.unchanged += 1
          }
        } catch let error as FieldError {
          outcome.refused.append(
            ImportOutcome.Refusal(line: firstLine + offset, reason: error.description))
        } catch StoreError.refused(_, let why, _) {
          outcome.refused.append(ImportOutcome.Refusal(line: firstLine + offset, reason: why))
        }
      }
      return outcome
    }
  }
}

private func isBlank(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
