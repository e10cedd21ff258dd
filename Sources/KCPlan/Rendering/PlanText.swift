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
  /// Columns of the names of fields.
  private let labels: Int

  public init(_ plan: Plan, style: TextStyle) {
    self.plan = plan
    self.style = style
    var places = 0
    var labels = 18
    for step in plan.changes {
      places = max(places, step.origin?.place.count ?? 0)
      for change in step.toldChanges {
        places = max(places, Self.place(change).count)
        labels = max(labels, FieldLabel.label(change.field.path).count)
      }
    }
    middle = min(32, places)
    self.labels = min(labels, 34)
    let most = max(40, style.width - middle - 16)
    var widest = 30
    for step in plan.changes {
      widest = max(widest, 4 + step.title.count)
      for change in step.toldChanges {
        let width = 8 + self.labels + Self.difference(change).count
        // What does not fit is broken, and needs no room.
        if width <= most { widest = max(widest, width) }
      }
    }
    left = min(most, widest)
  }

  /// The whole plan, ending in a newline.
  public func render() -> String {
    var lines = [header(), ""]
    if let words = plan.environmentWords {
      lines += style.wrap(style.paint("! ", .bad) + words, indent: "", hanging: "  ") + [""]
    }
    for step in plan.changes { lines += render(step) }
    if !plan.changes.isEmpty { lines.append("") }
    let placement = PlacementText(plan.placements, style: style).lines()
    if !placement.isEmpty { lines += placement + [""] }
    if let why = plan.unforeseen { lines += ["Placement   \(why)", ""] }
    lines += leftAlone()
    lines += refusals()
    lines += guarded()
    lines += stays()
    lines += conflicts()
    lines += unfinished()
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
    plan.isEmpty ? PlanSummary.sentence(plan) : style.paint(PlanSummary.sentence(plan), .strong)
  }

  private func render(_ step: Step) -> [String] {
    let sign = TextStyle.pad(step.action.sign, 1)
    let title = TextStyle.pad("  \(sign) \(step.title)", left)
    let place = TextStyle.pad(step.origin?.place ?? "", middle)
    var lines = head(title, place, step)
    for risk in step.risks {
      lines += style.wrap(
        style.paint("! \(risk.kind.words): ", .bad) + risk.reason, indent: "      ", hanging: "        ")
    }
    // What the declaration changes, and what somebody else has changed, are told apart.
    let told = step.toldChanges
    for change in told.filter({ $0.driftedBy == nil }).prefix(Self.shownChanges) { lines += row(change) }
    let drifted = told.filter { $0.driftedBy != nil }
    for manager in Set(drifted.compactMap(\.driftedBy)).sorted() {
      lines.append(style.paint("      changed on the cluster since the last apply, by \(manager)", .warning))
      for change in drifted.filter({ $0.driftedBy == manager }).prefix(Self.shownChanges) { lines += row(change) }
    }
    if told.count > Self.shownChanges {
      lines.append("      … and \(told.count - Self.shownChanges) more fields")
    }
    return lines.map(trimmed)
  }

  /// The line of a step; what its effect does not fit into goes below.
  private func head(_ title: String, _ place: String, _ step: Step) -> [String] {
    let start = style.paint(title, tone(step.action)) + "  " + style.paint(place, .faint) + "  "
    let taken = title.count + place.count + 4
    if taken + step.effect.count <= style.width { return [start + step.effect] }
    return [start] + style.wrap(step.effect, indent: "      ", hanging: "      ")
  }

  /// The line of a change; of one that does not fit, the old value and the new one below each other.
  private func row(_ change: Step.Change) -> [String] {
    let label = TextStyle.pad(FieldLabel.label(change.field.path), labels)
    let whole = "      \(label)  \(Self.difference(change))"
    var end = "  " + style.paint(TextStyle.pad(Self.place(change), middle), .faint)
    if change.driftedBy == nil, let note = Self.note(change) { end += "  " + style.paint(note, .warning) }
    guard whole.count > left, !change.isSecret, let old = change.field.old, let new = change.field.new else {
      return [trimmed(TextStyle.pad(whole, left) + end)]
    }
    let indent = String(repeating: " ", count: 8 + labels)
    let first = trimmed("      \(label)  \(Self.short(old))")
    let second = "\(indent)→ \(Self.short(new))"
    let joined = trimmed(TextStyle.pad(second, left) + end)
    if TextStyle.columns(joined) <= style.width { return [first, joined] }
    return [first, second, trimmed(indent + String(end.dropFirst(2)))]
  }

  /// Fields that others manage, and that stay as they are.
  private func leftAlone() -> [String] {
    let all = plan.steps.flatMap { step in step.leftAlone.map { (step, $0) } }
    if all.isEmpty { return [] }
    var lines = all.prefix(Self.shownForeign).map { step, field in
      let value = field.value.map { " = \(Self.short($0))" } ?? ""
      return "            \(step.title): \(FieldLabel.label(field.path))\(value), \(Self.owner(of: field))"
    }
    lines[0] = "Left alone  " + lines[0].dropFirst(12)
    if all.count > Self.shownForeign { lines.append("            and \(all.count - Self.shownForeign) more") }
    return lines + [""]
  }

  /// `managed by argo`, with what the program says of the field in vain.
  static func owner(of field: ForeignField) -> String {
    let declared = field.declared.map { "; the declared \(short($0)) counts when that is gone" } ?? ""
    return "managed by \(field.manager)\(declared)"
  }

  /// So many fields of others are told.
  static let shownForeign = 8

  private func guarded() -> [String] {
    plan.guarded.flatMap { step -> [String] in
      let what = step.action == .replace ? "replaced" : "removed"
      return [
        style.paint("✗ \(step.title) is not \(what): \(step.guardReason ?? "")", .bad),
        "    --allow-delete \(ShownName.word(address: step.address, title: step.title)) allows it", "",
      ]
    }
  }

  private func stays() -> [String] {
    plan.stays.flatMap { stay -> [String] in
      let word = ShownName.word(address: stay.address, title: stay.title)
      let help = stay.canGo ? ["    --allow-delete \(word) removes it, with all that is in it"] : []
      return [style.paint("  \(stay.title) stays: \(stay.reason)", .warning)] + help + [""]
    }
  }

  private func conflicts() -> [String] {
    let steps = plan.conflicting
    if steps.isEmpty { return [] }
    return [style.paint("✗ needs --take-ownership: fields that would change belong to others", .bad)]
      + steps.flatMap { step in
        step.conflicts.map { "    \(step.title): \($0)" }
      } + style.wrap(ConflictingField.help(steps), indent: "    ", hanging: "      ") + [""]
  }

  private func unfinished() -> [String] {
    guard let words = plan.unfinishedWords else { return [] }
    let isOver = plan.unfinished?.runBy == nil && !(plan.unfinished?.removesAll ?? false) && !plan.openTitles.isEmpty
    return style.wrap(style.paint("! ", .warning) + words, indent: "", hanging: "  ")
      + (isOver ? [style.paint("    what is applied next waits until that is healthy", .faint), ""] : [""])
  }

  private func refusals() -> [String] {
    plan.refusals.flatMap { step -> [String] in
      let causes = step.refusal?.details?.causes ?? []
      let reasons =
        causes.isEmpty
        ? [step.refusal?.message ?? ""] : causes.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
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

  /// What is to be said of where a change comes from, besides its place.
  static func note(_ change: Step.Change) -> String? {
    if let manager = change.driftedBy { return "changed on the cluster since the last apply, by \(manager)" }
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
    case .string(let text): return text.isEmpty ? "\"\"" : Printable.text(text).replacing("\n", with: "⏎")
    case .array(let elements): return "[" + elements.map { inline($0, depth: depth + 1) }.joined(separator: ", ") + "]"
    case .object(let fields):
      return "{" + fields.map { "\($0.key): \(inline($0.value, depth: depth + 1))" }.joined(separator: ", ") + "}"
    }
  }
}
