import ArgumentParser
import KCClient
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

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
        kc plan --offline --live cluster.yaml
        kc plan --format markdown       for a comment on a pull request
        kc plan --format html > plan.html
        kc plan --detailed-exitcode     0: nothing to change, 2: changes
      """)

  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var guards: GuardOptions
  @Option(help: "human, json, markdown or html.") var format = PlanFormat.human
  @Flag(help: "Print one line of name=value pairs instead.") var summary = false
  @Option(name: .customShort("o"), help: "Save the plan to a file, for `kc apply FILE`.") var save: String?
  @Flag(name: .customLong("detailed-exitcode"), help: "End with 2 where there are changes.") var detailed = false
  @Flag(name: .customLong("allow-unplaced"), help: "Do not count pods that fit nowhere as an error.")
  var allowUnplaced = false

  @Flag(help: "Ask no cluster: everything is new, or compared with --live; placed on --nodes or those of project.kc.")
  var offline = false
  @Option(help: "With --offline: what is there, as a file (kubectl get … -A -o yaml).") var live: String?
  @Option(help: "Place pods on the nodes of a file (kubectl get nodes,pods -A -o yaml) instead of the target's.")
  var nodes: String?

  func validate() throws {
    if offline, save != nil { throw ValidationError("an offline plan cannot be saved: nothing could apply it") }
    if live != nil, !offline { throw ValidationError("--live goes with --offline: a target tells what is there") }
  }

  func run() async throws {
    let project = try Project.load(options)
    try project.report(output, as: format == .json ? .json : nil)
    let cluster = try nodes.map(ClusterFile.read)
    if offline {
      let objects = try live.map(ClusterFile.objects)
      return try show(
        Planning.planOffline(project, cluster: cluster, objects: objects, allowDelete: guards.allowDelete))
    }
    let target = try await Target.connect(target, for: project)
    let plan = try await Planning.plan(project, on: target, cluster: cluster, allowDelete: guards.allowDelete)
    ApplyingOptions.warn(plan, allowing: guards.allowDelete)
    await target.close()
    if let save { try write(plan, of: project, to: save, target) }
    try show(plan)
  }

  private func show(_ plan: Plan) throws {
    let style = output.style(for: 1)
    Terminal.out(summary ? PlanSummary.line(plan) + "\n" : PlanOutput.text(plan, format: format, style: style))
    if !plan.refusals.isEmpty { throw (offline ? Exit.input : Exit.target).exit }
    try GuardOptions.check(plan)
    if plan.hasUnplaced, !allowUnplaced { throw Exit.input.exit }
    if detailed, !plan.isDone { throw Exit.changes.exit }
  }

  private func write(_ plan: Plan, of project: Project, to path: String, _ target: Target) throws {
    do {
      var inputs = project.inputs
      inputs.kinds = PlanInputs.kinds(of: plan.steps, target.client.types)
      inputs.id = "\(plan.digest.prefix(12))-\(newUID().prefix(8))"
      let holdsSecrets = plan.steps.contains { $0.holdsSecrets && $0.object != nil }
      let file = try PlanFile.encode(
        plan, server: target.server, inputs: inputs, version: KC.version,
        sealing: PlanKey.find(makes: holdsSecrets))
      if let why = Files.write(JSON.bytes(file, pretty: true), to: path, mode: 0o600) {
        throw Terminal.fail("the plan cannot be written to \(path): \(why)", code: .input)
      }
      Terminal.say("Saved. `kc apply \(path)` does exactly this.")
    } catch let failure as PlanFile.Failure {
      throw Apply.failure(failure, path: path)
    }
  }
}
