import Fuzzing
import SyncCore

@testable import SyncDaemon

extension FuzzTarget {
  /// A configuration file, read and checked for both sides.
  static let configurations = FuzzTarget(
    name: "configurations", maximumBytes: 512,
    seeds: {
      var seeds = texts.map { Array($0.utf8) }
      for side in Side.allCases {
        if let folder = reading({ try NewFolder("/tmp", side: side) }) {
          let settings: [Setting: String] = [
            .replicaName: "Table 3", .onlineEndpoints: "tcp://127.0.0.1:5570",
            .onlineServerKey: "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7",
            .listenEndpoint: "tcp://*:5570",
          ]
          seeds.append(Array(folder.configurationText(settings).utf8))
        }
      }
      return seeds
    },
    run: { bytes in
      guard let text = String(validating: bytes, as: UTF8.self),
        let file = reading({ try ConfigurationFile(text, path: "lab.yaml") })
      else { return }
      for side in Side.allCases {
        let loaded = reading {
          try Configuration.load(file, side: side, environment: [:], hostName: "host")
        }
        guard let loaded else { continue }
        require(
          loaded.effective.count == Setting.allCases.count, "every setting is told with its origin")
        require(
          (5...3600).contains(loaded.silenceLimitSeconds), "the silence limit is in its range")
      }
    })

  private static let texts = [
    """
    replica: {name: "Table 3"}
    store: {url: "sqlite:///var/lib/labsync/lab.db"}
    online:
      endpoints: ["tcp://[::1]:5570", "ipc:///run/x.sock"]
      plain: true
    session: {silenceLimitSeconds: 10}
    log: {level: debug}
    """,
    """
    listen:
      endpoint: &e "tcp://*:*"
      plain: false
    keys: {directory: /k, authorized: /k/a}
    control:
      socket: /run/labsync/control.sock
    """,
    "a: &a [1, *a]", "replica: ~\nstore: |\n  x\n? y\n: !!str z\n", "%YAML 1.1\n---\n[]\n...\n",
  ]
}
