/// A metric of the daemon: its name is a contract that alerts and dashboards are written from. Base
/// units, closed label sets, counters from zero.
public enum Metric: String, CaseIterable, Hashable, Sendable {
  case buildInfo = "labsync_build_info"
  case changes = "labsync_changes"
  case unacknowledgedChanges = "labsync_unacknowledged_changes"
  case oldestUnacknowledgedAge = "labsync_oldest_unacknowledged_age_seconds"
  case inSync = "labsync_in_sync"
  case lastSync = "labsync_last_sync_timestamp_seconds"
  case connectionState = "labsync_connection_state"
  case paused = "labsync_paused"
  case clockOffset = "labsync_clock_offset_seconds"
  case conflicts = "labsync_conflicts"
  case parkedChanges = "labsync_parked_changes"
  case heldChanges = "labsync_held_changes"
  case storeSize = "labsync_store_size_bytes"
  case laptops = "labsync_laptops"

  case capturedChanges = "labsync_captured_changes_total"
  case captureFailures = "labsync_capture_failures_total"
  case appliedChanges = "labsync_applied_changes_total"
  case acknowledgedChanges = "labsync_acknowledged_changes_total"
  case sessionsOpened = "labsync_sessions_opened_total"
  case sessionsEnded = "labsync_sessions_ended_total"
  case refusals = "labsync_refusals_total"
  case violations = "labsync_protocol_violations_total"
  case chainMismatches = "labsync_chain_mismatches_total"
  case forks = "labsync_forks_total"
  case storeFailures = "labsync_store_failures_total"
  case messages = "labsync_messages_total"
  case messageBytes = "labsync_message_bytes_total"
  case controlRequests = "labsync_control_requests_total"
  case loopTurn = "labsync_loop_turn_seconds"

  case processStart = "process_start_time_seconds"
  case processMemory = "process_resident_memory_bytes"
  case processCPU = "process_cpu_seconds_total"

  public enum Kind: String, Hashable, Sendable {
    case counter, gauge, histogram
  }

  /// What a reader of the text is told.
  public var help: String { declaration.help }
  public var kind: Kind { declaration.kind }
  /// The one label and all values that it can have; nil where there is none.
  public var label: (name: String, values: [String])? { declaration.label }

  /// Upper bounds of the histogram's buckets, in seconds, below the last one, which has none.
  static let turnBounds = [0.001, 0.005, 0.02, 0.1, 0.5, 2]
}

extension Metric {
  private typealias Declaration = (
    kind: Kind, help: String, label: (name: String, values: [String])?
  )

  private var declaration: Declaration {
    switch self {
    case .buildInfo:
      (.gauge, "Always 1; which side this is.", ("side", ["lab", "online"]))
    case .changes:
      (
        .gauge, "Changes of this machine by the furthest that they have come.",
        ("stage", ["outbox", "queued", "received", "durable", "confirmed"])
      )
    case .unacknowledgedChanges:
      (.gauge, "Changes and writes of this machine that the online side has not on its disk.", nil)
    case .oldestUnacknowledgedAge:
      (.gauge, "Age of the oldest of those; 0 where there are none.", nil)
    case .inSync: (.gauge, "1 when both sides were seen to hold the same, else 0.", nil)
    case .lastSync: (.gauge, "When a sync last ran to its end; 0 before the first.", nil)
    case .connectionState:
      (
        .gauge, "1 for the state of the connection, 0 for the others.",
        ("state", ConnectionStates.names)
      )
    case .paused: (.gauge, "1 while somebody has paused the connection.", nil)
    case .clockOffset:
      (.gauge, "The other side's clock less this one's; 0 before it is known.", nil)
    case .conflicts:
      (
        .gauge, "Open conflicts ask a person, settled ones ask nobody.",
        ("status", ["open", "settled"])
      )
    case .parkedChanges: (.gauge, "Changes that are kept and could not be applied.", nil)
    case .heldChanges: (.gauge, "Changes of machines that were shut out.", nil)
    case .storeSize: (.gauge, "Size of the store's files.", nil)
    case .laptops:
      (
        .gauge, "Laptops that may come in, by whether they are here.",
        ("state", ["connected", "away"])
      )
    case .capturedChanges: (.counter, "Changes made from what was written here.", nil)
    case .captureFailures: (.counter, "Times that writes could not be turned into changes.", nil)
    case .appliedChanges:
      (
        .counter, "Changes of others by what became of them.",
        ("outcome", ["accepted", "duplicate", "exception"])
      )
    case .acknowledgedChanges: (.counter, "Changes that the other side put on its disk.", nil)
    case .sessionsOpened: (.counter, "Conversations begun.", nil)
    case .sessionsEnded:
      (
        .counter, "Conversations ended, by why.",
        ("reason", ["not_admitted", "closed_by_peer", "violation", "silence", "closed_here"])
      )
    case .refusals: (.counter, "Times that the other side did not let this machine in.", nil)
    case .violations: (.counter, "Times that another side broke the protocol.", nil)
    case .chainMismatches: (.counter, "Times that chains of the two sides differed.", nil)
    case .forks: (.counter, "Times that this store was found to be a copy of another.", nil)
    case .storeFailures: (.counter, "Times that the store could not do its part.", nil)
    case .messages:
      (.counter, "Messages to and from other sides.", ("direction", Self.directions))
    case .messageBytes:
      (.counter, "Bytes of those messages, before encryption.", ("direction", Self.directions))
    case .controlRequests: (.counter, "Questions on the control socket.", nil)
    case .loopTurn:
      (.histogram, "How long one turn of the loop took: how long anything else waited.", nil)
    case .processStart: (.gauge, "When the process started, since 1970.", nil)
    case .processMemory: (.gauge, "Resident memory.", nil)
    case .processCPU: (.counter, "User and system time.", nil)
    }
  }

  private static let directions = ["received", "sent"]
}
