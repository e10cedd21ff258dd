import ArgumentParser
import KCApply
import KCClient
import KCKube
import KCPlan

/// Applies a plan and tells of it.
enum Progress {
  /// - Parameter command: what goes on with it after a failure.
  static func run(
    _ plan: Plan, on target: Target, namespace: String, style: TextStyle, options: Applier.Options,
    isJSON: Bool = false, command: String = "kc apply"
  ) async throws {
    let started = ContinuousClock.now
    let board = ProgressBoard(plan, style: style, isJSON: isJSON)
    let applier = Applier(client: target.client, options: options) { board.tell($0) }
    do throws(ApplyFailure) {
      try await Interrupt.during { () async throws(ApplyFailure) in try await applier.apply(plan, namespace: namespace)
      }
    } catch {
      board.finish()
      let (applied, open) = board.standing
      if isJSON {
        EventLines.write(EventLines.failed(error, code: error.exit.rawValue, applied: applied, open: open))
      } else {
        FailureText.say(error, plan, style, command: command)
        FailureText.sayStanding(error, applied: applied, open: open, plan)
      }
      await target.close()
      throw error.exit.exit
    }
    board.finish()
    let time = ContinuousClock.now - started
    if isJSON {
      EventLines.write(EventLines.done(plan, milliseconds: Int(time / .milliseconds(1))))
    } else {
      let seconds = Double(time / .milliseconds(100)).rounded() / 10
      Terminal.say(style.paint("Done", .good) + " in \(seconds) s: \(Revision.summary(of: plan)).")
    }
  }
}
