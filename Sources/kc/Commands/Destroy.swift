import ArgumentParser
import KCApply
import KCKube
import KCLang
import KCPlan

/// `kc destroy`
struct Destroy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "destroy",
    abstract: "Remove all that the project owns on the target.",
    discussion: """
      Examples:
        kc destroy
        kc destroy --auto-approve
      """)

  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var guards: GuardOptions
  @OptionGroup var applying: ApplyingOptions

  func run() async throws {
    let project = try Project.known(options, output)
    let target = try await Target.connect(target, for: project)
    let plan = try await Planning.planRemoval(project, on: target, allowDelete: guards.allowDelete)
    ApplyingOptions.warn(plan, allowing: guards.allowDelete)
    if plan.isEmpty { return try await forget(plan, on: target) }
    applying.show(plan, output)
    try applying.checkGuards(plan)
    try applying.confirm("Remove all this?", verb: "removed")
    try await Progress.run(
      plan, on: target, namespace: Planning.namespace(project), style: output.style(for: 2),
      options: applying.applier, isJSON: applying.format == .json, command: "kc destroy")
    await target.close()
  }

  /// Where nothing is left to remove, what the target remembers of the project goes.
  private func forget(_ plan: Plan, on target: Target) async throws {
    if !plan.stays.isEmpty { applying.show(plan, output) }
    let applier = Applier(client: target.client, options: applying.applier) { _ in }
    let isForgotten: Bool
    do throws(ApplyFailure) {
      isForgotten = try await applier.forget(project: plan.project, namespace: plan.recordNamespace)
    } catch {
      FailureText.say(error, plan, output.style(for: 2))
      throw error.exit.exit
    }
    let elsewhere = await StatusReader(client: target.client).elsewhere(
      project: plan.project, namespace: plan.recordNamespace)
    await target.close()
    if applying.format == .json {
      if plan.stays.isEmpty { applying.show(plan, output) }
      return applying.tellDone(plan)
    }
    let rest = isForgotten ? "; what the target remembered of it is removed" : ""
    Terminal.out("\(plan.project) owns nothing on \(target.name)\(rest).\n" + (elsewhere.map { "But \($0).\n" } ?? ""))
  }
}
