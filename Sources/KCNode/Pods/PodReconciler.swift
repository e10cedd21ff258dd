internal import KCData

/// Decides what to do for a pod. Pure: the same pod, runtime, memory and moment give the same plan.
struct PodReconciler {
  let pod: PodSpec
  let runtime: PodRuntimeState
  let memory: PodMemory
  let now: Timestamp
  var plan = PodPlan()

  static func plan(pod: PodSpec, runtime: PodRuntimeState, memory: PodMemory, now: Timestamp) -> PodPlan {
    var reconciler = PodReconciler(pod: pod, runtime: runtime, memory: memory, now: now)
    if memory.isOrphan || pod.deadline != nil {
      reconciler.terminate()
    } else if PodPhase(pod: pod, runtime: runtime, memory: memory).hasEnded {
      reconciler.wrapUp()
    } else {
      reconciler.keepRunning()
    }
    return reconciler.plan
  }
}

/// A pod that is to run.
extension PodReconciler {
  private mutating func keepRunning() {
    if let limit = pod.timeLimit(startTime: memory.startTime) { plan.wake(at: limit) }
    switch memory.volumes {
    case .ready: break
    case .needed: return plan.act(.prepareVolumes)
    case .failed(_, let retryAt): return retryAt <= now ? plan.act(.prepareVolumes) : plan.wake(at: retryAt)
    }
    guard runtime.sandbox != nil else { return replaceSandbox() }
    prune()
    stopUnhealthy()
    if initialise() {
      for spec in pod.containers { keep(spec) }
    }
  }

  /// Containers without their sandbox have no network to speak of: all start over in a new one.
  private mutating func replaceSandbox() {
    let alive = runtime.alive
    if !alive.isEmpty {
      for container in alive {
        stop(container, grace: pod.gracePeriod, message: "Pod sandbox changed, it will be killed and re-created.")
      }
      return
    }
    if let failure = memory.sandboxFailure, now < failure.retryAt { return plan.wake(at: failure.retryAt) }
    let attempts = runtime.sandboxes.map(\.attempt)
    plan.act(.createSandbox(attempt: attempts.max().map { $0 &+ 1 } ?? 0))
  }

  /// Removes containers and sandboxes that nobody will ask about any more.
  private mutating func prune() {
    let current = runtime.sandbox?.id
    for name in Set(runtime.containers.map(\.name)).sorted() {
      // The newest, and the one before it for its log.
      for container in runtime.containers.filter({ $0.name == name }).dropFirst(2) where container.phase == .exited {
        plan.act(.removeContainer(container.id))
      }
    }
    if let failure = memory.sandboxFailure, now < failure.retryAt { return plan.wake(at: failure.retryAt) }
    for sandbox in runtime.sandboxes where sandbox.id != current {
      let inside = runtime.containers.filter { $0.sandboxID == sandbox.id }
      if inside.allSatisfy({ $0.phase == .exited && runtime.latest($0.name)?.sandboxID == current }) {
        plan.act(.removeSandbox(sandbox.id))
      }
    }
  }

  private mutating func stopUnhealthy() {
    for container in runtime.containers where container.phase == .running {
      guard let failure = memory.probes[container.id]?.failure, let spec = pod.container(container.name) else {
        continue
      }
      let own = (spec.startupProbe?.gracePeriod ?? spec.livenessProbe?.gracePeriod).map { min(max($0, 0), 86400 * 7) }
      stop(container, grace: own ?? pod.gracePeriod, message: "Container \(spec.name) \(failure), will be restarted")
    }
  }

  /// Whether the main containers may start: all init containers have succeeded and all sidecars have started.
  private mutating func initialise() -> Bool {
    let begun = pod.containers.contains { runtime.current($0.name) != nil }
    for spec in pod.initContainers {
      let container = runtime.current(spec.name)
      switch spec.role {
      case .main: continue
      case .initial:
        if begun || container?.phase == .exited && container?.exitCode == 0 { continue }
        keep(spec)
        return false
      case .sidecar:
        keep(spec)
        if !memory.outcome(spec, container).started, !begun { return false }
      }
    }
    return true
  }

