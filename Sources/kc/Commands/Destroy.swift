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
    let project = try Project.load(options)
    let target = try await Target.connect(target, for: project)
    let plan = try await Planning.planRemoval(project, on: target, allowDelete: guards.allowDelete)
    if plan.isEmpty {
      Terminal.out("\(plan.project) owns nothing on \(target.name).\n")
      await target.close()
      return
    }
    applying.show(plan, output)
    try GuardOptions.check(plan)
    try applying.confirm("Remove all this?", verb: "removed")
    try await Progress.run(
      plan, on: target, namespace: Planning.namespace(project), style: output.style(for: 2),
      options: applying.applier, isJSON: applying.format == .json)
    await target.close()
  }
}
