import ArgumentParser
import KCApply
import KCKube
import KCPlan

/// Whether what has no place to run is applied all the same: shared by `apply` and `rollback`.
struct PlacingOptions: ParsableArguments {
  @Flag(name: .customLong("allow-unplaced"), help: "Apply although pods fit nowhere.") var allowUnplaced = false

  func check(_ plan: Plan, _ applying: ApplyingOptions) throws {
    guard plan.hasUnplaced, !allowUnplaced else { return }
    let words = "not all pods would have a place to run"
    applying.tellFailed("unplaced", words, .input)
    throw Terminal.fail(words, help: "--allow-unplaced applies it all the same", code: .input)
  }
}

/// How something is applied: shared by `apply`, `rollback` and `destroy`.
struct ApplyingOptions: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable { case human, json }

  @Flag(name: [.customLong("auto-approve"), .customShort("y")], help: "Do not ask.") var approved = false
  @Option(help: "How long a step may take to become healthy: seconds, or 90s, 5min.")
  var timeout = Patience(seconds: 120)
  @Option(help: "human, or json: a line of JSON per event on standard output.") var format = Format.human
  @Flag(name: .customLong("break-lock"), help: "Take the lock from another apply, which stops when it notices.")
  var breaksLock = false

  func validate() throws {
    guard (1...86400).contains(timeout.seconds) else {
      throw ValidationError("--timeout is between 1 and 86400 seconds")
    }
    if format == .json, !approved { throw ValidationError("--format json cannot ask: it needs --auto-approve") }
  }

  /// Shows a plan, where people read along.
  func show(_ plan: Plan, _ output: OutputOptions) {
    switch format {
    case .human: Terminal.out(PlanText(plan, style: output.style(for: 1)).render())
    case .json: EventLines.write(EventLines.plan(plan))
    }
  }

  /// Tells of words of `--allow-delete` and `--take-ownership` that mean nothing of a plan: they may be mistyped.
  ///
  /// - Parameter plan: as it was before what may be taken was taken out of it.
  static func warn(_ plan: Plan, allowing addresses: [String] = [], taking fields: [String] = []) {
    let known = plan.changes.map { ($0.address, $0.title) } + plan.stays.map { ($0.address, $0.title) }
    for word in addresses where word != "ALL" {
      let isMeant = known.contains { ShownName.means(word, address: $0.0, title: $0.1) }
      if !isMeant { Terminal.warn("--allow-delete \(word): nothing of that name is removed") }
    }
    for field in fields where field.uppercased() != "ALL" {
      let isMeant = plan.conflicting.contains { step in
        step.conflicts.contains { Applier.Ownership([field]).takes($0, of: step) }
      }
      if !isMeant { Terminal.warn("--take-ownership \(field): no field of another manager is called that") }
    }
  }

  /// Refuses a plan that changes fields of others, before anything is asked or done.
  func check(_ plan: Plan, taking ownership: Applier.Ownership, _ output: OutputOptions) throws {
    let steps = ownership.contested(plan)
    if steps.isEmpty { return }
    let failure = ApplyFailure.contested(steps)
    switch format {
    case .human: FailureText.say(failure, plan, output.style(for: 2))
    case .json: EventLines.write(EventLines.failed(failure, code: failure.exit.rawValue, applied: [], open: []))
    }
    throw failure.exit.exit
  }

  /// Says that there was nothing to do, where programs read along: they wait for the last event.
  func tellDone(_ plan: Plan) {
    if format == .json { EventLines.write(EventLines.done(plan, milliseconds: 0)) }
  }

  /// The last event, of what is not even begun.
  func tellFailed(_ reason: String, _ message: String, _ code: Exit, address: String? = nil) {
    if format == .json { EventLines.write(EventLines.failed(reason, message, code: code.rawValue, address: address)) }
  }

  /// Ends where the target would refuse something: the plan says what.
  func checkRefusals(_ plan: Plan) throws {
    guard let first = plan.refusals.first else { return }
    tellFailed("refused", "\(first.title): \(first.refusal?.message ?? "")", .target, address: first.address)
    throw Exit.target.exit
  }

  /// Refuses a plan with removals that nobody allowed.
  func checkGuards(_ plan: Plan) throws {
    if let words = GuardOptions.words(plan) {
      tellFailed("guarded", words, .input, address: plan.guarded.first?.address)
    }
    try GuardOptions.check(plan)
  }

  /// - Parameters:
  ///   - verb: `applied`, `removed`: what did not happen where the answer is no.
  func confirm(_ question: String, verb: String) throws {
    if approved { return }
    switch Terminal.confirm(question) {
    case true?: return
    case false?: throw Terminal.fail("nothing was \(verb)", code: .input)
    case nil:
      throw Terminal.fail("there is no terminal to ask on", help: "--auto-approve goes on without asking", code: .input)
    }
  }

  /// The options of the applier.
  var applier: Applier.Options {
    var out = Applier.Options(timeout: .seconds(timeout.seconds))
    out.breaksLock = breaksLock
    out.author = Author.current
    return out
  }
}
