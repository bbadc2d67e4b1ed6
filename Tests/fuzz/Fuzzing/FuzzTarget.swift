import Glibc

/// One decoder, and what must hold of it for any bytes.
public struct FuzzTarget: Sendable {
  public var name: String
  /// Bytes of an input at the most. Short inputs are many inputs.
  public var maximumBytes: Int
  /// Inputs that the encoders wrote, to begin with.
  public var seeds: @Sendable () -> [[UInt8]]
  /// Ends the process where something does not hold.
  public var run: @Sendable ([UInt8]) -> Void

  public init(
    name: String, maximumBytes: Int, seeds: @escaping @Sendable () -> [[UInt8]],
    run: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.name = name
    self.maximumBytes = maximumBytes
    self.seeds = seeds
    self.run = run
  }
}

/// What `reading` gives, or nil where it throws. The error is put into words, as the log would.
public func reading<Value>(_ reading: () throws -> Value) -> Value? {
  do {
    return try reading()
  } catch {
    _ = "\(error)"
    return nil
  }
}

/// A finding, unless `holds`.
public func require(_ holds: Bool, _ law: StaticString) {
  guard !holds else { return }
  complain("finding: it does not hold that \(law)")
  abort()
}

/// One line for whoever reads the log of a run.
public func complain(_ words: String) {
  let line = Array("\(words)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
}
