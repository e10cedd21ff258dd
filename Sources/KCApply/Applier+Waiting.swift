internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

extension Applier {
  /// How long a failure must stand before it counts: a pod that fits nowhere may fit when an old one has gone.
  static let failureGrace = Duration.seconds(3)
  /// How often the events of what does not become healthy are read.
  static let eventPause = Duration.seconds(2)

  /// Waits until what a step made is healthy, or certainly will not be.
  func waitUntilHealthy(_ step: Step, _ made: Value?) async throws(ApplyFailure) {
    guard Health.isAwaited(step.key.kind, apiVersion: step.key.apiVersion) else {
      report(.healthy(step))
      return
    }
    let clock = ContinuousClock()
    var wait = Wait(started: clock.now, deadline: clock.now + options.timeout)
    for await _ in watch.follows(step.key.kind) ? watch.ticks() : Self.polls() {
      if Task.isCancelled { throw .cancelled }
      if let object = try await present(step, made) {
        let pods = watch.pods(of: object)
        switch try await judge(object, pods, &wait) {
        case .healthy:
          report(.healthy(step))
          return
        case .progressing(let state):
          wait.failingSince = nil
          tell(step, state, pods, &wait)
        case .failed(let cause, let pod):
          wait.failingSince = wait.failingSince ?? clock.now
          if let since = wait.failingSince, clock.now - since >= Self.failureGrace {
            throw .unhealthy(step: step, cause: cause, logs: await lastLines(pod, step.key.namespace))
          }
          tell(step, cause, pods, &wait)
        }
      }
      if clock.now > wait.deadline { break }
    }
    if Task.isCancelled { throw .cancelled }
    throw .timedOut(step: step, state: wait.told)
  }

  /// What a wait knows from one look to the next.
  private struct Wait {
    var started: ContinuousClock.Instant
    var deadline: ContinuousClock.Instant
    var failingSince: ContinuousClock.Instant?
    var told = ""
    var toldPods: [StatusReport.Pod] = []
    var nextEvents: ContinuousClock.Instant?
    var warning: Warning?
    var givesAddresses: Bool?
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
  private func judge(_ object: Value, _ pods: [Value], _ wait: inout Wait) async throws(ApplyFailure) -> Health {
    var health = Health.of(object, pods: pods)
    guard case .progressing(let state) = health else { return health }
    if object.kind == "PersistentVolumeClaim", await waitsForConsumer(object) { return .healthy }
    if ["Service", "Ingress"].contains(object.kind) {
      let gives = if let known = wait.givesAddresses { known } else { await givesAddresses(object.kind ?? "") }
      wait.givesAddresses = gives
      if !gives { return .healthy }
    }
    let now = ContinuousClock.now
    if now >= wait.nextEvents ?? (wait.started + Self.eventPause) {
      wait.nextEvents = now + Self.eventPause
      wait.warning = await warnings(of: [object] + pods.filter { !$0.isReady }).first
    }
    if let warning = wait.warning {
      health =
        warning.isFinal ? .failed(cause: warning.text, pod: nil) : .progressing("\(state): \(warning.text)")
    }
    return health
  }

  /// Whether a claim is bound only when a pod uses it.
  private func waitsForConsumer(_ claim: Value) async -> Bool {
    guard let name = claim.at("spec", "storageClassName")?.string,
      let type = client.types.find(apiVersion: "storage.k8s.io/v1", kind: "StorageClass"),
      let found = try? await client.find(type, namespace: nil, name: name)
    else { return false }
    return found["volumeBindingMode"]?.string == "WaitForFirstConsumer"
  }

  /// Whether something on the target gives addresses to objects of a kind: without an ingress controller or a load
  /// balancer they will never have one, which is no failure of what was applied.
  private func givesAddresses(_ kind: String) async -> Bool {
    func items(_ apiVersion: String, _ kind: String) async -> [Value] {
      guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
      return (try? await client.list(type, limit: 500).items) ?? []
    }
    if kind == "Ingress" { return await !items("networking.k8s.io/v1", "IngressClass").isEmpty }
    let isCloud = await items("v1", "Node").contains { node in
      let provider = node.at("spec", "providerID")?.string ?? ""
      return !provider.isEmpty && !provider.hasPrefix("kind://")
    }
    if isCloud { return true }
    return await items("v1", "Service").contains { !($0.at("status", "loadBalancer", "ingress")?.array ?? []).isEmpty }
  }

  /// Moments to look again at what no watch follows.
  private static func polls() -> AsyncStream<Void> {
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
