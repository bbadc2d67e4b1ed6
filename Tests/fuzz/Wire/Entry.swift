import CFuzzer
import Fuzzing

/// What peers send, and the values in it. Knows no store and no daemon: the fewer places a program
/// has, the more inputs a second.
private let program = FuzzProgram([
  .wireFrames, .bundles, .changePayloads, .merging, .json, .timestamps,
])

/// The package manager makes this the program's `main`.
@_cdecl("fuzz_wire_main")
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
