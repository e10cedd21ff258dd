import ArgumentParser
import KCApply
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan

/// `kc apply`
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the plan, ask, apply it in order, and wait until all is healthy.",
    discussion: """
      Examples:
        kc apply --env prod
        kc apply --env dev --auto-approve
        kc apply shop.plan              a saved plan: that and nothing else
      """)

  @Argument(help: "A plan saved by `kc plan -o FILE`.") var plan: String?
  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var guards: GuardOptions
  @Flag(name: [.customLong("auto-approve"), .customShort("y")], help: "Do not ask.") var approved = false
  @Option(help: "Seconds that a step may take to become healthy.") var timeout = 120
  @Flag(name: .customLong("take-ownership"), help: "Take fields that others manage.") var takeOwnership = false
  @Flag(name: .customLong("allow-unplaced"), help: "Apply although pods fit nowhere.") var allowUnplaced = false

  func run() async throws {
    if let plan { return try await applySaved(plan) }
    let project = try Project.load(options)
    try project.report(output)
    let target = try await Target.connect(target, startsEngine: true)
    let plan = try await Planning.plan(project, on: target, allowDelete: guards.allowDelete)
    Terminal.out(PlanText(plan, style: output.style(for: 1)).render())
    if !plan.refusals.isEmpty { throw Exit.target.exit }
    try GuardOptions.check(plan)
    if plan.hasUnplaced, !allowUnplaced {
      throw Terminal.fail(
        "not all pods would have a place to run", help: "--allow-unplaced applies it all the same", code: .input)
    }
    if !plan.isEmpty {
      try confirm("Apply this?")
      try await carryOut(plan, on: target, namespace: Planning.namespace(project), exact: false)
    }
    await target.close()
  }

  private func applySaved(_ path: String) async throws {
    guard let bytes = Files.read(path) else { throw Terminal.fail("there is no file \(path)", code: .input) }
    let saved: (plan: Plan, server: String)
    do {
      saved = try PlanFile.decode(try JSON.parse(bytes))
    } catch let failure as PlanFile.Failure {
      throw Self.failure(failure, path: path)
    } catch {
      throw Self.failure(.notAPlan("\(error)"), path: path)
    }
    let target = try await Target.connect(target)
    guard saved.server == target.server else {
      throw Terminal.fail("the plan was made for \(saved.server); this is \(target.server)", code: .input)
    }
    Terminal.out(PlanText(saved.plan, style: output.style(for: 1)).render())
    if saved.plan.isEmpty { return }
    try confirm("Apply this?")
    let namespace = saved.plan.recordNamespace
    try await carryOut(saved.plan, on: target, namespace: namespace, exact: true)
    await target.close()
  }

  private func confirm(_ question: String) throws {
    if approved { return }
    switch Terminal.confirm(question) {
    case true?: return
    case false?: throw Terminal.fail("nothing was applied", code: .input)
    case nil:
      throw Terminal.fail(
        "there is no terminal to ask on", help: "--auto-approve applies without asking", code: .input)
    }
  }

  private func carryOut(_ plan: Plan, on target: Target, namespace: String, exact: Bool) async throws {
    try await Progress.run(
      plan, on: target, namespace: namespace, style: output.style(for: 2),
      options: .init(timeout: .seconds(timeout), takeOwnership: takeOwnership, exact: exact))
  }

  /// A plan file that cannot be used.
  static func failure(_ failure: PlanFile.Failure, path: String) -> ExitCode {
    switch failure {
    case .notAPlan(let why): Terminal.fail("\(path) is no plan: \(why)", code: .input)
    case .otherVersion(let version):
      Terminal.fail("\(path) was made by another version of kc (\(version))", help: "make the plan again", code: .input)
    case .altered:
      Terminal.fail(
        "\(path) was altered after it was saved, and is not applied", help: "make the plan again", code: .input)
    case .holdsSecrets(let address):
      Terminal.fail(
        "the plan holds the secret values of \(address), and a file must not have them in clear",
        help: "apply without saving: `kc apply`", code: .input)
    }
  }
}
