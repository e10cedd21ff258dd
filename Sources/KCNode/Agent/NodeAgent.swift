public import KCClient
internal import KCData
internal import KCKube
public import Logging
internal import Synchronization

/// The agent of one logical node: runs the pods that are bound to it, and tells the API how they and the node are.
///
/// An agent holds nothing that cannot be found again: one that is started anew adopts the containers that run, stops
/// those whose pod is gone, and removes what is left of them.
public final class NodeAgent: Sendable {
  public let configuration: NodeConfiguration
  private let services: AgentServices
  private let pods: Informer
  private let state = Mutex(State())

  private struct State {
    var workers: [String: (worker: PodWorker, task: Task<Void, Never>)] = [:]
    /// What the runtime had of each pod when it was last looked at.
    var signatures: [String: Set<String>] = [:]
    /// Whether the runtime has been looked at.
    var hasLooked = false
    /// Why the runtime does not work; nil while it does.
    var runtimeProblem: (message: String, since: Timestamp)?
  }

  /// - Parameters:
  ///   - client: of the API that the node is to be part of.
  ///   - runtime: may be shared by several agents: each sees only what carries its node's label.
  ///   - probes: how probes reach containers.
  ///   - clock: what tells the time.
  /// - Throws: where the API does not serve the kinds that an agent needs.
  public init(
    configuration: NodeConfiguration, client: APIClient, runtime: any ContainerRuntime,
    probes: any ProbeIO = SocketProbeIO(), clock: any NodeClock = SystemNodeClock(), logger: Logger
  ) throws(ClientError) {
    guard let types = AgentTypes(client.types) else {
      throw .badAnswer("it does not serve pods, nodes, leases, config maps, secrets and services")
    }
    self.configuration = configuration
    services = AgentServices(
      node: configuration, client: client, types: types, runtime: runtime, images: ImageManager(runtime: runtime),
      events: EventRecorder(client: client, component: "kubelet", host: configuration.name, clock: clock),
      probes: probes, clock: clock, log: logger, gate: Gate(6), cgroups: Cgroups())
    pods = Informer(client: client, type: types.pod, fieldSelector: "spec.nodeName=\(configuration.name)")
  }

  /// Works until the task is cancelled. Containers go on running then.
  public func run() async {
    services.cgroups.limit(
      configuration.cgroup, milliCPU: configuration.allocatable["cpu"]?.milliValue,
      memory: configuration.allocatable["memory"]?.value)
    pods.addHandler { [weak self] change in self?.changed(change) }
    let registration = NodeRegistration(services: services, problem: { [weak self] in self?.runtimeProblem })
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.services.events.run() }
      group.addTask { await self.pods.run() }
      group.addTask { await registration.run() }
      group.addTask { await self.watchRuntime() }
    }
    let workers = state.withLock { state in
      defer { state.workers = [:] }
      return state.workers.values.map(\.task)
    }
    for task in workers { task.cancel() }
    for task in workers { await task.value }
  }

  /// Kills everything that runs on the node, as when its power fails; the API is told nothing. Logs stay.
  ///
  /// - Requires: `run` has ended.
  public func powerOff() async throws(RuntimeError) {
    let labels = [PodLabels.node: configuration.name]
    // A sandbox that was just being made when `run` ended may only now appear.
    for _ in 0..<10 {
      let sandboxes = try await services.runtime.sandboxes(labels: labels)
      if sandboxes.isEmpty { break }
      let failures = await withTaskGroup(of: RuntimeError?.self, returning: [RuntimeError].self) { group in
        for sandbox in sandboxes { group.addTask { await self.kill(sandbox) } }
        return await group.reduce(into: []) { if let failure = $1 { $0.append(failure) } }
      }
      if let failure = failures.first { throw failure }
    }
    for uid in Files.names("\(services.paths.state)/pods") { removeFolder(uid) }
    for uid in services.cgroups.children(configuration.cgroup) {
      services.cgroups.remove("\(configuration.cgroup)/\(uid)")
    }
    services.cgroups.remove(configuration.cgroup)
  }

  private func kill(_ sandbox: Sandbox) async -> RuntimeError? {
    let runtime = services.runtime
    do throws(RuntimeError) {
      try await services.gate.run { () async throws(RuntimeError) in try await runtime.removeSandbox(sandbox.id) }
      return nil
    } catch {
      return error.isNotFound ? nil : error
    }
  }

  /// Removes the volumes and managed files of a pod.
  private func removeFolder(_ uid: String) {
    let paths = services.paths
    for name in Files.names(paths.volumes(uid)) { Files.unmount(paths.volume(uid, name)) }
    Files.remove(paths.pod(uid))
  }

  /// Why the node is not ready; nil while it is, also through a short silence of the runtime.
  private var runtimeProblem: String? {
    let now = services.clock.now
    return state.withLock { state in
      guard let problem = state.runtimeProblem,
        state.hasLooked == false
          || now.seconds(since: problem.since) >= configuration.timing.runtimeGrace
      else { return nil }
      return problem.message
    }
  }
}

