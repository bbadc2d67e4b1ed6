import Glibc

/// One program with several targets. What libFuzzer calls, each passes on to here.
public struct FuzzProgram: Sendable {
  private let targets: [FuzzTarget]
  /// The target that the environment names.
  private let chosen: FuzzTarget?

  public init(_ targets: [FuzzTarget]) {
    self.targets = targets
    let name = variable("LABSYNC_FUZZ_TARGET")
    chosen = targets.first { $0.name == name }
  }

  /// To be called once, before all. Where the environment names a folder for seeds, writes those of
  /// every target into a folder each, lists the targets with their limits, and ends.
  public func begin() {
    if let folder = variable("LABSYNC_FUZZ_SEEDS") {
      writeSeeds(to: folder)
      exit(0)
    }
    guard chosen != nil else {
      complain("LABSYNC_FUZZ_TARGET names no target of this program")
      exit(64)
    }
  }

  /// One input.
  public func run(_ input: UnsafeBufferPointer<UInt8>) -> CInt {
    chosen?.run(Array(input))
    return 0
  }

  private func writeSeeds(to folder: String) {
    for target in targets {
      mkdir("\(folder)/\(target.name)", 0o755)
      for (number, seed) in target.seeds().enumerated() {
        write(seed, to: "\(folder)/\(target.name)/seed-\(number)")
      }
      print(target.name, target.maximumBytes)
    }
    fflush(nil)
  }

  private func write(_ bytes: [UInt8], to path: String) {
    let file = fopen(path, "w")
    guard let file, fwrite(bytes, 1, bytes.count, file) == bytes.count, fclose(file) == 0 else {
      complain("\(path) can not be written")
      exit(74)
    }
  }
}

private func variable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
