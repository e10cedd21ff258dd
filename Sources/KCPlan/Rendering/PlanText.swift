internal import KCData
internal import KCKube

/// A plan as text for people.
public struct PlanText {
  let plan: Plan
  let style: TextStyle
  /// Columns of what stands left of the source places.
  private let left: Int
  /// Columns of the source places.
  private let middle: Int

  public init(_ plan: Plan, style: TextStyle) {
    self.plan = plan
    self.style = style
    let places = plan.changes.flatMap { [$0.origin?.place ?? ""] + $0.changes.map { Self.place($0) } }
    middle = min(32, places.map(\.count).max() ?? 0)
    var widest = 30
    for step in plan.changes {
      widest = max(widest, 4 + step.title.count)
      for change in step.changes { widest = max(widest, 26 + Self.difference(change).count) }
    }
    left = min(max(40, style.width - middle - 26), widest)
  }

  /// The whole plan, ending in a newline.
  public func render() -> String {
    var lines = [header(), ""]
    for step in plan.changes { lines += render(step) }
    if !plan.changes.isEmpty { lines.append("") }
    let placement = PlacementText(plan.placements, style: style).lines()
    if !placement.isEmpty { lines += placement + [""] }
    lines += refusals()
    lines.append(summary())
    return lines.joined(separator: "\n") + "\n"
  }

  private func header() -> String {
    let environment = plan.environment.map { " · \($0)" } ?? ""
    let title = "\(plan.project)\(environment) → \(plan.target)"
    let mark = "plan \(plan.digest.prefix(6))"
    let gap = max(2, min(style.width, left + middle + 24) - title.count - mark.count)
    return style.paint(title, .strong) + String(repeating: " ", count: gap) + style.paint(mark, .faint)
  }

  /// `Plan: 1 to add, 1 to change, 14 unchanged.`, without what is zero.
  public func summary() -> String {
    if plan.isEmpty { return "Nothing to change: \(plan.count(.keep)) unchanged." }
    let counts: [(Step.Action, String)] = [
      (.add, "to add"), (.change, "to change"), (.replace, "to replace"), (.remove, "to remove"),
      (.keep, "unchanged"),
    ]
    let parts = counts.compactMap { action, text in
      plan.count(action) == 0 ? nil : "\(plan.count(action)) \(text)"
    }
    return style.paint("Plan: \(parts.joined(separator: ", ")).", .strong)
  }

  private func render(_ step: Step) -> [String] {
    let sign = TextStyle.pad(step.action.sign, 1)
    let title = TextStyle.pad("  \(sign) \(step.title)", left)
    let place = TextStyle.pad(step.origin?.place ?? "", middle)
    var lines = [
      style.paint(title, tone(step.action)) + "  " + style.paint(place, .faint) + "  " + step.effect
    ]
    for change in step.changes.prefix(Self.shownChanges) {
      let label = TextStyle.pad(FieldLabel.label(change.field.path), 18)
      let text = TextStyle.pad("      \(label)  \(Self.difference(change))", left)
      var line = text + "  " + style.paint(TextStyle.pad(Self.place(change), middle), .faint)
      if let note = Self.note(change) { line += "  " + style.paint(note, .warning) }
      lines.append(trimmed(line))
    }
    if step.changes.count > Self.shownChanges {
      lines.append("      … and \(step.changes.count - Self.shownChanges) more fields")
    }
    return lines.map(trimmed)
  }

  private func refusals() -> [String] {
    plan.refusals.flatMap { step -> [String] in
      let causes = step.refusal?.details?.causes ?? []
      let reasons = causes.isEmpty ? [step.refusal?.message ?? ""] : causes.map { "\($0.field): \($0.message)" }
      return [style.paint("✗ \(step.title) would be refused:", .bad)] + reasons.map { "    \($0)" } + [""]
    }
  }

  private func tone(_ action: Step.Action) -> TextStyle.Tone {
    switch action {
    case .add: .good
    case .change: .warning
    case .replace, .remove: .bad
    case .keep: .faint
    }
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }

  /// A step with more changed fields than this is cut short; the JSON form has them all.
  static let shownChanges = 24

  private static func place(_ change: Step.Change) -> String {
    guard let origin = change.origin else { return "" }
    if origin.layer == "--set" { return "--set" }
    return origin.place
  }

  private static func note(_ change: Step.Change) -> String? {
    if let manager = change.driftedBy { return "changed on the target by \(manager)" }
    guard let origin = change.origin else { return nil }
    if let parameter = origin.parameter { return "param \(parameter)" }
    return origin.layer.hasPrefix("env ") ? origin.layer : nil
  }

  static func difference(_ change: Step.Change) -> String {
    if change.isSecret { return "(secret) changed" }
    switch (change.field.old, change.field.new) {
    case (let old?, let new?): return "\(short(old)) → \(short(new))"
    case (nil, let new?): return "+ \(short(new))"
    case (let old?, nil): return "- \(short(old))"
    case (nil, nil): return ""
    }
  }

  /// A value on one line, cut where it is long.
  static func short(_ value: Value) -> String {
    let text = inline(value, depth: 0)
    return text.count > 48 ? text.prefix(23) + "…" + text.suffix(24) : text
  }

  private static func inline(_ value: Value, depth: Int) -> String {
    if depth > 3 { return "…" }
    switch value {
    case .null: return "null"
    case .bool(let truth): return truth ? "true" : "false"
    case .int(let number): return String(number)
    case .number(let number): return String(number)
    case .string(let text): return text.isEmpty ? "\"\"" : text.replacing("\n", with: "⏎")
    case .array(let elements): return "[" + elements.map { inline($0, depth: depth + 1) }.joined(separator: ", ") + "]"
    case .object(let fields):
      return "{" + fields.map { "\($0.key): \(inline($0.value, depth: depth + 1))" }.joined(separator: ", ") + "}"
    }
  }
}
