// swift-tools-version: 6.2
import PackageDescription

/// Pure modules decide; they take values and the time, and return values.
let pure: [SwiftSetting] = [.treatAllWarnings(as: .error), .strictMemorySafety()]
/// The others act: sockets, files, SQL.
let acting: [SwiftSetting] = [.treatAllWarnings(as: .error)]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "LabSync",
  products: [
    .executable(name: "labsyncd", targets: ["labsyncd"]),
    .executable(name: "labctl", targets: ["labctl"]),
    .executable(name: "labdev", targets: ["labdev"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .target(name: "SyncCore", swiftSettings: pure),
    .target(name: "LivingLab", dependencies: ["SyncCore"], swiftSettings: pure),
    .target(name: "SyncProtocol", dependencies: ["SyncCore"], swiftSettings: pure),
    .target(name: "LabWorker", dependencies: ["SyncCore", "SyncProtocol"], swiftSettings: pure),
    .target(name: "OnlineWorker", dependencies: ["SyncCore", "SyncProtocol"], swiftSettings: pure),
    .target(
      name: "SyncWire",
      dependencies: ["SyncCore", "SyncProtocol", "CZstandard", crypto, protobuf],
      exclude: ["Messages.proto"],
      swiftSettings: acting),
    .target(
      name: "SQLiteStore",
      dependencies: ["SyncCore", "LivingLab", "SyncWire", "CSQLite", crypto, grdb],
      swiftSettings: acting),
    .target(name: "ZeroMQ", dependencies: ["CZeroMQ"], swiftSettings: acting),
    .target(name: "SyncControl", swiftSettings: acting),
    .target(
      name: "SyncDaemon",
      dependencies: [
        "SyncCore", "LivingLab", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncWire",
        "SQLiteStore", "ZeroMQ", "SyncControl", "CLinux", logging, yams,
      ],
      swiftSettings: acting),
    .target(
      name: "SyncSimulator",
      dependencies: ["SyncCore", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncWire"],
      swiftSettings: pure),
    .target(
      name: "SimulatedDisks", dependencies: ["SyncCore", "SQLiteStore", "SyncSimulator", grdb],
      swiftSettings: acting),
    .executableTarget(
      name: "labsyncd", dependencies: ["SyncControl", "SyncCore", "SyncDaemon", argumentParser],
      swiftSettings: acting),
    .executableTarget(
      name: "labctl",
      dependencies: [
        "SyncControl", "LivingLab", "SyncCore", "ZeroMQ", "CQREncode", argumentParser,
      ],
      swiftSettings: acting),
    .target(
      name: "DeveloperRig",
      dependencies: ["SyncControl", "ZeroMQ", "CLinux", sqlite],
      resources: [.embedInCode("Clocks/MovedClock.c")],
      swiftSettings: acting),
    .executableTarget(
      name: "labdev",
      dependencies: [
        "DeveloperRig", "LivingLab", "SimulatedDisks", "SyncCore", "SyncControl", "SyncProtocol",
        "LabWorker", "SyncSimulator", "SyncWire", "ZeroMQ",
        argumentParser,
      ],
      swiftSettings: acting),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CQREncode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CZstandard", providers: [.apt(["libzstd-dev"])]),

    .testTarget(name: "SyncCoreTests", dependencies: ["SyncCore"], swiftSettings: acting),
    .testTarget(name: "TidyTests", swiftSettings: acting),
    .testTarget(
      name: "LivingLabTests", dependencies: ["LivingLab", "SyncCore"], swiftSettings: acting),
    .testTarget(
      name: "SyncProtocolTests", dependencies: ["SyncCore", "SyncProtocol", "SyncSimulator"],
      swiftSettings: acting),
    .testTarget(
      name: "SyncWireTests",
      dependencies: ["SyncCore", "SyncProtocol", "SyncWire", "CZstandard", crypto, protobuf],
      swiftSettings: acting),
    .testTarget(
      name: "WorkerTests",
      dependencies: ["SyncCore", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncSimulator"],
      swiftSettings: acting),
    .testTarget(
      name: "SimulationTests",
      dependencies: ["LivingLab", "SimulatedDisks", "SyncCore", "SyncProtocol", "SyncSimulator"],
      swiftSettings: acting),
    .testTarget(
      name: "SQLiteStoreTests", dependencies: ["SQLiteStore", "LivingLab", grdb],
      swiftSettings: acting),
    .testTarget(name: "ZeroMQTests", dependencies: ["ZeroMQ"], swiftSettings: acting),
    .testTarget(
      name: "SyncControlTests",
      dependencies: ["SyncControl", "LivingLab", "SyncCore", "ZeroMQ", "labctl"],
      swiftSettings: acting),
    .testTarget(
      name: "SyncDaemonTests",
      dependencies: [
        "SyncCore", "LivingLab", "SQLiteStore", "SyncDaemon", "SyncProtocol", "OnlineWorker",
        "SyncWire", "SyncControl", "ZeroMQ", "CLinux", "labsyncd", grdb, logging,
      ],
      swiftSettings: acting),
    .testTarget(
      name: "ControlServiceTests",
      dependencies: [
        "SyncCore", "LivingLab", "SQLiteStore", "SyncControl", "SyncDaemon", "ZeroMQ", grdb,
        logging,
      ],
      swiftSettings: acting),
    .testTarget(
      name: "SystemTests",
      dependencies: [
        "DeveloperRig", "SyncCore", "SyncProtocol", "SyncWire", "SyncControl", "ZeroMQ", "labdev",
        "labsyncd",
        "labctl",
      ],
      exclude: ["stranger.py"],
      swiftSettings: acting),
  ],
  swiftLanguageModes: [.v6]
)

/// The fuzz targets link a sanitizer's runtime, which an ordinary build has no use for:
/// `Tests/fuzz/run` asks for them. Only modules of our own tell which of their branches an input
/// took.
if Context.environment["LABSYNC_FUZZ"] != nil {
  let fuzzed: [SwiftSetting] = [.unsafeFlags(["-sanitize=address,fuzzer"])]
  for target in package.targets where target.type == .regular {
    target.swiftSettings = (target.swiftSettings ?? []) + fuzzed
  }
  func program(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: ["Fuzzing", "CFuzzer"] + dependencies, path: "Tests/fuzz/\(folder)",
      swiftSettings: acting + fuzzed + [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
  }
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/fuzz/CFuzzer"),
    .target(
      name: "Fuzzing", dependencies: ["SyncCore", "LivingLab"], path: "Tests/fuzz/Fuzzing",
      swiftSettings: acting),
    program(
      "fuzz-wire", "Wire", ["SyncCore", "LivingLab", "SyncProtocol", "SyncWire", "CZstandard"]),
    program(
      "fuzz-daemon", "Daemon",
      ["SyncCore", "LivingLab", "SQLiteStore", "ZeroMQ", "SyncControl", "SyncDaemon"]),
  ]
}

/// The same for `Tests/sanitize`. The tests themselves are not sanitized: their macros do not compile
/// under a sanitizer.
if let sanitizer = Context.environment["LABSYNC_SANITIZE"] {
  let flags = ["-sanitize=\(sanitizer)"]
  for target in package.targets {
    switch target.type {
    case .regular:
      target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(flags)]
    case .executable:
      target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(flags)]
      target.linkerSettings = [.unsafeFlags(flags)]
    case .test:
      target.linkerSettings = [.unsafeFlags(flags)]
    default: break
    }
  }
}
