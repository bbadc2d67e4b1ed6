import Glibc
import SyncControl

/// The metrics as text, in Prometheus' text form 0.0.4
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
struct MetricsReport {
  private let telemetry: Telemetry
  private let status: Status

  init(_ telemetry: Telemetry, _ status: Status) {
    self.telemetry = telemetry
    self.status = status
  }

  /// Every metric with every value of its label.
  var text: String {
    Metric.allCases.map { metric in
      let head = """
        # HELP \(metric.rawValue) \(metric.help)
        # TYPE \(metric.rawValue) \(metric.kind.rawValue)

        """
      if metric.kind == .histogram { return head + histogram(metric) }
      guard let label = metric.label else {
        return head + "\(metric.rawValue) \(value(of: metric, nil))\n"
      }
      return head
        + label.values.map { value in
          "\(metric.rawValue){\(label.name)=\"\(value)\"} \(self.value(of: metric, value))\n"
        }.joined()
    }.joined()
  }

  private func histogram(_ metric: Metric) -> String {
    var count: Int64 = 0
    var lines = ""
    for (turns, bound) in zip(telemetry.turns, Metric.turnBounds.map { "\($0)" } + ["+Inf"]) {
      count += turns
      lines += "\(metric.rawValue)_bucket{le=\"\(bound)\"} \(count)\n"
    }
    return lines + """
      \(metric.rawValue)_sum \(Self.seconds(telemetry.turnMilliseconds))
      \(metric.rawValue)_count \(count)

      """
  }

  private func value(of metric: Metric, _ label: String?) -> String {
    switch metric {
    case .buildInfo: Self.flag(status.side.rawValue == label)
    case .changes: "\(changes(label))"
    case .unacknowledgedChanges:
      "\(status.side == .lab ? status.outbox + status.queued + status.received : status.outbox)"
    case .oldestUnacknowledgedAge: "\(status.oldestAgeSeconds ?? 0)"
    case .inSync: Self.flag(status.inSync.value)
    case .lastSync: Self.seconds(status.lastSync ?? 0)
    case .connectionState: Self.flag(status.connection.state.rawValue == label)
    case .paused: Self.flag(status.isPaused)
    case .clockOffset: Self.seconds(status.clockOffsetMilliseconds ?? 0)
    case .conflicts: "\(label == "open" ? status.conflicts : status.settled)"
    case .violations: "\(status.violations)"
    case .parkedChanges: "\(status.parked)"
    case .heldChanges: "\(status.held)"
    case .storeSize: "\(status.storeBytes)"
    case .laptops: "\(status.peers.count { $0.isConnected == (label == "connected") })"
    case .processStart: Self.seconds(telemetry.startedAt)
    case .processMemory: "\(ProcessReading.residentBytes)"
    case .processCPU: ProcessReading.processorSeconds
    case .capturedChanges, .captureFailures, .appliedChanges, .acknowledgedChanges,
      .sessionsOpened, .sessionsEnded, .refusals, .chainMismatches, .forks,
      .storeFailures, .messages, .messageBytes, .controlRequests:
      "\(telemetry.value(of: metric, label))"
    case .loopTurn: ""
    }
  }

  private func changes(_ stage: String?) -> Int {
    switch stage {
    case "outbox": status.outbox
    case "queued": status.queued
    case "received": status.received
    case "durable": status.durable
    default: status.confirmed
    }
  }

  private static func flag(_ isSet: Bool) -> String { isSet ? "1" : "0" }

  private static func seconds(_ milliseconds: Int64) -> String {
    let rest = "\(milliseconds.magnitude % 1000)"
    let sign = milliseconds < 0 ? "-" : ""
    return "\(sign)\(milliseconds.magnitude / 1000)."
      + String(repeating: "0", count: 3 - rest.count) + rest
  }
}

enum ConnectionStates {
  static let names = Status.Connection.State.allCases.map(\.rawValue)
}

/// What the system says of this process.
private enum ProcessReading {
  static var residentBytes: Int64 {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 128)
    guard fgets(&text, Int32(text.count), file) != nil else { return 0 }
    let words = String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .split(separator: " ")
    return (words.count > 1 ? Int64(words[1]) ?? 0 : 0) * Int64(sysconf(Int32(_SC_PAGESIZE)))
  }

  static var processorSeconds: String {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return "\(Double(time.tv_sec) + Double(time.tv_nsec / 1_000_000) / 1000)"
  }
}
