import Foundation
import Testing

/// The shape of the house, held by a test: who may know whom, what pure modules may not touch, and
/// how long a file may become.
@Suite("The house is tidy")
struct TidyTests {
  private let tree = SourceTree()

  /// What each module may import.
  private static let mayImport: [String: Set<String>] = [
    "SyncCore": [],
    "LivingLab": ["SyncCore"],
    "SyncProtocol": ["SyncCore"],
    "LabWorker": ["SyncCore", "SyncProtocol"],
    "OnlineWorker": ["SyncCore", "SyncProtocol"],
    "SyncSimulator": ["SyncCore", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncWire"],
    "SyncWire": ["SyncCore", "SyncProtocol", "CZstandard", "Crypto", "SwiftProtobuf"],
    "SQLiteStore": [
      "SyncCore", "LivingLab", "SyncWire", "Crypto", "Foundation", "GRDB", "GRDBSQLite",
      "CSQLite",
    ],
    "SimulatedDisks": [
      "SyncCore", "SQLiteStore", "SyncSimulator", "Foundation", "GRDB", "Synchronization",
    ],
    "ZeroMQ": ["CZeroMQ", "Synchronization", "Glibc"],
    "SyncControl": ["Foundation"],
    "SyncDaemon": [
      "SyncCore", "LivingLab", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncWire",
      "SQLiteStore", "ZeroMQ", "SyncControl", "CLinux", "Logging", "Yams", "Foundation", "Glibc",
    ],
    "labsyncd": ["SyncDaemon", "SyncControl", "SyncCore", "ArgumentParser", "Foundation", "Glibc"],
    "labctl": [
      "SyncControl", "LivingLab", "SyncCore", "ZeroMQ", "CQREncode", "ArgumentParser", "Foundation",
      "Glibc",
    ],
  ]

  private static let pure = [
    "SyncCore", "LivingLab", "SyncProtocol", "LabWorker", "OnlineWorker", "SyncSimulator",
  ]

  @Test("Dependencies point one way")
  func dependencies() throws {
    var seen: Set<String> = []
    for file in try tree.files(below: "Sources") {
      seen.insert(file.module)
      guard let allowed = Self.mayImport[file.module] else { continue }
      for module in file.imports {
        #expect(allowed.contains(module), "\(file.path) may not import \(module)")
      }
    }
    #expect(seen.isSuperset(of: Self.mayImport.keys))
  }

  @Test("Pure modules have no clock, no chance and no system", arguments: Self.pure)
  func purity(module: String) throws {
    let banned = [
      "Date()", "UUID()", "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator",
      "ProcessInfo", "getenv", "print(",
    ]
    for file in try tree.files(below: "Sources/\(module)") {
      for (number, line) in file.lines.enumerated() {
        let place = "\(file.path):\(number + 1)"
        for word in banned { #expect(!line.contains(word), "\(place) uses \(word)") }
        if line.contains(".random(") {
          #expect(line.contains("using:"), "\(place) draws from no given generator")
        }
      }
    }
  }

  @Test("Nothing in Sources traps on what the world does")
  func noTraps() throws {
    let banned = [
      " try! ", " try? ", " as! ", "fatalError(", "@unchecked Sendable", "TODO",
      "FIXME",
    ]
    for file in try tree.files(below: "Sources") {
      for (number, line) in file.lines.enumerated() {
        for word in banned {
          #expect(!line.contains(word), "\(file.path):\(number + 1) has \(word)")
        }
      }
    }
  }

  @Test("A file that grew too long is two things", arguments: [("Sources", 500), ("Tests", 800)])
  func lengths(folder: String, limit: Int) throws {
    for file in try tree.files(below: folder) {
      #expect(file.lines.count <= limit, "\(file.path) has \(file.lines.count) lines")
    }
  }

  @Test("The top level holds what the README names")
  func topLevel() throws {
    let allowed: Set<String> = [
      "Deploy", "LICENSE", "Package.swift", "Package.resolved", "README.md", "Sources", "Tests",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: tree.root.path)
    for name in names where !name.hasPrefix(".") {
      #expect(allowed.contains(name), "\(name) does not belong at the top")
    }
  }
}
