import ArgumentParser
import KCApply
import KCClient
import KCKube
import KCLang
import KCPlan

/// `kc rollback`
struct Rollback: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollback",
    abstract: "Go back to a revision: shown as a plan, asked, and applied like any other.",
    discussion: """
      Values of secrets are not part of the history: a rollback keeps those that are on the target.

      Examples:
        kc rollback              to the last revision before the present one that was applied in full
        kc rollback 12           to revision 12 of `kc history`
        kc rollback --plan-only  shows what it would do
      """)

  @Argument(help: "The number of a revision; the one before the present one without.") var revision: Int?
  @OptionGroup var options: ProjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var applying: ApplyingOptions
  @OptionGroup var guards: GuardOptions
  @Option(name: .customLong("take-ownership"), help: "Take a field that others manage; ALL takes all.")
  var ownership: [String] = []
  @OptionGroup var placing: PlacingOptions
  @Flag(name: .customLong("plan-only"), help: "Show the plan and do nothing.") var planOnly = false

  func run() async throws {
    let project = try Project.known(options, output)
    let target = try await Target.connect(target, for: project)
    let name = project.compilation.project.name
    let namespace = Planning.namespace(project)
    let (plan, number) = try await plan(name, namespace, target)
    applying.show(plan, output)
    if planOnly || plan.isDone {
      if plan.isDone, applying.format == .human { Terminal.say("The target is as revision \(number) says.") }
      if plan.isDone, !planOnly { applying.tellDone(plan) }
      await target.close()
      return
    }
    try applying.checkRefusals(plan)
    try applying.checkGuards(plan)
    try placing.check(plan, applying)
    try applying.check(plan, taking: .init(ownership), output)
    if !plan.isEmpty { try applying.confirm("Go back to revision \(number)?", verb: "applied") }
    var settings = applying.applier
    settings.ownership = .init(ownership)
    settings.backTo = number
    try await Progress.run(
      plan, on: target, namespace: namespace, style: output.style(for: 2), options: settings,
      isJSON: applying.format == .json, command: "kc rollback \(number)")
    await target.close()
  }

  private func plan(_ name: String, _ namespace: String, _ target: Target) async throws -> (Plan, Int) {
    let content: RevisionContent
    do throws(History.Failure) {
      content = try await History(client: target.client, project: name, namespace: namespace).content(revision)
    } catch {
      throw Self.failure(error, wanted: revision)
    }
    do {
      let restored = try await Restoring.complete(content.objects, from: target.client)
      if !restored.lost.isEmpty { try Self.refuse(lost: restored.lost) }
      let live = try await LiveReader(client: target.client, target: target.name).read(
        project: name, namespace: namespace, desired: restored.objects)
      let planner = Planner(
        types: target.client.types, defining: restored.objects,
        options: .init(allowDelete: Set(guards.allowDelete)))
      let plan = planner.plan(
        project: name, namespace: namespace, environment: content.revision.environment, desired: restored.objects,
        live: live)
      ApplyingOptions.warn(plan, allowing: guards.allowDelete, taking: ownership)
      tellSecrets(Restoring.secrets(in: content.objects), content.revision.number)
      return (Applier.Ownership(ownership).settling(plan), content.revision.number)
    } catch let error as ClientError {
      throw Target.failure(error)
    }
  }

  /// Values of secrets do not go back: who counts on that is told.
  private func tellSecrets(_ secrets: [DesiredObject], _ number: Int) {
    switch applying.format {
    case .human: if let words = FailureText.kept(secrets: secrets.map(\.title)) { Terminal.say(words) }
    case .json: EventLines.write(EventLines.rollback(to: number, secrets: secrets.map(\.address)))
    }
  }

  private static func refuse(lost: [String]) throws -> Never {
    throw Terminal.fail(
      "the values of \(lost.joined(separator: ", ")) are gone from the target, and the history keeps none",
      help: "check out the program as it was then and run `kc apply`", code: .input)
  }

  private static func failure(_ failure: History.Failure, wanted: Int?) -> ExitCode {
    switch failure {
    case .client(let error): return Target.failure(error)
    case .unknown(let known):
      let list = known.isEmpty ? "none" : known.map(String.init).joined(separator: ", ")
      return Terminal.fail(
        wanted.map { "there is no revision \($0)" } ?? "there is no earlier revision that was applied in full",
        help: "`kc history` shows them; there are: \(list)", code: .input)
    case .damaged(let number):
      return Terminal.fail("what is stored of revision \(number) is incomplete", code: .target)
    }
  }
}
