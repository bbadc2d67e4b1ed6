import Fuzzing

@testable import SyncDaemon

extension FuzzTarget {
  /// What a stranger sends to the port of the metrics.
  static let metricsRequests = FuzzTarget(
    name: "metrics-requests", maximumBytes: 256,
    seeds: {
      [
        "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /metrics?x HTTP/1.0\n\n",
        "POST / HTTP/1.1\r\n\r\n", "\u{16}\u{3}\u{1}", "GET  /metrics HTTP/1.1\r\n\n",
      ].map { Array($0.utf8) }
    },
    run: { bytes in
      let whole = MetricsRequestReading(bytes)
      require(
        whole == .incomplete || MetricsRequestReading(bytes + Array("more".utf8)) == whole,
        "what comes after a whole head changes nothing")
    })
}
