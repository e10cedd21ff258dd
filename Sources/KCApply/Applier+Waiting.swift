internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

extension Applier {
  /// Waits until what a step made is healthy, or certainly will not be.
  ///
  /// - Parameters:
  ///   - isFirst: whether another look follows, so that nothing need settle now and nothing is said, and that it
  ///     takes its time is no failure yet.
  ///   - since: when the wait for it began, where this is another look.
  func waitUntilHealthy(
    _ step: Step, _ made: Value?, isFirst: Bool = false, since: ContinuousClock.Instant = .now
  ) async throws(ApplyFailure) {
    // That was said when it was made.
    if isDone(step, made) { return }
    let clock = ContinuousClock()
    var wait = Wait(
      started: since, deadline: since + (isFirst ? min(options.turn, options.timeout) : options.timeout))
    let uid = watch.follows(step.key.kind) ? made?.uid : nil
    for await _ in uid.map(watch.ticks) ?? Self.polls() {
      if Task.isCancelled { throw .cancelled }
      if try isOutOfReach(step, &wait) {
        if clock.now > wait.deadline { break }
        continue
      }
      if let object = try await present(step, made) {
        let pods = object.kind == "Pod" ? [object] : watch.pods(of: object)
        let health = try await judge(step, made, object, pods, &wait)
        switch health {
        case .healthy:
          if isFirst { return }
          if try await hasSettled(step, pods, &wait) {
            report(.healthy(step))
            return
          }
        case .progressing(let state):
          wait.failingSince = nil
          tell(step, state, pods, &wait)
        case .failed, .barred:
          guard let (cause, pod) = health.failure else { continue }
          wait.failingSince = wait.failingSince ?? clock.now
          let isOver = object.kind == "Job" && Health.giveUp(object) != nil
          if let since = wait.failingSince, isOver || clock.now - since >= options.failureGrace {
            if try await unblock(step, object, pods.first { $0.name == pod }, cause, &wait) { continue }
            try await fail(step, cause, pod, &wait)
          }
          tell(step, cause, pods, &wait)
        }
      }
      if clock.now > wait.deadline { break }
    }
    if Task.isCancelled { throw .cancelled }
    if let trouble = watch.trouble { throw ApplyFailure(trouble.error) }
    if isFirst { return }
    try await failTries(step, made)
    throw .timedOut(step: step, state: wait.told + (await lastWords(step, made)))
  }

  /// Whether an object is healthy as soon as it is made.
  func isDone(_ step: Step, _ made: Value?) -> Bool {
    if !Health.isAwaited(step.key.kind, apiVersion: step.key.apiVersion) { return true }
    return made.map { Health.isSettled($0, followed: watch.follows(step.key.kind)) } ?? false
  }

  /// Whether the target does not answer, so that nothing can be known of a step.
  ///
  /// - Throws: where that lasts.
  private func isOutOfReach(_ step: Step, _ wait: inout Wait) throws(ApplyFailure) -> Bool {
    guard let trouble = watch.trouble else { return false }
    let lasted = ContinuousClock.now - trouble.since
    if lasted >= options.retries.patience { throw ApplyFailure(trouble.error) }
    // A server that restarts is back before anybody asks.
    if lasted >= .seconds(1) { tell(step, trouble.error.description, [], &wait) }
    return true
  }

  /// A job whose tries fail is no slow one, however much time they take: its failures are told, and not the time.
  private func failTries(_ step: Step, _ made: Value?) async throws(ApplyFailure) {
    guard step.key.kind == "Job", let job = try await present(step, made) else { return }
    let tries = JobTries(job, watch.pods(of: job))
    guard tries.failed > 0 else { return }
    let logs = await lastLines(tries.last?.name, step.key.namespace)
    throw .unhealthy(step: step, cause: tries.words, logs: logs)
  }

  /// Ends the wait with a failure, told as fully as it can be; goes on where somebody makes room for the pod.
  private func fail(_ step: Step, _ cause: String, _ pod: String?, _ wait: inout Wait) async throws(ApplyFailure) {
    if let placed = await placementCause(pod, step.key.namespace) {
      if await isScaledFor(pod, step.key.namespace) {
        wait.failingSince = nil
        return
      }
      throw .unhealthy(step: step, cause: placed, logs: [])
    }
    throw .unhealthy(step: step, cause: cause, logs: await lastLines(pod, step.key.namespace))
  }

