import SyncControl

/// Whether a report counts everything that is known to exist.
///
/// The online side knows of each laptop whether both held the same when it was last heard. What a
/// laptop captured since, out of reach, nobody else can know: a report whose period goes on after that
/// moment says so. A laptop knows of no other, so that its reports are provisional.
extension Report.Completeness {
  init(_ status: Status, machines: [Report.Machine]) {
    var reasons: [String] = []
    switch status.side {
    case .lab:
      reasons.append(
        status.inSync.value
          ? "counted on a laptop: whether others have unsent changes is known on the online side"
          : "counted on a laptop that is not in sync with the online side")
    case .online:
      let missing = machines.filter(\.isMissing)
      if !missing.isEmpty {
        let names = missing.map { "\($0.name) (\($0.words))" }.joined(separator: ", ")
        let verb = missing.count == 1 ? "laptop has or may have" : "laptops have or may have"
        reasons.append("\(missing.count) \(verb) unsent changes: \(names)")
      }
    }
    for (count, words) in [(status.parked, "parked"), (status.held, "held")] where count > 0 {
      reasons.append(count == 1 ? "1 change is \(words)" : "\(count) changes are \(words)")
    }
    let isComplete = reasons.isEmpty
    self.init(
      isComplete: isComplete,
      words: isComplete ? "complete" : "provisional (\(reasons.joined(separator: "; ")))",
      machines: machines)
  }

  /// The same in the words for a period that ends before `until`; nil is without an end. What a laptop
  /// writes after the period is no concern of it.
  func telling(until: Int64?) -> Report.Completeness {
    guard isComplete else { return self }
    let unheard = machines.compactMap { machine -> String? in
      guard let proof = machine.inSyncAt, until.map({ $0 > proof }) ?? true else { return nil }
      return "\(machine.name) (\(minute(proof)))"
    }
    guard !unheard.isEmpty else { return self }
    var told = self
    told.words =
      "complete as far as is known; not heard since they were in sync: "
      + unheard.joined(separator: ", ")
    return told
  }

  /// What ``ControlRequests`` passed to the reader.
  init(_ bytes: [UInt8]) throws {
    self = try ControlCodec.decodeAnswer(to: CompletenessOfReport.self, bytes)
  }

  private struct CompletenessOfReport: ControlQuestion {
    typealias Answer = Report.Completeness
    static let name = ControlRequest.Name.report
  }
}

extension Report.Machine {
  /// - Parameters:
  ///   - isInSync: nil where it is not connected.
  ///   - proof: when it last held the same as this side, if it has brought nothing since.
  ///   - reported: what it last said of itself, which may be of before a restart.
  ///   - sharesNothing: whether it is connected and shares no project with this side.
  ///   - hasLeft: whether it removed every project that it shared: none of them comes from it any more.
  init(
    _ peer: Status.Peer, isInSync: Bool?, proof: Int64?, reported: Fleet.Report? = nil,
    sharesNothing: Bool = false, hasLeft: Bool = false
  ) {
    let unsent = reported.flatMap { $0.unsent > 0 && $0.at >= proof ?? Int64.min ? $0 : nil }
    let (isMissing, words) =
      switch (isInSync, unsent, proof, peer.lastContact) {
      case _ where hasLeft: (false, "left every project that it shared")
      case _ where sharesNothing: (true, "connected, shares no project")
      case (true, _, _, _): (false, "in sync")
      case (false, _, _, _): (true, "synchronising now")
      case (nil, .some(let report), _, _):
        (true, "\(report.unsent) unsent when it was last heard, at \(minute(report.at))")
      case (nil, nil, .some(let proof), _): (false, "in sync at \(minute(proof)), not heard since")
      case (nil, nil, nil, .some(let contact)):
        (true, "not in sync when it was last heard, at \(minute(contact))")
      case (nil, nil, nil, nil): (true, "never seen in sync")
      }
    let isUnheard = isInSync == nil && !isMissing && !hasLeft
    self.init(
      name: peer.name, isMissing: isMissing, lastHeard: peer.lastContact, words: words,
      inSyncAt: isUnheard ? proof : nil)
  }
}
