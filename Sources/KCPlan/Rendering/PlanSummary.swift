/// A plan in a sentence, or in a line for `grep`.
public enum PlanSummary {
  private static let names: [(Step.Action, String)] = [
    (.add, "to add"), (.change, "to change"), (.replace, "to replace"), (.remove, "to remove"), (.keep, "unchanged"),
  ]

  /// `Plan: 1 to add, 1 to change, 14 unchanged.`, without what is zero.
  public static func sentence(_ plan: Plan) -> String {
    if plan.isEmpty { return "Nothing to change: \(plan.count(.keep)) unchanged." }
    let parts = names.compactMap { action, text in
      plan.count(action) == 0 ? nil : "\(plan.count(action)) \(text)"
    }
    return "Plan: \(parts.joined(separator: ", "))."
  }

  /// One line of `name=value` pairs, always the same ones in the same order.
  public static func line(_ plan: Plan) -> String {
    var pairs = [("project", plan.project), ("env", plan.environment ?? "-")]
    for action in Step.Action.allCases { pairs.append((action.rawValue, String(plan.count(action)))) }
    pairs.append(("drifted", String(plan.drifted.count)))
    pairs.append(("refused", String(plan.refusals.count)))
    pairs.append(("guarded", String(plan.guarded.count)))
    pairs.append(("conflicts", String(plan.conflicting.reduce(0) { $0 + $1.conflicts.count })))
    pairs.append(("unplaced", String(plan.placements.reduce(0) { $0 + $1.unplaced })))
    pairs.append(("risks", String(plan.changes.reduce(0) { $0 + $1.risks.count })))
    pairs.append(("unfinished", plan.unfinished.map { String($0.revision) } ?? "-"))
    pairs.append(("plan", String(plan.digest.prefix(12))))
    return "kc-plan " + pairs.map { "\($0)=\($1.isEmpty ? "-" : $1.replacing(" ", with: "_"))" }.joined(separator: " ")
  }
}
