internal import KCData
internal import Logging

/// Hooks, probes and the end of containers: what runs beside the worker.
extension PodWorker {
  private func executor(_ spec: ContainerSpec, _ id: String) -> ProbeExecutor {
    ProbeExecutor(
      io: services.probes, runtime: services.runtime, containerID: id, container: spec,
      address: facts.podIPs.first ?? services.node.address)
  }

  /// Starts probing what began to run and ends probing what does not any more.
  func superviseProbes(_ state: PodRuntimeState) {
    let isEnding = pod.deadline != nil || memory.isOrphan
    let running = state.containers.filter { $0.phase == .running }
    for (id, prober) in probers where isEnding || !running.contains(where: { $0.id == id }) {
      prober.cancel()
      probers[id] = nil
    }
    if isEnding { return }
    for container in running where probers[container.id] == nil && memory.stopping[container.id] == nil {
      guard let spec = pod.container(container.name),
        spec.startupProbe != nil || spec.readinessProbe != nil || spec.livenessProbe != nil
      else { continue }
      let known = memory.probes[container.id] ?? adopted(spec, container)
      memory.probes[container.id] = known
      probers[container.id] = prober(spec, container, known)
    }
  }

  /// A container that ran before this agent did is what the API says it is until a probe says something else.
  private func adopted(_ spec: ContainerSpec, _ container: ContainerState) -> ProbeOutcome {
    guard let reported = pod.reported(spec.name),
      reported["containerID"]?.string == ContainerStatusBuilder.identity(container.id)
    else { return ProbeOutcome() }
    return ProbeOutcome(
      started: reported["started"]?.bool ?? false, ready: reported["ready"]?.bool ?? false, failure: nil)
  }

  private func prober(_ spec: ContainerSpec, _ container: ContainerState, _ known: ProbeOutcome) -> Task<Void, Never> {
    let prober = ContainerProber(
      executor: executor(spec, container.id), startedAt: container.startedAt ?? container.createdAt,
      clock: services.clock, initial: known,
      report: { [weak self] outcome in self?.observe(container.id, outcome) },
      failed: { [weak self] probe, failure in
        guard let self else { return }
        Task { await self.unhealthy(spec, container.id, probe, failure) }
      })
    return Task { await prober.run() }
  }

  private func unhealthy(_ spec: ContainerSpec, _ id: String, _ probe: ProbeSpec, _ failure: ProbeFailure) {
    var message = "\(probe.kind.rawValue) probe failed: \(failure)"
    // The commonest mistake, and the hardest to see from outside: the program is up, on another port.
    if failure.message.hasSuffix("connection refused"),
      let process = services.cgroups.process("\(services.node.podCgroup(pod.uid))/\(id)")
    {
      let ports = ListeningPorts.read(process: process)
      // It may have begun to listen just now.
      if let words = ListeningPorts.words(ports), !ports.contains(where: { failure.message.contains(":\($0): ") }) {
        message += "; the container listens on \(words)"
      }
    }
    event("Unhealthy", message, warning: true, container: spec)
  }

  func stop(_ request: StopRequest, _ state: PodRuntimeState) {
    let isAgain = memory.stopping[request.id] != nil
    memory.stopping[request.id] = services.clock.now.advanced(by: Double(request.grace))
    let spec = pod.container(request.container)
    if !isAgain { event("Killing", request.message, container: spec) }
    let hook = isAgain ? nil : spec?.value.at("lifecycle", "preStop")
    // What was ready before the agent came, and is stopped before a probe ran, has been serving as well.
    let wasServing =
      spec.map { memory.outcome($0, state.latest($0.name)).ready || pod.reported($0.name)?["ready"]?.bool == true }
      ?? false
    let drain =
      request.isTermination && wasServing && !isAgain && hook == nil
      ? min(services.node.timing.drain, Double(request.grace) / 2) : 0
    let hookExecutor = spec.map { executor($0, request.id) }
    Task { await self.carryOut(request, drain: drain, hook: hook, hookExecutor) }
  }

  private func carryOut(_ request: StopRequest, drain: Double, hook: Value?, _ executor: ProbeExecutor?) async {
    let began = services.clock.now
    await services.clock.wait(drain)
    if let hook, let executor, request.grace > 0 {
      await self.hook("preStop", "FailedPreStopHook", hook, executor, limit: Double(request.grace))
    }
    let spent = Int64(services.clock.now.seconds(since: began).rounded(.down))
    // Even after a long hook a container may say goodbye.
    let left = request.grace == 0 ? 0 : max(request.grace - spent, 2)
    do throws(RuntimeError) {
      try await services.runtime.stopContainer(request.id, grace: left)
    } catch {
      services.log.debug("stopping container \(request.container) of \(pod.namespace)/\(pod.name): \(error)")
      memory.stopping[request.id] = nil
      await services.clock.wait(1)
    }
    signal.wake()
  }

  func postStart(_ spec: ContainerSpec, _ id: String) {
    guard let hook = spec.value.at("lifecycle", "postStart") else { return }
    let executor = executor(spec, id)
    let grace = pod.gracePeriod
    Task { [services, signal] in
      if await self.hook("postStart", "FailedPostStartHook", hook, executor, limit: 120) { return }
      try? await services.runtime.stopContainer(id, grace: grace)
      signal.wake()
    }
  }

  /// Carries out a hook; false, with an event, when it fails.
  @discardableResult
  private func hook(
    _ name: String, _ reason: String, _ hook: Value, _ executor: ProbeExecutor, limit: Double
  ) async -> Bool {
    do throws(ProbeFailure) {
      if let exec = hook["exec"] {
        let command = exec["command"]?.array?.compactMap(\.string) ?? []
        try await executor.exec(command, timeout: Int64(limit.rounded(.up)))
      } else if let http = hook["httpGet"] {
        try await executor.get(HTTPAction(http), timeout: min(limit, 30))
      } else if let seconds = hook.at("sleep", "seconds")?.double {
        await services.clock.wait(min(max(seconds, 0), limit))
      } else {
        throw ProbeFailure("a hook of this kind is not supported by this node")
      }
      return true
    } catch {
      event(reason, "\(name) hook failed: \(error)", warning: true, container: executor.container)
      return false
    }
  }
}
