import ArgumentParser
import KCCodec
import KCData
import KCPlan

/// The forms that a plan can be printed in.
enum PlanFormat: String, ExpressibleByArgument, CaseIterable {
  case human, json, markdown, html
}

/// What `plan`, `apply` and `destroy` have in common.
struct GuardOptions: ParsableArguments {
  @Option(
    name: .customLong("allow-delete"),
    help: "Allow the removal of what is protected or holds data, by its name in the plan; ALL for all. Repeatable.")
  var allowDelete: [String] = []

  /// That a plan removes what nobody has allowed to be removed; nil where it does not.
  static func words(_ plan: Plan) -> String? {
    if plan.guarded.isEmpty { return nil }
    let names = plan.guarded.map { "\($0.title) (\($0.guardReason ?? ""))" }.joined(separator: ", ")
    return "the plan removes what must not go by accident: \(names)"
  }

  /// Refuses a plan with removals that nobody allowed.
  static func check(_ plan: Plan) throws {
    guard let words = words(plan) else { return }
    let names = plan.guarded.map { "--allow-delete \(ShownName.word(address: $0.address, title: $0.title))" }
    throw Terminal.fail(words, help: names.joined(separator: " "), code: .input)
  }
}

/// Prints plans.
enum PlanOutput {
  static func text(_ plan: Plan, format: PlanFormat, style: TextStyle) -> String {
    switch format {
    case .human: PlanText(plan, style: style).render()
    case .json: JSON.text(PlanJSON.value(plan), pretty: true) + "\n"
    case .markdown: PlanMarkdown(plan).render()
    case .html: PlanHTML(plan).render()
    }
  }
}
