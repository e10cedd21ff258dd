import ArgumentParser
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan

/// `kc plan`
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what would change on the target, where it would run, and why.",
    discussion: """
      Examples:
        kc plan --env prod
        kc plan --env prod --set tag=v1.4.2
        kc plan -o shop.plan && kc apply shop.plan
        kc plan --detailed-exitcode     0: nothing to change, 2: changes
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @Option(help: "human or json.") var format = Format.human
  @Option(name: .customShort("o"), help: "Save the plan to a file, for `kc apply FILE`.") var save: String?
  @Flag(name: .customLong("detailed-exitcode"), help: "End with 2 where there are changes.") var detailed = false
  @Flag(name: .customLong("allow-unplaced"), help: "Do not count pods that fit nowhere as an error.")
  var allowUnplaced = false

  func run() async throws {
    let project = try Project.load(options)
    try project.report(output)
    let target = try await Target.connect(target)
    let plan = try await Planning.plan(project, on: target)
    await target.close()
    switch format {
    case .human: Terminal.out(PlanText(plan, style: output.style(for: 1)).render())
    case .json: Terminal.out(JSON.text(PlanJSON.value(plan), pretty: true) + "\n")
    }
    if let save { try write(plan, to: save, target) }
    if !plan.refusals.isEmpty { throw Exit.target.exit }
    if plan.hasUnplaced, !allowUnplaced { throw Exit.input.exit }
    if detailed, !plan.isEmpty { throw Exit.changes.exit }
  }

  private func write(_ plan: Plan, to path: String, _ target: Target) throws {
    do {
      let file = try PlanFile.encode(plan, server: target.server)
      if let why = Files.write(JSON.bytes(file, pretty: true), to: path, mode: 0o600) {
        throw Terminal.fail("the plan cannot be written to \(path): \(why)", code: .input)
      }
      Terminal.say("Saved. `kc apply \(path)` does exactly this.")
    } catch let failure as PlanFile.Failure {
      throw Apply.failure(failure, path: path)
    }
  }
}