/// Pods and their workers.
extension NodeAgent {
  private func changed(_ change: Informer.Change) {
    switch change {
    case .added(let pod): observe(pod)
    case .updated(let old, let new):
      // Another pod of the same name, after a deletion that nobody told of.
      if old.uid != new.uid { forget(old) }
      observe(new)
    case .deleted(let pod): forget(pod)
    }
  }

  private func observe(_ pod: Value) {
    guard let uid = pod.uid else { return }
    if let known = state.withLock({ $0.workers[uid]?.worker }) {
      known.observe(pod)
    } else {
      start(pod, uid: uid, isOrphan: false)
    }
  }

  private func forget(_ pod: Value) {
    guard let uid = pod.uid else { return }
    state.withLock { $0.workers[uid]?.worker }?.observeDeletion()
  }

  private func start(_ pod: Value, uid: String, isOrphan: Bool) {
    let worker = PodWorker(services: services, object: pod, isOrphan: isOrphan)
    state.withLock { state in
      let task = Task { [weak self] in
        await worker.run()
        self?.ended(worker)
      }
      state.workers[uid] = (worker, task)
    }
  }

  private func ended(_ worker: PodWorker) {
    state.withLock { state in
      if state.workers[worker.uid]?.worker === worker { state.workers[worker.uid] = nil }
      state.signatures[worker.uid] = nil
    }
  }
}

/// What happens in the runtime by itself.
extension NodeAgent {
  private func watchRuntime() async {
    await pods.waitUntilSynced()
    let rotation = LogRotation(
      runtime: services.runtime, root: configuration.logDirectory, limit: configuration.logLimit, kept: 4)
    var rotateAt = services.clock.now
    while !Task.isCancelled {
      do throws(RuntimeError) {
        let containers = try await relist()
        setProblem(nil)
        if services.clock.now >= rotateAt {
          await rotation.rotate(containers, now: services.clock.now)
          rotateAt = services.clock.now.advanced(by: configuration.timing.logCheck)
        }
      } catch {
        setProblem("\(error)")
      }
      await services.clock.wait(configuration.timing.relist)
    }
  }

  private func setProblem(_ problem: String?) {
    let now = services.clock.now
    let isNew = state.withLock { state in
      defer { state.runtimeProblem = problem.map { ($0, state.runtimeProblem?.since ?? now) } }
      return problem != nil && state.runtimeProblem == nil
    }
    if isNew, !Task.isCancelled { services.log.warning("\(configuration.name): \(problem ?? "")") }
  }

  /// Looks at all that runs on the node, and wakes the workers of pods for which something changed.
  ///
  /// - Returns: the containers.
  private func relist() async throws(RuntimeError) -> [ContainerSummary] {
    let labels = [PodLabels.node: configuration.name]
    let sandboxes = try await services.runtime.sandboxes(labels: labels)
    let containers = try await services.runtime.containers(labels: labels)
    var signatures: [String: Set<String>] = [:]
    for sandbox in sandboxes { signatures[sandbox.podUID, default: []].insert("\(sandbox.id) \(sandbox.isReady)") }
    for container in containers {
      guard let uid = container.labels[PodLabels.podUID] else { continue }
      signatures[uid, default: []].insert("\(container.id) \(container.phase)")
    }
    let current = signatures
    let (changed, unknown, isFirst) = state.withLock { state in
      defer { state.hasLooked = true }
      let uids = Set(current.keys).union(state.signatures.keys)
      let changed = uids.filter { current[$0] != state.signatures[$0] }
      state.signatures = current
      return (
        changed.compactMap { state.workers[$0]?.worker }, current.keys.filter { state.workers[$0] == nil },
        !state.hasLooked
      )
    }
    for worker in changed { worker.signal.wake() }
    if isFirst { sweepFolders() }
    for uid in unknown {
      let labels =
        sandboxes.first { $0.podUID == uid }?.labels ?? containers.first { $0.labels[PodLabels.podUID] == uid }?.labels
      start(Self.remembered(uid, labels ?? [:], sandboxes), uid: uid, isOrphan: true)
    }
    return containers
  }

  /// What the runtime tells of a pod that the API does not know.
  private static func remembered(_ uid: String, _ labels: [String: String], _ sandboxes: [Sandbox]) -> Value {
    let grace = sandboxes.first { $0.podUID == uid }?.annotations[PodLabels.gracePeriod].flatMap { Int($0) } ?? 30
    return [
      "metadata": [
        "uid": .string(uid), "name": .string(labels[PodLabels.podName] ?? ""),
        "namespace": .string(labels[PodLabels.podNamespace] ?? ""),
      ], "spec": ["terminationGracePeriodSeconds": Value(grace)],
    ]
  }

  /// Removes volumes and control groups of pods that neither the API nor the runtime knows: left by a crash.
  private func sweepFolders() {
    let known = Set(pods.list().compactMap(\.uid))
    let running = state.withLock { Set($0.signatures.keys) }
    for uid in Files.names("\(services.paths.state)/pods") where !known.contains(uid) && !running.contains(uid) {
      removeFolder(uid)
    }
    for group in services.cgroups.children(configuration.cgroup) {
      // Groups that still hold processes stay: the system refuses to remove them.
      if group.hasPrefix("pod-"), !known.contains(String(group.dropFirst(4))) {
        services.cgroups.remove("\(configuration.cgroup)/\(group)")
      }
    }
  }
}