  /// Starts a container that is not there, or that has ended and is to run again.
  private mutating func keep(_ spec: ContainerSpec) {
    guard let container = runtime.latest(spec.name) else { return start(spec, after: nil) }
    switch container.phase {
    case .running where container.sandboxID == runtime.sandbox?.id:
      if let image = container.annotations[PodLabels.image], image != spec.image {
        stop(
          container, grace: pod.gracePeriod, message: "Container \(spec.name) definition changed, will be restarted")
      }
    case .running, .unknown: stop(container, grace: pod.gracePeriod, message: "Stopping container \(spec.name)")
    case .created:
      // It never began: another takes its place and its number.
      plan.act(.removeContainer(container.id))
    case .exited:
      let isCurrent = container.sandboxID == runtime.sandbox?.id
      if spec.restartPolicy.restarts(exitCode: container.exitCode) || !isCurrent && spec.role == .initial {
        start(spec, after: container)
      }
    }
  }

  private mutating func start(_ spec: ContainerSpec, after last: ContainerState?) {
    if let failure = memory.startFailures[spec.name], now < failure.retryAt { return plan.wake(at: failure.retryAt) }
    if let last, last.exitCode != 0 || spec.restartPolicy == .always,
      let end = memory.restarts.wait(spec.backOffKey, after: last.finishedAt ?? last.createdAt, now: now)
    {
      return plan.wake(at: end)
    }
    switch memory.images[spec.name] {
    case .present(let image):
      plan.act(.start(container: spec.name, attempt: attempt(of: spec.name, after: last), image: image))
    case .pulling: break
    case .failed(_, _, _, let retryAt) where now < retryAt: plan.wake(at: retryAt)
    case .failed, nil: plan.act(.checkImage(container: spec.name))
    }
  }

  /// The restart count of the next container: also right when the runtime has lost those before it.
  private func attempt(of name: String, after last: ContainerState?) -> UInt32 {
    if let last { return last.attempt &+ 1 }
    let reported = pod.reported(name)
    let count = UInt32(clamping: reported?["restartCount"]?.int ?? 0)
    // A status that still names a container has not yet counted its end.
    return reported?["containerID"]?.string?.isEmpty == false ? count &+ 1 : count
  }

  private mutating func stop(
    _ container: ContainerState, grace: Int64, message: String, isTermination: Bool = false
  ) {
    let deadline = now.advanced(by: Double(grace))
    // One that is being stopped is stopped again only to make it quicker.
    if let running = memory.stopping[container.id], running <= deadline.advanced(by: 1) { return }
    plan.act(
      .stop(
        StopRequest(
          id: container.id, container: container.name, grace: grace, message: message, isTermination: isTermination)))
  }
}

/// A pod that is to go, or has ended by itself.
extension PodReconciler {
  private mutating func terminate() {
    if stopAll(grace: remainingGrace) { return }
    if let failure = memory.sandboxFailure, now < failure.retryAt { return plan.wake(at: failure.retryAt) }
    for sandbox in runtime.sandboxes { plan.act(.removeSandbox(sandbox.id)) }
    if runtime.sandboxes.isEmpty {
      for container in runtime.containers { plan.act(.removeContainer(container.id)) }
    }
    if runtime.isEmpty { plan.act(.finish) }
  }

  /// A pod whose containers have ended keeps them for their logs, but no network.
  private mutating func wrapUp() {
    if stopAll(grace: pod.gracePeriod) { return }
    if let sandbox = runtime.sandbox {
      if let failure = memory.sandboxFailure, now < failure.retryAt { return plan.wake(at: failure.retryAt) }
      plan.act(.stopSandbox(sandbox.id))
    }
  }

  /// Seconds that the pod has until its deadline.
  private var remainingGrace: Int64 {
    // Nobody waits for a pod that the API has forgotten.
    if memory.isOrphan { return min(pod.gracePeriod, 2) }
    guard let deadline = pod.deadline else { return pod.gracePeriod }
    let left = deadline.seconds(since: now).rounded(.up)
    return pod.gracePeriod == 0 ? 0 : max(1, min(Int64(left), pod.gracePeriod))
  }

  /// Stops what runs: sidecars last, in the reverse of their order. False when nothing runs any more.
  private mutating func stopAll(grace: Int64) -> Bool {
    let alive = runtime.alive
    if alive.isEmpty { return false }
    let sidecars = pod.sidecars.map(\.name)
    var targets = alive.filter { !sidecars.contains($0.name) }
    if targets.isEmpty, let last = sidecars.last(where: { name in alive.contains { $0.name == name } }) {
      targets = alive.filter { $0.name == last }
    }
    for container in targets {
      stop(container, grace: grace, message: "Stopping container \(container.name)", isTermination: true)
    }
    return true
  }
}
