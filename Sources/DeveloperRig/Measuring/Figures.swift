/// A number as people read it.
public enum Figures {
  /// `1.23 s` or `45 ms`.
  public static func duration(milliseconds: Int) -> String {
    milliseconds < 1000 ? "\(milliseconds) ms" : "\(decimal(milliseconds, per: 1000)) s"
  }

  /// `12.3 MB`, in millions of bytes.
  public static func megabytes(_ bytes: Int) -> String {
    "\(decimal(bytes, per: 1_000_000, places: 1)) MB"
  }

  /// The quotient with two places.
  public static func ratio(_ value: Int, to base: Int) -> String {
    decimal(value, per: max(1, base))
  }

  /// `18,192`.
  public static func grouped(_ number: Int) -> String {
    var digits = String(abs(number))
    var groups: [String] = []
    while digits.count > 3 {
      groups.insert(String(digits.suffix(3)), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
  }

  /// The middle of the values; the lower of the two middle ones where their number is even.
  public static func median(_ values: [Int]) -> Int {
    values.isEmpty ? 0 : values.sorted()[(values.count - 1) / 2]
  }

  private static func decimal(_ value: Int, per unit: Int, places: Int = 2) -> String {
    let scale = places == 1 ? 10 : 100
    let scaled = (value * scale + unit / 2) / unit
    let fraction = String(scaled % scale)
    return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
