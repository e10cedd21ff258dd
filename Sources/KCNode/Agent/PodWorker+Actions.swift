internal import KCClient
internal import KCData
internal import KCKube

extension PodWorker {
  func perform(_ action: PodAction, _ state: PodRuntimeState) async {
    switch action {
    case .prepareVolumes: await prepareVolumes(isRefresh: false)
    case .createSandbox(let attempt): await createSandbox(attempt: attempt, state)
    case .stopSandbox(let id):
      await sandboxStep("FailedKillPod", "error stopping the pod's sandbox") { runtime throws(RuntimeError) in
        try await runtime.stopSandbox(id)
      }
    case .removeSandbox(let id):
      await sandboxStep("FailedKillPod", "error removing the pod's sandbox") { runtime throws(RuntimeError) in
        try await runtime.removeSandbox(id)
      }
    case .checkImage(let name):
      if let spec = pod.container(name) { await checkImage(spec) }
    case .start(let name, let attempt, let image):
      if let spec = pod.container(name) { await start(spec, attempt: attempt, image: image, state) }
    case .stop(let request): stop(request, state)
    case .removeContainer(let id): await removeContainer(id, state)
    case .finish: await finish()
    }
  }

  func event(_ reason: String, _ message: String, warning: Bool = false, container: ContainerSpec? = nil) {
    let list = container?.role == .main ? "containers" : "initContainers"
    services.events.record(
      EventRecorder.Event(
        object: EventRecorder.ObjectReference(
          kind: "Pod", namespace: pod.namespace, name: pod.name, uid: uid,
          fieldPath: container.map { "spec.\(list){\($0.name)}" } ?? ""),
        isWarning: warning, reason: reason, message: message))
  }

  /// Tells of a container that begins to wait.
  func noteBackOff(from old: Value, to new: Value) {
    for spec in pod.all {
      let reason = ContainerStatusBuilder.find(spec.name, in: new)?.at("state", "waiting", "reason")?.string
      guard reason != ContainerStatusBuilder.find(spec.name, in: old)?.at("state", "waiting", "reason")?.string else {
        continue
      }
      if reason == "CrashLoopBackOff" {
        event(
          "BackOff", "Back-off restarting failed container \(spec.name) in pod \(pod.title)", warning: true,
          container: spec)
      } else if reason == "ImagePullBackOff" {
        event("BackOff", "Back-off pulling image \"\(spec.image)\"", container: spec)
      }
    }
  }

  var facts: PodFacts {
    let addresses =
      pod.usesHostNetwork ? [services.node.address] : memory.sandbox.flatMap { memory.addresses[$0] } ?? []
    return PodFacts(
      hostIP: services.node.address, podIPs: addresses, allocatable: services.node.allocatable)
  }

  func prepareVolumes(isRefresh: Bool) async {
    do {
      let inputs = try await services.inputs(
        PodInputs.References(volumes: pod.spec), namespace: pod.namespace, services: false)
      try VolumeMounter(pod: pod, paths: services.paths, inputs: inputs, facts: facts).prepare()
      memory.volumes = .ready
    } catch {
      // What a running pod has stays as it is while the new content cannot be had.
      if isRefresh { return }
      let message = "MountVolume.SetUp failed: \(error)"
      memory.volumes = .failed(message: message, retryAt: services.clock.now.advanced(by: 1))
      event("FailedMount", message, warning: true)
    }
  }
}

/// Sandboxes.
extension PodWorker {
  private func createSandbox(attempt: UInt32, _ state: PodRuntimeState) async {
    let config = SandboxBuilder(pod: pod, node: services.node, paths: services.paths).config(attempt: attempt)
    let runtime = services.runtime
    let handler = services.node.runtimeHandler
    do {
      for old in state.sandboxes { try await runtime.stopSandbox(old.id) }
      try Files.makeFolder(config.logDirectory)
      let id = try await services.gate.run { () async throws(RuntimeError) in
        try await runtime.runSandbox(config, handler: handler)
      }
      let addresses = try await runtime.sandboxAddresses(id)
      memory.sandbox = id
      memory.addresses[id] = addresses
      try ManagedFiles(pod: pod, node: services.node, paths: services.paths).writeHosts(
        addresses: pod.usesHostNetwork ? [services.node.address] : addresses)
      memory.sandboxFailure = nil
    } catch {
      noteSandboxFailure("FailedCreatePodSandBox", "Failed to create pod sandbox: \(error)")
    }
  }

  private func sandboxStep(
    _ reason: String, _ what: String, _ step: @Sendable (any ContainerRuntime) async throws(RuntimeError) -> Void
  ) async {
    let runtime = services.runtime
    do throws(RuntimeError) {
      try await services.gate.run { () async throws(RuntimeError) in try await step(runtime) }
      memory.sandboxFailure = nil
    } catch {
      if error.isNotFound { return }
      noteSandboxFailure(reason, "\(what): \(error)")
    }
  }

  private func noteSandboxFailure(_ reason: String, _ message: String) {
    let count = (memory.sandboxFailure?.count ?? 0) + 1
    let delay = PodMemory.StartFailure.delay(count, maximum: 15)
    memory.sandboxFailure = PodMemory.StartFailure(
      reason: reason, message: message, retryAt: services.clock.now.advanced(by: delay), count: count)
    event(reason, message, warning: true)
  }

  private func removeContainer(_ id: String, _ state: PodRuntimeState) async {
    try? await services.runtime.removeContainer(id)
    if let container = state.containers.first(where: { $0.id == id }), container.phase == .exited,
      !container.logPath.isEmpty
    {
      Files.remove(container.logPath)
    }
    messages[id] = nil
  }

  /// Removes what is left of the pod on this machine, then its object.
  private func finish() async {
    for prober in probers.values { prober.cancel() }
    probers = [:]
    let paths = services.paths
    for name in Files.names(paths.volumes(uid)) { Files.unmount(paths.volume(uid, name)) }
    Files.remove(paths.pod(uid))
    Files.remove(paths.podLogs(pod))
    services.cgroups.remove(services.node.podCgroup(uid))
    if memory.isOrphan {
      isFinished = true
      return
    }
    await writer.flush()
    do throws(ClientError) {
      try await services.client.delete(
        services.types.pod, namespace: pod.namespace, name: pod.name, preconditionUID: uid, gracePeriod: 0)
      isFinished = true
    } catch {
      // Gone already, or another pod has the name by now.
      if error.isNotFound || error.isConflict {
        isFinished = true
      } else {
        await services.clock.wait(0.5)
      }
    }
  }
}
