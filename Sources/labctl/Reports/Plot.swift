import Foundation
import SyncControl

/// What all plots share: the room they have, numbers as coordinates, and round steps of an axis.
enum Plot {
  static let width = 900.0

  /// An SVG picture that a screen reader names by `title` and tells by `description`.
  static func svg(height: Double, title: String, description: String, _ body: [String]) -> String {
    """
    <svg viewBox="0 0 \(Int(width)) \(Int(height))" role="img" \
    aria-label="\(HTML.text(title)). \(HTML.text(description))">
    \(body.joined(separator: "\n"))
    </svg>
    """
  }

  static func number(_ value: Double) -> String { ReportNumber.plain((value * 10).rounded() / 10) }

  static func text(
    _ words: String, x: Double, y: Double, anchor: String = "start", soft: Bool = false
  ) -> String {
    """
    <text x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)"\
    \(soft ? " style=\"fill:var(--soft)\"" : "")>\(HTML.text(words))</text>
    """
  }

  static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
    """
    <line x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" y2="\(number(y2))" \
    style="stroke:var(--rule)"/>
    """
  }

  /// From 0 to at least `most`, in at most six steps of 1, 2 or 5 times a power of ten.
  static func ticks(to most: Double) -> [Double] {
    guard most > 0 else { return [0, 1] }
    let rough = most / 5
    let power = pow(10, floor(log10(rough)))
    let step = max(1, [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough)
    return Array(stride(from: 0, through: ceil(most / step) * step, by: step))
  }

  /// A vertical axis from 0, its rules across the plot and its numbers left of it.
  static func axis(
    _ ticks: [Double], left: Double, right: Double, y: (Double) -> Double
  ) -> [String] {
    ticks.flatMap { tick in
      [
        rule(left, y(tick), right, y(tick)),
        text(
          ReportNumber.words(tick, "count"), x: left - 8, y: y(tick) + 4, anchor: "end", soft: true),
      ]
    }
  }
}

extension JSON {
  /// A cell as a number; 0 where it is none.
  var plotted: Double {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .null, .boolean, .text, .array, .object: 0
    }
  }
}