  /// Deletes a pod of a stateful set that is broken for good and of the revision before: Kubernetes goes on only then.
  ///
  /// - Returns: whether there is something to wait for again.
  private func unblock(
    _ step: Step, _ object: Value, _ pod: Value?, _ cause: String, _ wait: inout Wait
  ) async throws(ApplyFailure) -> Bool {
    guard let pod, let uid = pod.uid, let name = pod.name, Health.blocksRollout(pod, of: object),
      wait.deleted.insert(uid).inserted, let type = client.types.find(apiVersion: "v1", kind: "Pod")
    else { return false }
    wait.failingSince = nil
    tell(step, "deletes pod \(name), which is of the old revision and holds up the rollout (\(cause))", [pod], &wait)
    do throws(ClientError) {
      try await client.delete(type, namespace: step.key.namespace, name: name, preconditionUID: uid)
    } catch {
      // Gone already is as good. Who may not delete it is told what to do.
      guard !error.isNotFound, !error.isConflict else { return true }
      let help = "delete it, and the new one comes"
      throw .unhealthy(
        step: step, cause: "pod \(name) is of the old revision and holds up the rollout: \(help) (\(cause))", logs: [])
    }
    return true
  }

  /// Whether pods that have just become ready stay so: asked once, after as long as it takes to see that.
  private func hasSettled(_ step: Step, _ pods: [Value], _ wait: inout Wait) async throws(ApplyFailure) -> Bool {
    guard Self.placesPods(step) else { return true }
    let restarts = pods.reduce(0) { $0 &+ PodFailure.restarts($1) }
    if wait.settledAt == restarts { return true }
    let time = Settling.time(pods)
    if time == .zero { return true }
    do { try await Task.sleep(for: time) } catch { throw .cancelled }
    // The next look compares: whatever was restarted meanwhile is not settled.
    wait.settledAt = restarts
    wait.nextEvents = nil
    return false
  }

  /// What a wait knows from one look to the next.
  struct Wait {
    var started: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    var failingSince: ContinuousClock.Instant?
    var told = ""
    var toldPods: [StatusReport.Pod] = []
    var nextEvents: ContinuousClock.Instant?
    var warning: Warning?
    var givesAddresses: Bool?
    /// Why no pods could be made when that was asked last, nil if they could; and until when that counts.
    var podRefusal: (words: String?, until: ContinuousClock.Instant)?
    /// Pods that were deleted because they held up a rollout, by their identities.
    var deleted: Set<String> = []
    /// How often the pods had been restarted when they had been ready for long enough.
    var settledAt: Int64?
  }

  private func tell(_ step: Step, _ state: String, _ pods: [Value], _ wait: inout Wait) {
    let shown = pods.map(StatusReader.pod).sorted { $0.name < $1.name }
    if state == wait.told, shown == wait.toldPods { return }
    report(.waiting(step, state, pods: shown))
    wait.told = state
    wait.toldPods = shown
  }

  /// The object as it is now; nil while what is seen is older than what was made.
  private func present(_ step: Step, _ made: Value?) async throws(ApplyFailure) -> Value? {
    if watch.follows(step.key.kind) { return current(step, made) }
    guard let type = client.types.find(apiVersion: step.key.apiVersion, kind: step.key.kind) else { return nil }
    return try await request { () async throws(ClientError) in
      try await client.find(type, namespace: step.key.namespace, name: step.key.name)
    }
  }

