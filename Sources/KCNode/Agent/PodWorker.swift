internal import KCClient
internal import KCData
internal import KCKube
internal import Logging
internal import Synchronization

/// Brings one pod to what the API says it should be, and tells the API how it is.
///
/// Level-triggered: each round looks at pod and runtime afresh, decides, acts, and looks again until there is nothing
/// to do. Whatever takes long (pulls, stops, probes) runs beside it and wakes it when done.
actor PodWorker {
  let services: AgentServices
  nonisolated let uid: String
  nonisolated let signal = Signal()
  private nonisolated let inbox: Mutex<Inbox>
  let writer: StatusWriter
  var pod: PodSpec
  var memory: PodMemory
  var reader: RuntimeReader
  /// The status last built.
  var status: Value
  var probers: [String: Task<Void, Never>] = [:]
  /// Messages that ended containers left, by identity.
  var messages: [String: String] = [:]
  var isFinished = false
  private var volumesCheckedAt: Timestamp

  /// What was told since the last round, in its newest form.
  private struct Inbox {
    var object: Value
    var isGone: Bool
    /// What probes found, by container.
    var probes: [String: ProbeOutcome] = [:]
  }

  /// - Parameter isOrphan: whether the API has no such pod, and `object` is what the runtime tells of it.
  init(services: AgentServices, object: Value, isOrphan: Bool) {
    self.services = services
    uid = object.uid ?? ""
    inbox = Mutex(Inbox(object: object, isGone: isOrphan))
    pod = PodSpec(object)
    let timing = services.node.timing
    let backOff = BackOff(base: timing.backOffBase, maximum: timing.backOffMaximum)
    memory = PodMemory(startTime: services.clock.now, restarts: backOff, pulls: backOff)
    reader = RuntimeReader(runtime: services.runtime)
    status = object["status"] ?? [:]
    writer = StatusWriter(client: services.client, type: services.types.pod, clock: services.clock)
    volumesCheckedAt = services.clock.now
  }

  /// Tells the worker of the pod's newest form.
  nonisolated func observe(_ object: Value) {
    inbox.withLock { $0.object = object }
    writer.observe(object)
    signal.wake()
  }

  /// Tells the worker that the API has no such pod any more.
  nonisolated func observeDeletion() {
    inbox.withLock { $0.isGone = true }
    writer.forget()
    signal.wake()
  }

  /// Tells the worker what the probes of a container say.
  nonisolated func observe(_ container: String, _ outcome: ProbeOutcome) {
    inbox.withLock { $0.probes[container] = outcome }
    signal.wake()
  }

  /// Works until the pod is gone from runtime and API, or the task is cancelled.
  func run() async {
    writer.observe(pod.object)
    let writing = Task { [writer] in await writer.run() }
    signal.wake()
    var timer: Task<Void, Never>?
    for await _ in signal.wakes {
      timer?.cancel()
      let wakeAt = await settle()
      if isFinished || Task.isCancelled { break }
      guard let wakeAt else { continue }
      timer = Task { [services, signal] in
        await services.clock.wait(wakeAt.seconds(since: services.clock.now))
        if !Task.isCancelled { signal.wake() }
      }
    }
    timer?.cancel()
    for prober in probers.values { prober.cancel() }
    writer.forget()
    writing.cancel()
  }

  /// Rounds until there is nothing to do; gives when to look again at the latest.
  private func settle() async -> Timestamp? {
    // A plan that never comes to rest must not take the machine with it.
    for _ in 0..<40 {
      if Task.isCancelled { return nil }
      let (object, isGone, probes) = inbox.withLock { inbox in
        defer { inbox.probes = [:] }
        return (inbox.object, inbox.isGone, inbox.probes)
      }
      for (container, outcome) in probes where self.probers[container] != nil { memory.probes[container] = outcome }
      pod = PodSpec(object)
      memory.isOrphan = isGone
      let state: PodRuntimeState
      do throws(RuntimeError) {
        state = try await observed()
      } catch {
        services.log.debug("pod \(pod.namespace)/\(pod.name): \(error)")
        return services.clock.now.advanced(by: 1)
      }
      superviseProbes(state)
      let now = services.clock.now
      judge(now)
      var plan = PodReconciler.plan(pod: pod, runtime: state, memory: memory, now: now)
      report(state, now: now)
      if plan.actions.isEmpty {
        await refreshVolumes(&plan, now: now)
        return plan.wakeAt
      }
      for action in plan.actions {
        await perform(action, state)
        if isFinished { return nil }
      }
    }
    return services.clock.now.advanced(by: 1)
  }

  /// Fails a pod that has run for as long as it may.
  private func judge(_ now: Timestamp) {
    guard memory.verdict == nil, !pod.isTerminal, pod.deadline == nil,
      let limit = pod.timeLimit(startTime: memory.startTime), limit <= now
    else { return }
    memory.verdict = PodMemory.Verdict(
      reason: "DeadlineExceeded", message: "Pod was active on the node longer than the specified deadline")
    event("DeadlineExceeded", "Pod was active on the node longer than specified deadline")
  }

  /// What the runtime has, and what follows from it for what we remember.
  private func observed() async throws(RuntimeError) -> PodRuntimeState {
    var fresh = reader
    var state = try await fresh.read(uid: uid)
    reader = fresh
    memory.sandbox = state.sandbox?.id
    if let sandbox = state.sandbox, memory.addresses[sandbox.id] == nil {
      memory.addresses[sandbox.id] = try await services.runtime.sandboxAddresses(sandbox.id)
    }
    let alive = Set(state.alive.map(\.id))
    memory.stopping = memory.stopping.filter { alive.contains($0.key) }
    memory.probes = memory.probes.filter { alive.contains($0.key) }
    for container in state.containers where container.phase == .running {
      memory.startFailures[container.name] = nil
    }
    let present = Set(state.containers.map(\.id))
    messages = messages.filter { present.contains($0.key) }
    let sandboxes = Set(state.sandboxes.map(\.id))
    memory.addresses = memory.addresses.filter { sandboxes.contains($0.key) }
    let files = ManagedFiles(pod: pod, node: services.node, paths: services.paths)
    for (index, container) in state.containers.enumerated() where container.phase == .exited {
      guard container.message.isEmpty, let spec = pod.container(container.name) else { continue }
      let message = messages[container.id] ?? files.message(spec, container) ?? ""
      messages[container.id] = message
      state.containers[index].message = message
    }
    return state
  }

  private func report(_ state: PodRuntimeState, now: Timestamp) {
    if memory.isOrphan { return }
    let builder = PodStatusBuilder(
      pod: pod, runtime: state, memory: memory, previous: status, hostIP: services.node.address, now: now)
    let built = builder.build()
    noteBackOff(from: status, to: built)
    status = built
    writer.offer(built)
  }

  /// Brings volumes made from objects of the API up to date while the pod runs.
  private func refreshVolumes(_ plan: inout PodPlan, now: Timestamp) async {
    guard memory.volumes == .ready, pod.deadline == nil, !memory.isOrphan, !pod.isTerminal,
      VolumePlanner.followsObjects(pod)
    else { return }
    let due = volumesCheckedAt.advanced(by: services.node.timing.volumeRefresh)
    if due <= now {
      volumesCheckedAt = now
      await prepareVolumes(isRefresh: true)
      plan.wake(at: now.advanced(by: services.node.timing.volumeRefresh))
    } else {
      plan.wake(at: due)
    }
  }
}
