import CZstandard

/// A compressed frame of `count` zero bytes.
func bombFrame(of count: Int) -> [UInt8] {
  let zeros = [UInt8](repeating: 0, count: count)
  var output = [UInt8](repeating: 0, count: ZSTD_compressBound(count))
  let capacity = output.count
  let size = ZSTD_compress(&output, capacity, zeros, count, 1)
  return [1, 1] + output.prefix(size)
}
