import SyncControl

/// One bar a row, from left to right, each with its name and its number.
struct BarPlot {
  /// Nil where there is nothing to draw.
  let svg: String?

  init(_ table: Report.Table, name: Int, value: Int) {
    let most = table.rows.map { $0[value].plotted }.max() ?? 0
    guard most > 0 else {
      svg = nil
      return
    }
    let (left, right, pitch) = (150.0, Plot.width - 90, 30.0)
    let body = table.rows.enumerated().flatMap { place, row in
      let top = Double(place) * pitch + 4
      let width = row[value].plotted / most * (right - left)
      let words = ReportText.words(row[value], table.columns[value].unit)
      return [
        Plot.text(
          ReportText.words(row[name], "text"), x: left - 10, y: top + 16,
          anchor: "end"),
        """
        <rect x="\(Plot.number(left))" y="\(Plot.number(top))" width="\(Plot.number(width))" \
        height="22" style="fill:var(--c0)"/>
        """, Plot.text(words, x: left + width + 8, y: top + 16),
      ]
    }
    let spoken = table.rows.map { row in
      "\(ReportText.words(row[name], "text")) "
        + ReportText.words(row[value], table.columns[value].unit)
    }
    svg = Plot.svg(
      height: Double(table.rows.count) * pitch + 8, title: table.title,
      description: spoken.joined(separator: ", "), body)
  }
}

/// One column a session, in the order of time.
struct ColumnPlot {
  /// Nil where there is nothing to draw.
  let svg: String?

  init(_ table: Report.Table, time: Int, name: Int, value: Int) {
    let most = table.rows.map { $0[value].plotted }.max() ?? 0
    guard most > 0 else {
      svg = nil
      return
    }
    let (left, right, top, bottom) = (70.0, Plot.width - 20, 16.0, 270.0)
    let ticks = Plot.ticks(to: most)
    let scale = (bottom - top) / (ticks.last ?? most)
    let pitch = min(60, (right - left) / Double(table.rows.count))
    func y(_ value: Double) -> Double { bottom - value * scale }
    var body = Plot.axis(ticks, left: left, right: right, y: y)
    for (place, row) in table.rows.enumerated() {
      let height = row[value].plotted * scale
      let date = String(ReportText.words(row[time], "time").prefix(10))
      let title =
        "\(ReportText.words(row[name], "text")), \(date): "
        + ReportText.words(row[value], "count")
      body.append(
        """
        <rect x="\(Plot.number(left + Double(place) * pitch))" y="\(Plot.number(bottom - height))" \
        width="\(Plot.number(max(0.5, pitch * 0.8)))" height="\(Plot.number(height))" \
        style="fill:var(--c0)"><title>\(HTML.text(title))</title></rect>
        """)
    }
    let ends = [(0, "start"), (table.rows.count - 1, "end")]
    for (place, anchor) in table.rows.count == 1 ? [ends[0]] : ends {
      let x = left + (Double(place) + (anchor == "end" ? 0.8 : 0)) * pitch
      body.append(
        Plot.text(
          String(ReportText.words(table.rows[place][time], "time").prefix(10)),
          x: anchor == "end" ? max(x, left + 170) : x, y: bottom + 22, anchor: anchor, soft: true))
    }
    svg = Plot.svg(
      height: bottom + 36, title: "Attendees by session",
      description: "\(table.rows.count) sessions in the order of time. "
        + "The numbers are in the table below.", body)
  }
}
