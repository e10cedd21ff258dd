import ArgumentParser
import KCApply
import KCClient
import KCCodec
import KCData
import KCKube
import KCLang
import KCPlan
import KCSyntax

/// `kc apply`
struct Apply: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Show the plan, ask, apply it in order, and wait until all is healthy.",
    discussion: """
      Examples:
        kc apply --env prod
        kc apply --env dev --auto-approve
        kc apply shop.plan              a saved plan: that and nothing else
        kc apply --on-failure rollback  back to the revision before, if this one does not become healthy
        kc apply -y --format json       a line of JSON per event
      """)

  @Argument(help: "A plan saved by `kc plan -o FILE`.") var plan: String?
  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var guards: GuardOptions
  @OptionGroup var applying: ApplyingOptions
  @Option(
    name: .customLong("take-ownership"),
    help: ArgumentHelp(
      "Take a field that others manage, as spec.replicas or deployment.web:spec.replicas; ALL takes all.",
      valueName: "field"))
  var ownership: [String] = []
  @Option(
    name: .customLong("on-failure"), help: "stop: what was applied stands; rollback: back to the revision before.")
  var onFailure = OnFailure.stop
  @Option(name: .customLong("history-limit"), help: "How many revisions the target remembers.")
  var historyLimit = History.defaultLimit
  @OptionGroup var placing: PlacingOptions

  enum OnFailure: String, ExpressibleByArgument, CaseIterable { case stop, rollback }

  func validate() throws {
    guard (1...100).contains(historyLimit) else { throw ValidationError("--history-limit is between 1 and 100") }
  }

  func run() async throws {
    if let plan { return try await applySaved(plan) }
    let project = try Project.load(options)
    if applying.format == .json, let event = EventLines.wrong(project) { EventLines.write(event) }
    try project.report(output)
    let target = try await Target.connect(target, for: project, startsEngine: true)
    let whole = try await Planning.plan(project, on: target, allowDelete: guards.allowDelete)
    ApplyingOptions.warn(whole, allowing: guards.allowDelete, taking: ownership)
    let plan = Applier.Ownership(ownership).settling(whole)
    applying.show(plan, output)
    try applying.checkRefusals(plan)
    try applying.checkGuards(plan)
    try placing.check(plan, applying)
    if !plan.isDone {
      try applying.check(plan, taking: .init(ownership), output)
      if !plan.isEmpty { try applying.confirm("Apply this?", verb: "applied") }
      try await carryOut(plan, on: target, namespace: Planning.namespace(project), exact: false)
    } else {
      applying.tellDone(plan)
    }
    await target.close()
  }

  private func applySaved(_ path: String) async throws {
    let saved = try Self.read(path)
    let project = try project(around: saved.plan)
    var moved = try moved(saved, project)
    let target = try await Target.connect(target, for: project)
    guard saved.server == target.server else {
      throw Terminal.fail("the plan was made for \(saved.server); this is \(target.server)", code: .input)
    }
    moved += saved.inputs.movedKinds(PlanInputs.kinds(of: saved.plan.steps, target.client.types))
    moved += try await Planning.movedNodes(saved.plan, on: target)
    do throws(ApplyFailure) {
      moved += try await Applier(client: target.client, options: applying.applier) { _ in }.moved(saved.plan)
    } catch {
      FailureText.say(error, saved.plan, output.style(for: 2))
      throw Exit.target.exit
    }
    if !moved.isEmpty {
      throw Terminal.fail(
        "the plan no longer fits what is there:\n    \(moved.joined(separator: "\n    "))", help: "make the plan again",
        code: .input)
    }
    ApplyingOptions.warn(saved.plan, taking: ownership)
    let plan = Applier.Ownership(ownership).settling(saved.plan)
    applying.show(plan, output)
    if plan.isDone {
      applying.tellDone(plan)
      return await target.close()
    }
    try applying.check(plan, taking: .init(ownership), output)
    if !plan.isEmpty { try applying.confirm("Apply this?", verb: "applied") }
    try await carryOut(plan, on: target, namespace: plan.recordNamespace, exact: true)
    await target.close()
  }

  /// Reads a saved plan.
  private static func read(_ path: String) throws -> PlanFile.Content {
    guard let bytes = Files.read(path) else { throw Terminal.fail("there is no file \(path)", code: .input) }
    do {
      return try PlanFile.decode(try JSON.parse(bytes), version: KC.version, sealing: PlanKey.find(makes: false))
    } catch let failure as PlanFile.Failure {
      throw Self.failure(failure, path: path)
    } catch let error as ExitCode {
      throw error
    } catch {
      throw Self.failure(.notAPlan("\(error)"), path: path)
    }
  }

  /// The project around, if it is the plan's: it says which cluster an environment is bound to, and whether the program
  /// is still what it was. A plan can be applied without it at hand.
  private func project(around plan: Plan) throws -> Project? {
    var around = options
    around.environment = around.environment ?? plan.environment
    guard options.folder != nil || Files.exists("project.kc") else { return nil }
    let project = try Project.load(around, assumesInputs: true)
    if project.compilation.project.name == plan.project { return project }
    if options.folder == nil { return nil }
    throw Terminal.fail(
      "the plan is of the project \(plan.project), and \(project.root) is \(project.compilation.project.name)",
      code: .input)
  }

  /// What has become of the program and the parameters.
  private func moved(_ saved: PlanFile.Content, _ project: Project?) throws -> [String] {
    guard let project else {
      var now = PlanInputs()
      now.environment = options.environment
      now.sets = PlanInputs.digest(sets: options.sets)
      now.parameterFiles = try options.parameterFiles.map(Project.parameterFile).map {
        .init(name: $0.path, bytes: $0.bytes)
      }
      return saved.inputs.movedParameters(now)
    }
    var now = project.inputs
    now.environment = options.environment
    return saved.inputs.moved(now)
  }

  private func carryOut(_ plan: Plan, on target: Target, namespace: String, exact: Bool) async throws {
    var settings = applying.applier
    settings.exact = exact
    settings.ownership = .init(ownership)
    settings.onFailure = onFailure == .rollback ? .rollback : .stop
    settings.historyLimit = historyLimit
    try await Progress.run(
      plan, on: target, namespace: namespace, style: output.style(for: 2), options: settings,
      isJSON: applying.format == .json)
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
        "the plan holds the secret values of \(address), and there is no key to seal them with",
        help: "set KC_PLAN_KEY, for example to what `openssl rand -hex 32` prints; `kc apply` needs the same",
        code: .input)
    case .needsKey(let name):
      Terminal.fail(
        "\(path) is sealed with the key \(name), which is not here", help: "set KC_PLAN_KEY as when it was saved",
        code: .input)
    case .wrongKey:
      Terminal.fail(
        "\(path) was sealed with another key, or altered, and is not applied",
        help: "set KC_PLAN_KEY as when it was saved, or make the plan again", code: .input)
    case .unsealed:
      Terminal.fail(
        "\(path) is not sealed, and KC_PLAN_KEY says that plans are", help: "make the plan again with KC_PLAN_KEY set",
        code: .input)
    }
  }
}
