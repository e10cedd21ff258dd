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
        kc plan --offline --nodes nodes.yaml
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

  @Flag(help: "Ask no cluster: everything is new, placed on --nodes or on the nodes of project.kc.") var offline = false
  @Option(help: "Place pods on the nodes of a file (kubectl get nodes,pods -A -o yaml) instead of the target's.")
  var nodes: String?

  func validate() throws {
    if offline, save != nil { throw ValidationError("an offline plan cannot be saved: nothing could apply it") }
  }

  func run() async throws {
    let project = try Project.load(options)
    try project.report(output)
    let cluster = try nodes.map(ClusterFile.read)
    if offline { return try show(Planning.planOffline(project, cluster: cluster)) }
    let target = try await Target.connect(target)
    let plan = try await Planning.plan(project, on: target, cluster: cluster)
    await target.close()
    if let save { try write(plan, to: save, target) }
    try show(plan)
  }

  private func show(_ plan: Plan) throws {
    switch format {
    case .human: Terminal.out(PlanText(plan, style: output.style(for: 1)).render())
    case .json: Terminal.out(JSON.text(PlanJSON.value(plan), pretty: true) + "\n")
    }
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
