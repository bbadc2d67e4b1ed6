import SyncControl

/// A report as one HTML page: figures, plots, and the numbers behind each plot. It asks for nothing
/// from anywhere, runs no program, and is readable by a screen reader and on paper.
struct ReportPage {
  private let report: Report

  init(_ report: Report) { self.report = report }

  var html: String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(HTML.text(title))</title>
    <style>\(Self.style)</style>
    </head>
    <body>
    <header>
    <h1>\(HTML.text(title))</h1>
    <p>\(HTML.text(report.period)), counted at \(ReportNumber.time(report.at))\(narrowing).</p>
    \(completeness)
    </header>
    <main>
    \(plots.joined(separator: "\n"))
    \(report.objectives.map { figures($0.heading, $0.rows) }.joined(separator: "\n"))
    \(networks)
    </main>
    <footer>
    \(report.assumptions.map { "<p>\(HTML.text($0))</p>" }.joined(separator: "\n"))
    <p>What was measured and what was estimated stand apart and are never added. Days are UTC.</p>
    </footer>
    </body>
    </html>

    """
  }

  private var title: String {
    let name = report.report == .kpi ? "key figures" : report.report.rawValue
    return "\(report.projectNames): \(name)"
  }

  private var narrowing: String {
    [report.session.map { "session \($0)" }, report.segment.map { "segment \($0)" }]
      .compactMap { $0.map { ", \(HTML.text($0)) only" } }.joined()
  }

  private var completeness: String {
    let isComplete = report.completeness.isComplete
    let machines = report.completeness.machines.map { machine in
      let heard = machine.lastHeard.map { "last heard \(ReportNumber.time($0))" } ?? "never heard"
      return "<li>\(HTML.text(machine.name)): \(HTML.text(machine.words)), \(heard)</li>"
    }
    let list =
      machines.isEmpty
      ? "" : "<details><summary>Machines</summary><ul>\(machines.joined())</ul></details>"
    return """
      <div class="completeness \(isComplete ? "complete" : "provisional")" role="note">
      <p>\(isComplete ? "✓" : "!") <strong>\(HTML.text(report.completeness.words))</strong></p>
      \(list)</div>
      """
  }

  private func table(_ name: String) -> Report.Table? {
    report.tables.first { $0.name == name }
  }

  private var plots: [String] {
    [
      table("contributions").flatMap { table in
        section(table, LinePlot(table).svg)
      },
      table("funnel").flatMap { section($0, BarPlot($0, name: 0, value: 1).svg) },
      table("sessions").flatMap { table in
        let order = ["at", "title", "attendees"].compactMap { name in
          table.columns.firstIndex { $0.name == name }
        }
        return order.count == 3
          ? section(
            table, ColumnPlot(table, time: order[0], name: order[1], value: order[2]).svg) : nil
      },
      table("tone").flatMap { section($0, BarPlot($0, name: 0, value: 1).svg) },
    ].compactMap { $0 }
  }

  private var networks: String {
    guard let table = table("networks"), !table.rows.isEmpty else { return "" }
    return "<section><h2>\(HTML.text(table.title))</h2>\(HTML.table(table))</section>"
  }

  private func section(_ table: Report.Table, _ svg: String?) -> String? {
    guard let svg else {
      return "<section><h2>\(HTML.text(table.title))</h2><p>Nothing yet.</p></section>"
    }
    return """
      <section>
      <h2>\(HTML.text(table.title))</h2>
      <figure>\(svg)</figure>
      <details><summary>The numbers</summary>\(HTML.table(table))</details>
      </section>
      """
  }

  private func figures(_ heading: String, _ rows: [Report.Row]) -> String {
    let lines = rows.map { row in
      let name = row.group.map { "\(row.label): \($0)" } ?? row.label
      return """
        <tr><th scope="row">\(HTML.text(name))</th>\
        <td class="number">\(HTML.text(ReportNumber.measuredOrDash(row)))</td>\
        <td class="number">\(HTML.text(ReportNumber.estimated(row)))</td>\
        <td>\(HTML.text(ReportNumber.basis(row)))</td></tr>
        """
    }
    return """
      <section>
      <h2>\(HTML.text(heading))</h2>
      <div class="wide"><table class="figures">
      <thead><tr><th scope="col">figure</th><th scope="col" class="number">measured</th>\
      <th scope="col" class="number">estimated</th><th scope="col">from</th></tr></thead>
      <tbody>\(lines.joined(separator: "\n"))</tbody>
      </table></div>
      </section>
      """
  }

  private static let style = """
    :root{color-scheme:light dark;--ink:#1b1b1b;--soft:#5a5a5a;--rule:#c8c8c8;--paper:#fff;\
    --c0:#0072b2;--c1:#d55e00;--c2:#007a5a;--c3:#a8457f;--c4:#8a6000}
    @media (prefers-color-scheme:dark){:root{--ink:#ececec;--soft:#b0b0b0;--rule:#4a4a4a;\
    --paper:#161616;--c0:#56b4e9;--c1:#ff9142;--c2:#3fc79a;--c3:#e59ac6;--c4:#f0c244}}
    body{margin:0 auto;max-width:58rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;\
    color:var(--ink);background:var(--paper)}
    h1{font-size:1.6rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}
    .completeness{border-left:.4rem solid;padding:.1rem 1rem}.complete{border-color:var(--c2)}\
    .provisional{border-color:var(--c1)}
    figure{margin:0;overflow-x:auto}svg{width:100%;min-width:40rem;height:auto;font:13px system-ui,sans-serif;fill:var(--ink)}
    table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .6rem;\
    border-bottom:1px solid var(--rule);vertical-align:top;font-weight:normal}
    thead th{color:var(--soft);font-size:.9rem}.number{text-align:right;\
    font-variant-numeric:tabular-nums;white-space:nowrap}\
    .figures th:first-child{width:40%}.figures th:nth-child(2),.figures th:nth-child(3){width:14%}\
    .wide{overflow-x:auto}
    summary{cursor:pointer;color:var(--soft)}footer{color:var(--soft);margin-top:2rem}
    @media print{details>*{display:none}section{break-inside:avoid}}
    """
}

/// Texts and tables in HTML.
enum HTML {
  /// The text as content or in a quoted attribute.
  static func text(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in Terminal.harmless(String(text)).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  static func table(_ table: Report.Table) -> String {
    let shown = table.columns.indices.filter { table.columns[$0].name != "id" }
    func isNumber(_ index: Int) -> Bool {
      !["text", "time", "date"].contains(table.columns[index].unit)
    }
    let headings = shown.map { index in
      "<th scope=\"col\"\(isNumber(index) ? " class=\"number\"" : "")>"
        + "\(text(table.columns[index].label))</th>"
    }
    let rows = table.rows.map { row in
      let cells = shown.map { index in
        let words = text(ReportText.words(row[index], table.columns[index].unit))
        return "<td\(isNumber(index) ? " class=\"number\"" : "")>\(words)</td>"
      }
      return "<tr>\(cells.joined())</tr>"
    }
    return """
      <div class="wide"><table><thead><tr>\(headings.joined())</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }
}
