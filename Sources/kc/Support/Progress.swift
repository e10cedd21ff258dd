import ArgumentParser
import KCApply
import KCClient
import KCKube
import KCPlan

/// Applies a plan and tells of it, a line per event.
enum Progress {
  static func run(
    _ plan: Plan, on target: Target, namespace: String, style: TextStyle, options: Applier.Options
  ) async throws {
    let width = plan.changes.map(\.title.count).max() ?? 0
    let started = ContinuousClock.now
    let applier = Applier(client: target.client, options: options) { event in
      if let line = Self.line(event, width: width, style) { Terminal.say(line) }
    }
    do {
      try await applier.apply(plan, namespace: namespace)
    } catch {
      throw failure(error, plan)
    }
    let seconds = Double((ContinuousClock.now - started) / .milliseconds(100)).rounded() / 10
    Terminal.say(style.paint("Done", .good) + " in \(seconds) s: \(summary(plan)).")
  }

  private static func summary(_ plan: Plan) -> String {
    let words: [(Step.Action, String)] = [
      (.add, "added"), (.change, "changed"), (.replace, "replaced"), (.remove, "removed"),
    ]
    return words.filter { plan.count($0.0) > 0 }.map { "\(plan.count($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  private static func line(_ event: ApplyEvent, width: Int, _ style: TextStyle) -> String? {
    func row(_ step: Step, _ text: String) -> String { "  \(TextStyle.pad(step.title, width))  \(text)" }
    switch event {
    case .applying, .removing: return nil
    case .applied(let step): return row(step, "applied")
    case .waiting(let step, let state): return row(step, style.paint(state, .faint))
    case .healthy(let step):
      return ["Deployment", "StatefulSet", "DaemonSet", "Job", "Pod"].contains(step.key.kind)
        ? row(step, style.paint("healthy", .good)) : nil
    case .removed(let step): return row(step, "removed")
    }
  }

  private static func failure(_ failure: ApplyFailure, _ plan: Plan) -> ExitCode {
    let again = "mend it and run `kc apply` again: it goes on from what stands"
    switch failure {
    case .locked(let holder, let since):
      return Terminal.fail(
        "another apply of \(plan.project) is under way: \(holder)\(since.isEmpty ? "" : ", since \(since)")",
        help: "wait for it; if it died, its lock runs out within 20 seconds", code: .target)
    case .moved(let changes):
      return Terminal.fail(
        "the plan no longer fits what is there:\n    " + changes.joined(separator: "\n    "),
        help: "make the plan again",
        code: .input)
    case .unreachable(let why):
      return Terminal.fail(why, help: "what was applied stands; run `kc apply` again to go on", code: .partial)
    case .conflict(let step, let status):
      let fields = (status.details?.causes ?? []).map { "\($0.field) (\($0.message))" }.joined(separator: "\n    ")
      return Terminal.fail(
        "\(step.title): others manage fields that would change:\n    \(fields)",
        help: "--take-ownership takes them", code: .partial)
    case .refused(let step, let status):
      return Terminal.fail("\(step.title) was refused: \(status.message)", help: again, code: .partial)
    case .unhealthy(let step, let cause, let logs):
      let lines = logs.isEmpty ? "" : "\n  its last lines:\n" + logs.map { "    \($0)" }.joined(separator: "\n")
      return Terminal.fail("\(step.title) cannot become healthy: \(cause)\(lines)", help: again, code: .partial)
    case .timedOut(let step, let state):
      return Terminal.fail(
        "\(step.title) is not healthy in time: \(state)",
        help: "`kc status` shows how it stands; --timeout gives it more time", code: .partial)
    case .cancelled: return Terminal.fail("stopped; what was applied stands", help: again, code: .partial)
    }
  }
}
