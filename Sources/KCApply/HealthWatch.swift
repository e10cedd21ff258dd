internal import KCClient
internal import KCData
internal import KCKube
internal import Synchronization

/// Follows workloads and their pods on the target, so that health is known as soon as it changes.
final class HealthWatch: Sendable {
  private let informers: [String: Informer]
  private let client: APIClient
  private let state = Mutex(State())

  private struct State {
    var index = OwnerIndex()
    /// Who wants to know of changes of a workload, by its identity.
    var listeners: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
    var nextListener = 0
    var hasEnded = false
    /// What pods said of their containers before the apply, by their identities.
    var before: [String: Value] = [:]
    /// What is followed; nil for all.
    var kinds: Set<String>?
    /// Where, for who may not look at all namespaces.
    var namespaces: [String] = []
    /// Those that follow a kind in one namespace each.
    var parts: [String: [Informer]] = [:]
  }

  /// The kinds whose health depends on more than themselves, and what it depends on.
  private static let kinds = [
    ("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"), ("v1", "Pod"),
  ]

  init(client: APIClient) {
    var informers: [String: Informer] = [:]
    for (apiVersion, kind) in Self.kinds {
      guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { continue }
      informers[kind] = Informer(client: client, type: type, endsWhenRefused: true)
    }
    self.informers = informers
    self.client = client
    for (kind, informer) in informers { informer.addHandler { [weak self] in self?.take($0, kind) } }
  }

  /// - Parameter namespaces: where to look, for who may not look everywhere.
  func fallBack(on namespaces: Set<String>) {
    state.withLock { $0.namespaces = namespaces.subtracting([""]).sorted() }
  }

  /// Leaves alone what has nothing to do with workloads of some kinds: each kind that is followed takes a connection.
  func limit(to kinds: Set<String>) {
    // A deployment has its pods through replica sets.
    let others: Set = kinds.contains("Deployment") ? ["Pod", "ReplicaSet"] : ["Pod"]
    state.withLock { $0.kinds = kinds.union(others) }
  }

  private var followed: [(kind: String, informer: Informer)] {
    let kinds = state.withLock { $0.kinds }
    return informers.filter { kinds?.contains($0.key) ?? true }.map { ($0.key, $0.value) }
  }

  private func parts(_ kind: String) -> [Informer] { state.withLock { $0.parts[kind] ?? [] } }

  /// Follows a kind everywhere, or where that is not allowed, in the namespaces that count.
  private func run(_ kind: String, _ informer: Informer) async {
    await informer.run()
    guard informer.refusal != nil, !Task.isCancelled else { return }
    let parts = state.withLock(\.namespaces).map {
      Informer(client: client, type: informer.type, namespace: $0, endsWhenRefused: true)
    }
    for part in parts { part.addHandler { [weak self] in self?.take($0, kind) } }
    state.withLock { $0.parts[kind] = parts }
    await withTaskGroup(of: Void.self) { group in
      for part in parts { group.addTask { await part.run() } }
    }
  }

  /// Follows until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      for (kind, informer) in followed { group.addTask { await self.run(kind, informer) } }
    }
    let listeners = state.withLock { state in
      state.hasEnded = true
      return state.listeners.values.flatMap(\.values)
    }
    for listener in listeners { listener.finish() }
  }

  private func take(_ change: Informer.Change, _ kind: String) {
    let listeners = state.withLock { state in
      let isGone = if case .deleted = change { true } else { false }
      guard let root = state.index.take(change.object, kind: kind, isGone: isGone) else {
        return [AsyncStream<Void>.Continuation]()
      }
      return state.listeners[root].map { Array($0.values) } ?? []
    }
    for listener in listeners { listener.yield() }
  }

  /// Waits until what is there is known.
  ///
  /// - Returns: whether it is; not where the target did not answer for so long, or the task was cancelled.
  /// - Throws: where that may not be known.
  func waitUntilSynced(within limit: Duration) async throws(ClientError) -> Bool {
    for (kind, informer) in followed {
      guard await informer.waitUntilSynced(within: limit) else { return false }
      guard let refusal = informer.refusal else { continue }
      // They are made a moment after the refusal.
      let clock = ContinuousClock()
      let end = clock.now + limit
      while parts(kind).isEmpty, !state.withLock(\.namespaces.isEmpty), clock.now < end, !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(2))
      }
      let parts = parts(kind)
      if parts.isEmpty { throw .status(refusal) }
      for part in parts {
        guard await part.waitUntilSynced(within: limit) else { return false }
        if let refusal = part.refusal { throw .status(refusal) }
      }
    }
    return !Task.isCancelled
  }

  /// Remembers how pods stand, before anything is changed.
  func remember() {
    let pods = (informers["Pod"]?.list() ?? []) + parts("Pod").flatMap { $0.list() }
    let before = Dictionary(
      pods.compactMap { pod in pod.uid.map { ($0, PodFailure.mark(pod)) } }, uniquingKeysWith: { first, _ in first })
    state.withLock { $0.before = before }
  }

  /// Whether nothing has happened to the containers of a pod since.
  func isAsBefore(_ pod: Value) -> Bool {
    guard let uid = pod.uid, let before = state.withLock({ $0.before[uid] }) else { return false }
    return before == PodFailure.mark(pod)
  }

  /// Something of a workload changed, or a second passed: the moments to look again. The first is now.
  ///
  /// - Parameter uid: the workload's identity.
  func ticks(for uid: String) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let clock = Task {
      while !Task.isCancelled {
        continuation.yield()
        try? await Task.sleep(for: .seconds(1))
      }
    }
    let id = state.withLock { state in
      state.nextListener += 1
      if !state.hasEnded { state.listeners[uid, default: [:]][state.nextListener] = continuation }
      return state.hasEnded ? nil : state.nextListener
    }
    guard let id else {
      clock.cancel()
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in
      clock.cancel()
      self?.state.withLock { state in
        state.listeners[uid]?[id] = nil
        if state.listeners[uid]?.isEmpty == true { state.listeners[uid] = nil }
      }
    }
    return stream
  }

  /// Since when and why the target cannot be reached; nil where it can.
  var trouble: Informer.Trouble? {
    let parts = state.withLock { $0.parts.values.flatMap(\.self) }
    return (informers.values + parts).compactMap(\.trouble).min { $0.since < $1.since }
  }

  func object(kind: String, namespace: String, name: String) -> Value? {
    if let found = informers[kind]?.get(namespace: namespace, name: name) { return found }
    for part in parts(kind) {
      if let found = part.get(namespace: namespace, name: name) { return found }
    }
    return nil
  }

  func follows(_ kind: String) -> Bool { informers[kind] != nil }

  /// The pods of a workload; of a deployment, those of the replica set for its present template.
  func pods(of object: Value) -> [Value] {
    guard let uid = object.uid else { return [] }
    return state.withLock { $0.index.pods(of: uid, onlyNewest: object.kind == "Deployment") }
  }

  /// How many pods an object with this identity stands for, directly or through replica sets.
  func remaining(owner uid: String) -> Int { state.withLock { $0.index.pods(of: uid, onlyNewest: false).count } }
}
