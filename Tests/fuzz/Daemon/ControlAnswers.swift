import Fuzzing
import SyncControl
import SyncCore
import SyncDaemon

extension FuzzTarget {
  /// What labctl asks, answered by both services over a real store with a conflict in it.
  static let controlAnswers = FuzzTarget(
    name: "control-answers", maximumBytes: 384,
    seeds: {
      var requests = SampleRequests.all.compactMap { question in
        reading { try ControlCodec.encode(question) }
      }
      requests += AskedStore.current.requests.compactMap { question in
        reading { try ControlCodec.encode(question) }
      }
      return requests
    },
    run: { bytes in
      guard let request = reading({ try ControlCodec.decodeRequest(bytes) }) else { return }
      AskedStore.ask(request)
    })
}
