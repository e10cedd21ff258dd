internal import KCData
internal import Synchronization

/// Probes one container until it is cancelled, and tells of each change.
struct ContainerProber: Sendable {
  let executor: ProbeExecutor
  let startedAt: Timestamp
  let clock: any NodeClock
  /// What is known from before.
  let initial: ProbeOutcome
  /// Told of each change of what the probes say together, in the order of the changes. Must return quickly.
  let report: @Sendable (ProbeOutcome) -> Void
  /// Told of each failure that was due.
  let failed: @Sendable (ProbeSpec, ProbeFailure) -> Void

  /// Runs the startup probe to its success, then the others side by side.
  func run() async {
    let spec = executor.container
    var outcome = initial
    if let probe = spec.startupProbe, !outcome.started {
      guard await untilDecided(probe) else {
        if Task.isCancelled { return }
        outcome.failure = "failed startup probe"
        return report(outcome)
      }
    }
    outcome.started = true
    if spec.readinessProbe == nil { outcome.ready = true }
    report(outcome)
    let shared = SharedOutcome(outcome)
    let wasReady = outcome.ready
    await withTaskGroup(of: Void.self) { group in
      for probe in [spec.readinessProbe, spec.livenessProbe].compactMap({ $0 }) {
        group.addTask {
          await loop(probe, adopted: probe.kind == .readiness && wasReady ? true : nil) { verdict in
            shared.change(report) { outcome in
              if probe.kind == .readiness { outcome.ready = verdict }
              if probe.kind == .liveness && !verdict { outcome.failure = "failed liveness probe" }
            }
            return false
          }
        }
      }
    }
  }

  /// What the probes say together; changes are reported in their order.
  private final class SharedOutcome: Sendable {
    private let outcome: Mutex<ProbeOutcome>

    init(_ outcome: ProbeOutcome) { self.outcome = Mutex(outcome) }

    func change(_ report: (ProbeOutcome) -> Void, _ body: (inout ProbeOutcome) -> Void) {
      outcome.withLock { outcome in
        body(&outcome)
        report(outcome)
      }
    }
  }

  private func untilDecided(_ probe: ProbeSpec) async -> Bool {
    var decision = false
    await loop(probe, adopted: nil) { verdict in
      decision = verdict
      return true
    }
    return decision
  }

  /// Probes again and again; `changed` is told of each new verdict, and ends the loop by returning true.
  ///
  /// A probe that is still to succeed for the first time is also tried before it is due, first quickly and then more
  /// rarely: a container is ready when it can serve, not when a period is over. Only failures of tries that were due
  /// count.
  private func loop(_ probe: ProbeSpec, adopted: Bool?, changed: (Bool) -> Bool) async {
    var tracker = ProbeTracker(probe)
    if let adopted { tracker.adopt(adopted) }
    await clock.wait(probe.initialDelay - clock.now.seconds(since: startedAt))
    var due = tracker.isEager ? clock.now.advanced(by: probe.period) : clock.now
    // A command costs more than a request.
    var pause = if case .exec = probe.action { 0.1 } else { 0.03 }
    while !Task.isCancelled {
      let isDue = clock.now >= due
      if isDue { due = clock.now.advanced(by: probe.period) }
      let failure = await attempt(probe)
      if Task.isCancelled { return }
      if let failure, isDue { failed(probe, failure) }
      if tracker.record(failure == nil, isExtra: !isDue), changed(tracker.verdict ?? false) { return }
      let left = max(due.seconds(since: clock.now), 0)
      await clock.wait(tracker.isEager ? min(pause, left) : left)
      pause = min(pause * 1.5, probe.period)
    }
  }

  private func attempt(_ probe: ProbeSpec) async -> ProbeFailure? {
    do throws(ProbeFailure) {
      try await executor.run(probe)
      return nil
    } catch {
      return error
    }
  }
}
