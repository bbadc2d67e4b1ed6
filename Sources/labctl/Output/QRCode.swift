import CQREncode

/// A text as a QR code (ISO/IEC 18004) of half blocks, two rows of it in a line of the terminal.
enum QRCode {
  /// Empty where the text does not fit one.
  static func lines(of text: String) -> [String] {
    guard let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L) else { return [] }
    defer { QRcode_free(code) }
    let width = Int(code.pointee.width)
    // Four light modules all around; what is printed is light, for a dark terminal.
    func isLight(_ row: Int, _ column: Int) -> Bool {
      guard (0..<width).contains(row), (0..<width).contains(column) else { return true }
      return code.pointee.data[row * width + column] & 1 == 0
    }
    return stride(from: -4, to: width + 4, by: 2).map { row in
      (-4..<width + 4).map { column in
        switch (isLight(row, column), isLight(row + 1, column)) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
      }.joined()
    }
  }
}
