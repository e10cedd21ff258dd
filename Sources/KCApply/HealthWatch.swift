internal import KCClient
internal import KCData
internal import KCKube
internal import Synchronization

/// Follows workloads and their pods on the target, so that health is known as soon as it changes.
final class HealthWatch: Sendable {
  private let informers: [String: Informer]
  /// Who wants to know of changes.
  private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
  private let nextListener = Atomic<Int>(0)

  /// The kinds whose health depends on more than themselves, and what it depends on.
  private static let kinds = [
    ("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"), ("v1", "Pod"),
  ]

  init(client: APIClient) {
    var informers: [String: Informer] = [:]
    for (apiVersion, kind) in Self.kinds {
      guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { continue }
      informers[kind] = Informer(client: client, type: type)
    }
    self.informers = informers
    for informer in informers.values {
      informer.addHandler { [weak self] _ in self?.tell() }
    }
  }

  /// Follows until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for informer in informers.values { group.addTask { await informer.run() } }
    }
    for listener in listeners.withLock({ $0.values }) { listener.finish() }
  }

  private func tell() {
    for listener in listeners.withLock({ $0.values }) { listener.yield() }
  }

  /// Waits until what is there is known.
  ///
  /// - Returns: whether it is; not where the target did not answer for so long, or the task was cancelled.
  func waitUntilSynced(within limit: Duration) async -> Bool {
    let end = ContinuousClock.now + limit
    while !informers.values.allSatisfy(\.hasSynced) {
      if Task.isCancelled || ContinuousClock.now > end { return false }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  /// Something changed, or a second passed: the moments to look again. The first is now.
  func ticks() -> AsyncStream<Void> {
    let id = nextListener.wrappingAdd(1, ordering: .relaxed).newValue
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let clock = Task {
      while !Task.isCancelled {
        continuation.yield()
        try? await Task.sleep(for: .seconds(1))
      }
    }
    continuation.onTermination = { [weak self] _ in
      clock.cancel()
      self?.listeners.withLock { $0[id] = nil }
    }
    listeners.withLock { $0[id] = continuation }
    return stream
  }

  func object(kind: String, namespace: String, name: String) -> Value? {
    informers[kind]?.get(namespace: namespace, name: name)
  }

  func follows(_ kind: String) -> Bool { informers[kind] != nil }

  /// The pods of a workload; of a deployment, those of the replica set for its present template.
  func pods(of object: Value) -> [Value] {
    guard let uid = object.uid, let namespace = object.namespace else { return [] }
    var owners: Set<String> = [uid]
    if object.kind == "Deployment" {
      let sets = (informers["ReplicaSet"]?.list(namespace: namespace) ?? [])
        .filter { $0.controllerOwner?["uid"]?.string == uid }
      let newest = sets.max { Self.revision($0) < Self.revision($1) }
      owners = newest?.uid.map { [$0] } ?? []
    }
    return (informers["Pod"]?.list(namespace: namespace) ?? [])
      .filter { $0.controllerOwner?["uid"]?.string.map(owners.contains) ?? false }
  }

  /// The pods that any object with one of these identities stands for, directly or through replica sets.
  func remaining(owner uid: String, namespace: String) -> Int {
    let sets = (informers["ReplicaSet"]?.list(namespace: namespace) ?? [])
      .filter { $0.controllerOwner?["uid"]?.string == uid }
    let owners = Set(sets.compactMap(\.uid)).union([uid])
    return (informers["Pod"]?.list(namespace: namespace) ?? [])
      .count { $0.controllerOwner?["uid"]?.string.map(owners.contains) ?? false }
  }

  private static func revision(_ set: Value) -> Int64 {
    set.annotations["deployment.kubernetes.io/revision"].flatMap { Int64($0) } ?? 0
  }
}
