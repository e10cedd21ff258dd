internal import KCKube

/// A plan as Markdown that fits the comment on a pull request: the outcome first, details folded away.
public struct PlanMarkdown {
  private let plan: Plan

  /// Comments hold 65,536 characters on GitHub; what does not fit is cut with a note.
  public static let limit = 60_000

  /// So many warnings and rows stand in full.
  private static let warnings = 30
  private static let rows = 100

  public init(_ plan: Plan) { self.plan = plan }

  public func render() -> String {
    let environment = plan.environment.map { " · \($0)" } ?? ""
    var out = "### kc plan: \(Markup.escape("\(plan.project)\(environment) → \(plan.target)"))\n\n"
    out += "**\(PlanSummary.sentence(plan))** `plan \(plan.digest.prefix(6))`\n\n"
    out += warnings()
    if !plan.changes.isEmpty { out += table() }
    var rest: [String] = plan.changes.filter { !$0.toldChanges.isEmpty }.map(details)
    if !plan.placements.isEmpty { rest.append(placement()) }
    let left = leftAlone()
    if !left.isEmpty { rest.append(left) }
    for (index, part) in rest.enumerated() {
      if out.utf8.count + part.utf8.count > Self.limit {
        out += "_\(rest.count - index) more sections do not fit here: `kc plan` shows them all._\n"
        break
      }
      out += part
    }
    return out
  }

  private func warnings() -> String {
    var lines: [String] = []
    for step in plan.refusals {
      lines.append("> ⛔ \(Markup.code(step.title)) would be refused: \(Markup.escape(step.refusal?.message ?? ""))")
    }
    for step in plan.guarded {
      lines.append(
        "> ⛔ \(Markup.code(step.title)) is not removed without `--allow-delete`: "
          + Markup.escape(step.guardReason ?? ""))
    }
    for step in plan.conflicting {
      let fields = step.conflicts.map { "\(Markup.code($0.field)) of \(Markup.escape($0.owner))" }
      lines.append(
        "> ⛔ \(Markup.code(step.title)) needs `--take-ownership`: would change \(fields.joined(separator: ", "))")
    }
    for placement in plan.placements where placement.unplaced > 0 {
      lines.append("> ⛔ \(Markup.code(placement.name)): \(placement.unplaced) of \(placement.total) pods fit nowhere")
    }
    if let why = plan.unforeseen { lines.append("> ⚠️ where pods would run is \(Markup.escape(why))") }
    if let words = plan.environmentWords { lines.append("> ⚠️ \(Markup.escape(words))") }
    if let words = plan.unfinishedWords { lines.append("> ⚠️ \(Markup.escape(words))") }
    for stay in plan.stays {
      lines.append("> ⚠️ \(Markup.code(stay.title)) stays: \(Markup.escape(stay.reason))")
    }
    for step in plan.changes {
      for risk in step.risks {
        lines.append("> ⚠️ \(risk.kind.words): \(Markup.code(step.title)): \(Markup.escape(risk.reason))")
      }
    }
    if lines.count > Self.warnings { lines[Self.warnings...] = ["> … and \(lines.count - Self.warnings) more"] }
    return lines.isEmpty ? "" : lines.joined(separator: "\n>\n") + "\n\n"
  }

  private func table() -> String {
    let shown = plan.changes.prefix(Self.rows)
    var out = "| | object | effect | source |\n| --- | --- | --- | --- |\n"
    for step in shown {
      out += "| `\(step.action.sign)` | \(cell(step.title)) | \(Markup.escape(step.effect).replacing("|", with: "\\|"))"
      out += " | \(step.origin.map { cell($0.place) } ?? "") |\n"
    }
    if plan.changes.count > shown.count { out += "\n_… and \(plan.changes.count - shown.count) more._\n" }
    return out + "\n"
  }

  private func cell(_ text: String) -> String { Markup.code(text).replacing("|", with: "\\|") }

  private func details(_ step: Step) -> String {
    var lines: [String] = []
    for change in step.toldChanges.prefix(PlanText.shownChanges) {
      var line = "- \(Markup.code(FieldLabel.label(change.field.path))): "
      line += Markup.code(PlanText.difference(change))
      if let origin = change.origin { line += " — \(Markup.escape(origin.place))" }
      if let note = PlanText.note(change) { line += " _(\(Markup.escape(note)))_" }
      lines.append(line)
    }
    if step.toldChanges.count > PlanText.shownChanges {
      lines.append("- … and \(step.toldChanges.count - PlanText.shownChanges) more fields")
    }
    for field in step.leftAlone {
      lines.append(
        "- \(Markup.code(FieldLabel.label(field.path))): left alone, \(Markup.escape(PlanText.owner(of: field)))")
    }
    return fold("<code>\(Markup.escape("\(step.action.sign) \(step.title)"))</code>", lines.joined(separator: "\n"))
  }

  /// Fields of objects that stay as they are which others manage.
  private func leftAlone() -> String {
    let lines = plan.steps.filter { $0.action == .keep || $0.toldChanges.isEmpty }.flatMap { step in
      step.leftAlone.map { field in
        "- \(Markup.code(step.title)): \(Markup.code(FieldLabel.label(field.path))), "
          + Markup.escape(PlanText.owner(of: field))
      }
    }
    return lines.isEmpty ? "" : fold("Left alone", lines.joined(separator: "\n"))
  }

  private func placement() -> String {
    let text = PlacementText(plan.placements, style: TextStyle()).lines().joined(separator: "\n")
    return fold("Placement", "```text\n\(text.replacing("```", with: "'''"))\n```")
  }

  private func fold(_ title: String, _ body: String) -> String {
    "<details><summary>\(title)</summary>\n\n\(body)\n\n</details>\n\n"
  }
}
