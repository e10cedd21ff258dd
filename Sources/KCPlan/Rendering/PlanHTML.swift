internal import KCData
internal import KCKube

/// A plan as one page that needs nothing else: no script, no font, no picture from elsewhere.
public struct PlanHTML {
  private let plan: Plan

  public init(_ plan: Plan) { self.plan = plan }

  public func render() -> String {
    let environment = plan.environment.map { " · \($0)" } ?? ""
    let title = Markup.escape("\(plan.project)\(environment) → \(plan.target)")
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <title>kc plan: \(title)</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      <header><h1>\(title)</h1>
      <p class="summary">\(Markup.escape(PlanSummary.sentence(plan))) <code>plan \(plan.digest.prefix(12))</code></p>
      </header>
      <main>
      \(problems())<section id="changes"><h2>Changes</h2>
      \(changes())</section>
      \(NodesHTML(plan).render())<section id="graph"><h2>Order</h2>
      \(graph())</section>
      </main>
      </body>
      </html>

      """
  }

  private func problems() -> String {
    var items: [String] = plan.refusals.map { "\($0.title) would be refused: \($0.refusal?.message ?? "")" }
    items += plan.guarded.map { "\($0.title) is not removed without --allow-delete: \($0.guardReason ?? "")" }
    items += plan.conflicting.map { step in
      let fields = step.conflicts.map(\.description).joined(separator: ", ")
      return "\(step.title) needs --take-ownership: \(fields)"
    }
    items += plan.placements.filter { $0.unplaced > 0 }.map { "\($0.name): \($0.unplaced) of \($0.total) fit nowhere" }
    if let why = plan.unforeseen { items.append("where pods would run is \(why)") }
    if let words = plan.environmentWords { items.append("\(plan.project) \(words)") }
    if let words = plan.unfinishedWords { items.append(words) }
    items += plan.stays.map { "\($0.title) stays: \($0.reason)" }
    if items.isEmpty { return "" }
    let list = items.map { "<li>\(Markup.escape($0))</li>" }.joined(separator: "\n")
    return "<section id=\"problems\"><h2>Problems</h2><ul>\n\(list)\n</ul></section>\n"
  }

  private func changes() -> String {
    let shown = plan.changes.isEmpty ? "<p>Nothing to change.</p>\n" : plan.changes.map(change).joined()
    let left = plan.steps.filter { $0.action == .keep }.flatMap { step in
      step.leftAlone.map { field in
        "<li><code>\(Markup.escape(step.title))</code>: <code>\(Markup.escape(FieldLabel.label(field.path)))</code>, "
          + "\(Markup.escape(PlanText.owner(of: field)))</li>\n"
      }
    }.joined()
    return left.isEmpty ? shown : "\(shown)<h3>Left alone</h3><ul>\n\(left)</ul>\n"
  }

  private func change(_ step: Step) -> String {
    let place = step.origin.map { "<span class=\"place\">\(Markup.escape($0.place))</span>" } ?? ""
    let risks = step.risks.map {
      "<span class=\"risk\">\($0.kind.words): \(Markup.escape($0.reason))</span>"
    }.joined(separator: " ")
    var out = "<details class=\"step \(step.action.rawValue)\"\(step.toldChanges.isEmpty ? "" : " open")><summary>"
    out += "<b>\(step.action.sign)</b> <code>\(Markup.escape(step.title))</code> "
    out += "<span class=\"effect\">\(Markup.escape(step.effect))</span> \(risks) \(place)</summary>\n"
    let foreign = step.leftAlone.map { field in
      "<tr><td><code>\(Markup.escape(FieldLabel.label(field.path)))</code></td><td>left alone</td><td></td>"
        + "<td>\(Markup.escape(PlanText.owner(of: field)))</td></tr>\n"
    }.joined()
    if !step.toldChanges.isEmpty || !foreign.isEmpty {
      out += "<table><thead><tr><th>field</th><th>change</th><th>source</th><th></th></tr></thead><tbody>\n"
      out += step.toldChanges.map(row).joined() + foreign + "</tbody></table>\n"
    }
    return out + "</details>\n"
  }

  private func row(_ change: Step.Change) -> String {
    let note = PlanText.note(change).map(Markup.escape) ?? ""
    return "<tr><td><code>\(Markup.escape(FieldLabel.label(change.field.path)))</code></td>"
      + "<td>\(Markup.escape(PlanText.difference(change)))</td>"
      + "<td class=\"place\">\(Markup.escape(change.origin?.place ?? ""))</td><td class=\"note\">\(note)</td></tr>\n"
  }

  private func graph() -> String {
    let graph = OrderGraph(plan)
    if graph.nodes.isEmpty { return "<p>There are no objects.</p>\n" }
    if graph.nodes.count <= GraphSVG.limit { return "<div class=\"scroll\">\(GraphSVG(graph).render())</div>\n" }
    let text = GraphText.text(graph, style: TextStyle())
    return "<pre>\(Markup.escape(text))</pre>\n"
  }

  private static let style = """
    body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem 2rem;color:#1f2328;background:#fff}
    h1{font-size:1.4rem;margin-bottom:.2rem}h2{font-size:1.1rem;border-bottom:1px solid #d0d7de;padding-bottom:.2rem}
    code,pre,.place{font-family:ui-monospace,monospace;font-size:.86em}.place,.effect{color:#59636e}
    .step{border-left:4px solid #999;margin:.5rem 0;padding:.2rem .8rem;background:#f6f8fa}
    .step.add{border-color:#1a7f37}.step.change{border-color:#9a6700}
    .step.replace,.step.remove{border-color:#cf222e}summary{cursor:pointer}.place{float:right}
    td.place{float:none}table{border-collapse:collapse;margin:.4rem 0;width:100%}
    td,th{text-align:left;padding:.15rem .6rem;border-bottom:1px solid #e4e8ec;vertical-align:top;overflow-wrap:anywhere}
    .risk{background:#fff1e5;color:#953800;border-radius:4px;padding:0 .4rem}.note{color:#9a6700}
    #problems{background:#ffebe9;border:1px solid #cf222e;border-radius:6px;padding:0 1rem .6rem}
    .nodes{display:flex;flex-wrap:wrap;gap:1rem}.node{border:1px solid #d0d7de;border-radius:6px;padding:.5rem;min-width:9rem}
    .node h3{font-size:.9rem;margin:0 0 .4rem}.pods{display:flex;flex-wrap:wrap;gap:4px;max-width:22rem}
    .pod{background:#ddf4ff;border:1px solid #54aeff;border-radius:4px;font-size:.72rem;padding:.1rem .35rem}
    .nowhere{border-color:#cf222e}.nowhere .pod{background:#ffebe9;border-color:#cf222e}.scroll{overflow-x:auto}
    """
}
