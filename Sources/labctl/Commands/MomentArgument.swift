import ArgumentParser
import Foundation

/// A moment on the command line: RFC 3339.
enum MomentArgument {
  static func milliseconds(_ text: String?, _ option: String) throws -> Int64? {
    guard let text else { return nil }
    let formatter = ISO8601DateFormatter()
    let withFraction = ISO8601DateFormatter()
    withFraction.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    guard let date = formatter.date(from: text) ?? withFraction.date(from: text) else {
      throw ValidationError("\(option) is a time such as 2016-03-01T18:00:00+01:00.")
    }
    return Int64((date.timeIntervalSince1970 * 1000).rounded())
  }
}
