import CFuzzer
import Fuzzing

/// What people, their files and strangers give the daemon and labctl.
private let program = FuzzProgram([
  .controlRequests, .controlAnswers, .importFiles, .fieldGrammar, .configurations, .admissions,
  .metricsRequests,
])

/// The package manager makes this the program's `main`.
@_cdecl("fuzz_daemon_main")
public func main(
  _ count: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> CInt {
  program.begin()
  var count = count
  var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = arguments
  return LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  program.run(UnsafeBufferPointer(start: start, count: count))
}
