internal import KCData

/// Probes one container until it is cancelled, and tells of each change.
struct ContainerProber: Sendable {
  let executor: ProbeExecutor
  let startedAt: Timestamp
  let clock: any NodeClock
  /// What is known from before.
  let initial: ProbeOutcome
  /// Told of each change of what the probes say together.
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
    let (verdicts, continuation) = AsyncStream<(ProbeSpec.Kind, Bool)>.makeStream()
    let known = outcome
    await withTaskGroup(of: Void.self) { group in
      for probe in [spec.readinessProbe, spec.livenessProbe].compactMap({ $0 }) {
        group.addTask {
          await loop(probe, adopted: probe.kind == .readiness && known.ready ? true : nil) { verdict in
            continuation.yield((probe.kind, verdict))
            return false
          }
        }
      }
      group.addTask {
        var outcome = known
        for await (kind, verdict) in verdicts {
          if kind == .readiness { outcome.ready = verdict }
          if kind == .liveness && !verdict { outcome.failure = "failed liveness probe" }
          report(outcome)
        }
      }
      await group.waitForAll()
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
  /// A probe that is still to succeed for the first time is also tried in between, first quickly and then more
  /// rarely: a container is ready when it can serve, not when a period is over.
  private func loop(_ probe: ProbeSpec, adopted: Bool?, changed: (Bool) -> Bool) async {
    var tracker = ProbeTracker(probe)
    if let adopted { tracker.adopt(adopted) }
    await clock.wait(probe.initialDelay - clock.now.seconds(since: startedAt))
    var due = clock.now
    var pause = 0.03
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