  /// An object's health, with what its events add to it.
  private func judge(
    _ step: Step, _ made: Value?, _ object: Value, _ pods: [Value], _ wait: inout Wait
  ) async throws(ApplyFailure) -> Health {
    if PodChange.isPending(step, made, object) { return .progressing("its container is not the new one yet") }
    let (stale, fresh) = (pods.filter(watch.isAsBefore), pods.filter { !watch.isAsBefore($0) })
    let health = Health.of(object, pods: fresh + stale)
    switch health {
    case .healthy:
      // Ready, and already failing what will have it killed.
      guard wait.settledAt != nil, let warning = await look(object, pods, &wait), warning.reason == "Unhealthy"
      else { return health }
      return warning.isFinal ? .failed(cause: warning.text, pod: warning.pod) : .progressing(warning.text)
    case .failed(let cause, let pod):
      // What happened before this apply may be mended by now, and is tried again.
      if let pod, object.kind != "Job", ContinuousClock.now - wait.started < options.stalePatience,
        stale.contains(where: { $0.name == pod && PodFailure.unschedulable($0) == nil && !$0.isFinishedPod })
      {
        return .progressing("\(cause); that was before this apply, and will be tried again")
      }
      if pod == nil, Health.isOverdue(object), let warning = await look(object, pods, &wait) {
        return .failed(cause: "\(cause): \(warning.text)", pod: warning.pod)
      }
      // That a probe or a hook has it killed says more than that it ends.
      guard let name = pod, let found = pods.first(where: { $0.name == name }), PodFailure.restarts(found) > 0,
        let warning = await look(object, pods, &wait), warning.tellsOfKilling, warning.pod ?? object.name == name
      else { return health }
      return .failed(cause: warning.text, pod: name)
    case .barred(let told):
      guard let (cause, _) = health.failure else { return health }
      if let refusal = await podRefusal(object, &wait) { return .barred(Self.newer(told, refusal)) }
      return .progressing("\(cause); nothing is in the way any more, and it will be tried again")
    case .progressing(let state): return await judge(object, pods, waiting: state, &wait)
    }
  }

  private func judge(_ object: Value, _ pods: [Value], waiting state: String, _ wait: inout Wait) async -> Health {
    if object.kind == "PersistentVolumeClaim", await waitsForConsumer(object) { return .healthy }
    if let kind = object.kind, AddressGivers.kinds.contains(kind) {
      let gives = if let known = wait.givesAddresses { known } else { await AddressGivers(client: client).give(kind) }
      wait.givesAddresses = gives
      if !gives { return .healthy }
    }
    if object.kind == "PersistentVolumeClaim", let trouble = await claimTrouble(object) {
      return trouble.isFinal ? .failed(cause: trouble.text, pod: nil) : .progressing(trouble.text)
    }
    if let pod = pods.first(where: PodFailure.waitsForVolumes), let trouble = await claimsTrouble(pod) {
      return trouble.isFinal ? .failed(cause: trouble.text, pod: nil) : .progressing("\(state): \(trouble.text)")
    }
    guard let warning = await look(object, pods, &wait) else { return .progressing(state) }
    if warning.reason == "FailedCreate", warning.isFinal, await podRefusal(object, &wait) == nil {
      return .progressing(state)
    }
    return warning.isFinal
      ? .failed(cause: warning.text, pod: warning.pod) : .progressing("\(state): \(warning.text)")
  }

  /// What the events say, read now and then.
  private func look(_ object: Value, _ pods: [Value], _ wait: inout Wait) async -> Warning? {
    let now = ContinuousClock.now
    if watch.trouble != nil { return wait.warning }
    if now >= wait.nextEvents ?? (wait.settledAt == nil ? wait.started + options.eventPause : now) {
      wait.nextEvents = now + options.eventPause
      wait.warning = await warnings(of: [object] + pods.filter { !$0.isBeingDeleted }).first
    }
    return wait.warning
  }

  /// Whether a claim is bound only when a pod uses it.
  private func waitsForConsumer(_ claim: Value) async -> Bool {
    guard let name = claim.storageClassName,
      let type = client.types.find(apiVersion: "storage.k8s.io/v1", kind: "StorageClass"),
      let found = try? await client.find(type, namespace: nil, name: name)
    else { return false }
    return found["volumeBindingMode"]?.string == "WaitForFirstConsumer"
  }

  /// Moments to look again at what no watch follows.
  static func polls() -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let clock = Task {
      var pause = 50
      while !Task.isCancelled {
        continuation.yield()
        try? await Task.sleep(for: .milliseconds(pause))
        pause = min(pause * 2, 1000)
      }
    }
    continuation.onTermination = { _ in clock.cancel() }
    return stream
  }
}

extension Value {
  /// Whether a pod is ready.
  var isReady: Bool { Health.condition(self, "Ready")?["status"]?.string == "True" }
}
