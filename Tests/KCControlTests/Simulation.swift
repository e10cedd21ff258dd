import KCClient
import KCData
import KCKube
import Synchronization

@testable import KCControl

/// Controllers over a fake API, one key after the other, until nothing is left to do.
final class Simulation {
  let time = ManualTime()
  let cache = ClusterCache()
  let api: FakeAPI
  let client: APIClient
  private let executor: ActionExecutor
  private let reconcilers: [any Reconciler]
  private let queues: [Mutexed]
  /// Failures that were no conflicts.
  var failures: [String] = []
  /// Whether pods are bound to `n1` as soon as they are there.
  var binds = false
  /// The names of pods that were bound: as when this was recorded, each name is bound once.
  private var bound: Set<String> = []

  final class Mutexed: Sendable { let queue = Mutex(WorkQueue<ObjectKey>()) }

  init(_ reconcilers: [any Reconciler]) {
    self.reconcilers = reconcilers
    api = FakeAPI(cache: cache, time: time)
    client = APIClient(transport: api, fieldManager: "test")
    executor = ActionExecutor(
      client: client, cache: cache, events: EventRecorder(client: client, source: "test", time: time))
    queues = reconcilers.map { _ in Mutexed() }
    for (reconciler, holder) in zip(reconcilers, queues) {
      cache.observe(reconciler.kinds) { key, old, new in
        let keys = [old, new].compactMap { $0 }.flatMap { reconciler.keys(for: $0, key) }
        holder.queue.withLock { queue in for key in keys { queue.add(key) } }
      }
    }
  }

  /// Works until every queue is empty. Bounded, so that a loop fails the test instead of hanging it.
  func settle() async {
    for _ in 0..<5000 {
      var worked = false
      for (reconciler, holder) in zip(reconcilers, queues) where !worked {
        worked = await step(reconciler, holder)
      }
      if !worked && binds { worked = bindOne() }
      if !worked { return }
    }
    failures.append("did not settle")
  }

  private func step(_ reconciler: any Reconciler, _ holder: Mutexed) async -> Bool {
    guard let key = holder.queue.withLock({ $0.next(now: time.uptime) }) else { return false }
    let outcome = reconciler.reconcile(key, in: cache, now: time.now)
    do {
      try await executor.run(outcome.steps)
      holder.queue.withLock { queue in
        queue.forget(key)
        for other in outcome.alsoLookAt { queue.add(other) }
        if let delay = outcome.requeueAfter { queue.add(key, at: time.uptime + delay) }
      }
    } catch {
      if !error.isConflict && !error.isAlreadyExists && !error.isNotFound { failures.append("\(key): \(error)") }
      holder.queue.withLock { $0.add(key, at: time.uptime) }
    }
    holder.queue.withLock { $0.done(key) }
    return true
  }

  private func bindOne() -> Bool {
    let unbound = api.state.withLock { state in
      state.objects.first {
        $0.key.kind == .pod && $0.value.nodeName == nil && !$0.value.isFinishedPod && !bound.contains($0.key.name)
      }
    }
    guard let (key, pod) = unbound else { return false }
    bound.insert(key.name)
    var placed = pod
    placed.set(.string(DaemonPods.node(of: pod) ?? "n1"), at: "spec", "nodeName")
    api.put(key, placed)
    return true
  }

  /// Lets time go by in small steps, working at each.
  func wait(_ seconds: Double) async {
    var left = seconds
    while left > 0 {
      time.advance(by: min(0.5, left))
      left -= 0.5
      await settle()
    }
  }

  func create(_ object: Value, namespace: String? = "ns") -> Bool {
    guard let type = ResourceTypes.builtin.find((object.apiVersion, object.kind)) else { return false }
    return api.create(object, type, namespace).status < 300
  }
}
