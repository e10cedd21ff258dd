internal import KCClient
internal import KCData

/// Images and the start of containers.
extension PodWorker {
  func checkImage(_ spec: ContainerSpec) async {
    let now = services.clock.now
    do throws(RuntimeError) {
      let found = try await services.images.find(spec.image)
      if let found, spec.pullPolicy != .always {
        memory.images[spec.name] = .present(found.id)
        event("Pulled", "Container image \"\(spec.image)\" already present on machine", container: spec)
        return
      }
      if spec.pullPolicy == .never {
        let message = "Container image \"\(spec.image)\" is not present with pull policy of Never"
        memory.images[spec.name] = .failed(
          reason: "ErrImageNeverPull", message: message, at: now, retryAt: now.advanced(by: 10))
        return event("ErrImageNeverPull", message, warning: true, container: spec)
      }
    } catch {
      memory.images[spec.name] = .failed(
        reason: "ImageInspectError", message: "\(error)", at: now, retryAt: now.advanced(by: 2))
      return
    }
    memory.images[spec.name] = .pulling
    if pod.spec["imagePullSecrets"]?.array?.isEmpty == false {
      event(
        "FailedToRetrieveImagePullSecret", "Image pull secrets are not supported by this node: it pulls without them",
        warning: true)
    }
    event("Pulling", "Pulling image \"\(spec.image)\"", container: spec)
    Task { [services, signal] in
      var outcome: Result<String, RuntimeError>
      do throws(RuntimeError) {
        outcome = .success(try await services.images.pull(spec.image))
      } catch {
        outcome = .failure(error)
      }
      self.pulled(spec, outcome, began: now)
      signal.wake()
    }
  }

  private func pulled(_ spec: ContainerSpec, _ outcome: Result<String, RuntimeError>, began: Timestamp) {
    let now = services.clock.now
    switch outcome {
    case .success(let image):
      memory.images[spec.name] = .present(image)
      memory.pulls.reset(spec.image)
      let took = ContainerStatusBuilder.duration(now.seconds(since: began))
      event("Pulled", "Successfully pulled image \"\(spec.image)\" in \(took)", container: spec)
    case .failure(let error):
      let message = "Failed to pull image \"\(spec.image)\": \(error)"
      memory.pulls.advance(spec.image, now: now)
      memory.images[spec.name] = .failed(
        reason: "ErrImagePull", message: message, at: now,
        retryAt: now.advanced(by: memory.pulls.delay(spec.image)))
      event("Failed", message, warning: true, container: spec)
    }
  }

  /// Why a start failed, with the name that a container's status has for it.
  private struct Failure: Error {
    var reason: String
    var message: String
  }

  func start(_ spec: ContainerSpec, attempt: UInt32, image: String, _ state: PodRuntimeState) async {
    guard let sandbox = state.sandbox else { return }
    if state.latest(spec.name)?.phase == .exited {
      memory.restarts.advance(spec.backOffKey, now: services.clock.now)
    }
    memory.images[spec.name] = nil
    do throws(Failure) {
      let config = try await configuration(spec, attempt: attempt, image: image)
      let sandboxConfig = SandboxBuilder(pod: pod, node: services.node, paths: services.paths).config(
        attempt: sandbox.attempt)
      let id = try await step("CreateContainerError") { runtime throws(RuntimeError) in
        try await runtime.createContainer(config, sandbox: sandbox.id, sandboxConfig: sandboxConfig)
      }
      event("Created", "Container created", container: spec)
      try await step("RunContainerError") { runtime throws(RuntimeError) in try await runtime.startContainer(id) }
      event("Started", "Container started", container: spec)
      memory.startFailures[spec.name] = nil
      forgetFiles(of: spec, before: attempt)
      postStart(spec, id)
    } catch {
      let count = (memory.startFailures[spec.name]?.count ?? 0) + 1
      let delay = PodMemory.StartFailure.delay(count, maximum: 10)
      memory.startFailures[spec.name] = PodMemory.StartFailure(
        reason: error.reason, message: error.message, retryAt: services.clock.now.advanced(by: delay), count: count)
      event("Failed", "Error: \(error.message)", warning: true, container: spec)
    }
  }

  /// Removes logs and messages of containers before the one before the present one: nobody can ask for them any more.
  private func forgetFiles(of spec: ContainerSpec, before attempt: UInt32) {
    let paths = services.paths
    for folder in ["\(paths.podLogs(pod))/\(spec.name)", "\(paths.pod(uid))/containers/\(spec.name)"] {
      for name in Files.names(folder) {
        guard let number = name.split(separator: ".").first.flatMap({ UInt32($0) }) else { continue }
        if number < attempt && number != attempt - 1 { Files.remove("\(folder)/\(name)") }
      }
    }
  }

  private func step<Result: Sendable>(
    _ reason: String, _ work: @Sendable (any ContainerRuntime) async throws(RuntimeError) -> Result
  ) async throws(Failure) -> Result {
    do throws(RuntimeError) {
      return try await work(services.runtime)
    } catch {
      throw Failure(reason: reason, message: "\(error)")
    }
  }

  private func configuration(_ spec: ContainerSpec, attempt: UInt32, image: String) async throws(Failure)
    -> ContainerConfig
  {
    do {
      var references = PodInputs.References(environment: spec.value)
      let volumes = PodInputs.References(volumes: pod.spec)
      references.configMaps.formUnion(volumes.configMaps)
      references.secrets.formUnion(volumes.secrets)
      references.claims = volumes.claims
      let inputs = try await services.inputs(references, namespace: pod.namespace, services: true)
      let environment = try EnvironmentBuilder.environment(spec, pod: pod, inputs: inputs, facts: facts)
      let values = Dictionary(environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
      let builder = ContainerBuilder(pod: pod, spec: spec, node: services.node, paths: services.paths)
      var mounts = try VolumeMounter(pod: pod, paths: services.paths, inputs: inputs, facts: facts).mounts(
        spec, values: values)
      mounts += try ManagedFiles(pod: pod, node: services.node, paths: services.paths).mounts(
        spec, attempt: attempt, messagePath: builder.terminationMessagePath, declared: mounts)
      try Files.makeFolder("\(services.paths.podLogs(pod))/\(spec.name)")
      let details = try await services.runtime.image(image) ?? ContainerImage(id: image)
      return try builder.config(attempt: attempt, image: details, environment: environment, mounts: mounts)
    } catch {
      throw Failure(reason: "CreateContainerConfigError", message: "\(error)")
    }
  }
}
