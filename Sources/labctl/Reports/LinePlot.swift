import SyncControl

/// Curves over time: the first column of a table is a date, each other one a curve. Curves differ in
/// colour and in dashes.
struct LinePlot {
  /// Nil where there is nothing to draw.
  let svg: String?

  private static let dashes = ["", "8 4", "2 3", "10 3 2 3", "1 4"]

  init(_ table: Report.Table) {
    let curves = table.columns.indices.dropFirst().filter { index in
      table.rows.contains { $0[index].plotted > 0 }
    }
    let most = curves.flatMap { index in table.rows.map { $0[index].plotted } }.max() ?? 0
    guard most > 0 else {
      svg = nil
      return
    }
    let (left, right, top, bottom) = (70.0, Plot.width - 20, 40.0, 300.0)
    let ticks = Plot.ticks(to: most)
    let scale = (bottom - top) / (ticks.last ?? most)
    let step = (right - left) / Double(max(1, table.rows.count - 1))
    func x(_ place: Int) -> Double {
      table.rows.count == 1 ? (left + right) / 2 : left + Double(place) * step
    }
    func y(_ value: Double) -> Double { bottom - value * scale }
    var body = Plot.axis(ticks, left: left, right: right, y: y)
    for place in Self.labelled(table.rows.count) {
      body.append(
        Plot.text(
          ReportText.words(table.rows[place][0], "date"), x: x(place), y: bottom + 22,
          anchor: place == 0 ? "start" : place == table.rows.count - 1 ? "end" : "middle",
          soft: true
        ))
    }
    var legend = left
    for (number, index) in curves.enumerated() {
      let style = "fill:none;stroke:var(--c\(number % 5));stroke-width:2"
      let dash = Self.dashes[number % Self.dashes.count]
      let points = table.rows.indices.map { place in
        "\(Plot.number(x(place))),\(Plot.number(y(table.rows[place][index].plotted)))"
      }
      let line = "stroke-dasharray=\"\(dash)\" style=\"\(style)\""
      body.append("<polyline points=\"\(points.joined(separator: " "))\" \(line)/>")
      if points.count == 1 {
        body.append(
          "<circle cx=\"\(Plot.number(x(0)))\" cy=\"\(Plot.number(y(table.rows[0][index].plotted)))\" "
            + "r=\"4\" style=\"fill:var(--c\(number % 5))\"/>")
      }
      let label = table.columns[index].label
      body.append("<path d=\"M\(Plot.number(legend)) 16h34\" \(line)/>")
      body.append(Plot.text(label, x: legend + 40, y: 20))
      legend += 40 + Double(label.count) * 8 + 24
    }
    let names = curves.map { table.columns[$0].label }.joined(separator: ", ")
    svg = Plot.svg(
      height: bottom + 36, title: table.title,
      description: "Curves of \(names). The numbers are in the table below.", body)
  }

  /// Places of at most six dates.
  private static func labelled(_ count: Int) -> [Int] {
    guard count > 6 else { return Array(0..<count) }
    return (0...5).map { $0 * (count - 1) / 5 }
  }
}
