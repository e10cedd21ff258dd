import KCApply
import KCKube
import KCPlan

/// Failures of applies in words.
enum FailureText {
  /// - Parameter command: what goes on from what stands.
  static func say(_ failure: ApplyFailure, _ plan: Plan, _ style: TextStyle, command: String = "kc apply") {
    let again = "mend it and run `\(command)` again: it goes on from what stands"
    switch failure {
    case .locked(let holder): say(lock: holder, plan)
    case .lockLost(let other):
      error("the lock of this apply was taken by \(other), so it stopped", help: "`kc history` shows what came after")
    case .moved(let changes):
      error(
        "the plan no longer fits what is there:\n    " + changes.joined(separator: "\n    "),
        help: "make the plan again")
    case .unreachable(let why): error(why, help: "run `\(command)` again to go on")
    case .contested(let steps):
      let list = steps.flatMap { step in
        step.conflicts.map { "\(step.title): \($0)" }
      }
      error(
        "fields that would change belong to others\n    " + list.joined(separator: "\n    "),
        help: ConflictingField.help(steps), code: failure.exit)
    case .conflict(let step, let fields):
      let list = fields.map(\.description).joined(separator: "\n    ")
      error(
        "\(step.title): fields that would change belong to others\n    \(list.isEmpty ? "the API does not say which" : list)",
        help: "--take-ownership \(fields.first?.field ?? "FIELD") takes that field, --take-ownership ALL all of them; "
          + "or leave it out of the program, and its owner keeps it")
    case .refused(let step, let status):
      let place = step.origin.map { "\n  declared at \($0.place)" } ?? ""
      error("\(step.title) was refused: \(status.message)\(place)", help: again)
    case .recordRefused(let status):
      error(
        "what kc keeps on the target was refused: \(status.message)",
        help: "kc needs to read and write config maps and leases in \(plan.recordNamespace)")
    case .blind(let why):
      error(
        "what runs on the target may not be looked at: \(why)",
        help: "kc needs to list and watch pods and workloads in the namespaces of the project")
    case .unhealthy(let step, let cause, let logs):
      let last = logs.map { "    \(Printable.text($0))" }.joined(separator: "\n")
      let lines = logs.isEmpty ? "" : "\n  its last lines:\n\(last)"
      let place = step.origin.map { "\n  declared at \($0.place)" } ?? ""
      let why = Printable.text(cause)
      error("\(step.title) cannot become healthy: \(why)\(lines)\(place)", help: again)
    case .timedOut(let step, let state) where step.action == .remove:
      error(
        "\(step.title) is not gone in time: \(state)", help: "run it again to go on; --timeout gives it more time")
    case .timedOut(let step, let state):
      error(
        "\(step.title) is not healthy in time: \(Printable.text(state))",
        help: "`kc status` shows how it stands; --timeout gives it more time")
    case .cancelled: error("stopped", help: "run `\(command)` again to go on")
    case .rolledBack(let first, let number, let second):
      say(first, plan, style)
      if let second {
        error(
          "going back to revision \(number) failed as well: \(second.brief)",
          help: "`kc status` shows what stands; `kc rollback \(number)` goes on with it")
      } else {
        Terminal.say("The project is back at revision \(number).")
      }
    }
  }

  private static func say(lock holder: LockHolder, _ plan: Plan) {
    let who = holder.author.isEmpty ? holder.name : "\(holder.author) (\(holder.name))"
    let since = holder.since.isEmpty ? "" : ", since \(holder.since)"
    let sign = holder.renewed.isEmpty ? "" : ", last sign of life \(holder.renewed)"
    let wait =
      holder.secondsLeft.map { "wait for it; if it died, its lock is free in \($0) seconds" }
      ?? "the clocks of the two machines differ too much to tell whether it lives"
    error(
      "another apply of \(plan.project) is under way: \(who)\(since)\(sign)",
      help: "\(wait). --break-lock takes it now, and that apply stops")
  }

  /// That secrets stay as they are where all else goes back: who counts on their values is told.
  static func kept(secrets: [String]) -> String? {
    if secrets.isEmpty { return nil }
    let shown = secrets.prefix(5).joined(separator: ", ") + (secrets.count > 5 ? ", and \(secrets.count - 5) more" : "")
    return
      "The history has no values of secrets: \(shown) \(secrets.count == 1 ? "stays as it is" : "stay as they are")."
  }

  /// What stands after a failure that may have left something half done.
  static func sayStanding(_ failure: ApplyFailure, applied: [String], open: [String], _ plan: Plan) {
    switch failure {
    case .locked, .moved, .contested, .rolledBack: return
    default: break
    }
    let missing = plan.changes.map(\.address).filter { !applied.contains($0) }
    let titles = Dictionary(plan.steps.map { ($0.address, $0.title) }, uniquingKeysWith: { first, _ in first })
    func line(_ words: String, _ list: [String]) -> String? {
      guard !list.isEmpty else { return nil }
      let rest = list.count > 8 ? ", and \(list.count - 8) more" : ""
      return "  \(words): \(list.prefix(8).map { titles[$0] ?? $0 }.joined(separator: ", "))\(rest)"
    }
    let lines = [
      line("stands", applied.filter { !open.contains($0) }), line("applied, not seen healthy", open),
      line("not done", missing),
    ]
    for case let text? in lines { Terminal.say(text) }
  }

  private static func error(_ message: String, help: String, code: Exit = .partial) {
    _ = Terminal.fail(message, help: help, code: code)
  }
}

extension ApplyFailure {
  /// The exit code that says it.
  var exit: Exit {
    switch self {
    case .locked: .target
    case .moved, .contested: .input
    default: .partial
    }
  }
}
