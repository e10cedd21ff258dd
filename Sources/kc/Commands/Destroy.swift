import ArgumentParser
import KCApply
import KCKube
import KCLang
import KCPlan

/// `kc destroy`
struct Destroy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
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
  @Flag(name: [.customLong("auto-approve"), .customShort("y")], help: "Do not ask.") var approved = false
  @Option(help: "Seconds that a step may take.") var timeout = 120

  func run() async throws {
    let project = try Project.load(options)
    let target = try await Target.connect(target)
    let plan = try await Planning.planRemoval(project, on: target, allowDelete: guards.allowDelete)
    if plan.isEmpty {
      Terminal.out("\(plan.project) owns nothing on \(target.name).\n")
      await target.close()
      return
    }
    Terminal.out(PlanText(plan, style: output.style(for: 1)).render())
    try GuardOptions.check(plan)
    if !approved {
      switch Terminal.confirm("Remove all this?") {
      case true?: break
      case false?: throw Terminal.fail("nothing was removed", code: .input)
      case nil:
        throw Terminal.fail(
          "there is no terminal to ask on", help: "--auto-approve removes without asking", code: .input)
      }
    }
    try await Progress.run(
      plan, on: target, namespace: Planning.namespace(project), style: output.style(for: 2),
      options: .init(timeout: .seconds(timeout)))
    await target.close()
  }
}
