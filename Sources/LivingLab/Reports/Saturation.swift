/// Sums that end at the greatest number instead of trapping: what a broken machine has written must not
/// keep anybody from a report.
extension Int64 {
  public func plus(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other > 0 ? .max : .min) : sum
  }

  public func minus(_ other: Int64) -> Int64 {
    let (difference, isOver) = subtractingReportingOverflow(other)
    return isOver ? (other > 0 ? .min : .max) : difference
  }

  public func times(_ other: Int64) -> Int64 {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? ((self > 0) == (other > 0) ? .max : .min) : product
  }
}
