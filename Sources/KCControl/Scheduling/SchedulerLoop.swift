internal import KCClient
internal import KCData
internal import KCKube
internal import KCScheduler
internal import Logging
internal import Synchronization

/// Gives pods their nodes: decides with the scheduling library over a snapshot that follows the cluster, one pod after
/// the other, and binds them while the next is being decided.
final class SchedulerLoop: Sendable {
  static let kinds: [ObjectKind] = [
    .node, .pod, .namespace, .service, .replicaSet, .disruptionBudget, .persistentVolume, .persistentVolumeClaim,
  ]
  static let name = "default-scheduler"
  /// How many bindings are under way at most.
  static let bindings = 32

  struct State: Sendable {
    var snapshot = Snapshot()
    var queue = SchedulingQueue()
    /// Pods that were given a node which the API does not know yet, by identity.
    var assumed: Set<String> = []
    var binding = 0
    var timer: Double?
  }

  let client: APIClient
  let executor: ActionExecutor
  let cache: ClusterCache
  private let time: any TimeSource
  let log: Logger
  let state = Mutex(State())
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(client: APIClient, cache: ClusterCache, events: EventRecorder, time: any TimeSource, log: Logger) {
    self.client = client
    self.cache = cache
    self.time = time
    self.log = log
    executor = ActionExecutor(client: client, cache: cache, events: events)
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    cache.observe(Self.kinds) { [weak self] key, old, new in
      guard let self else { return }
      self.state.withLock { $0.take(key, old, new) }
      self.signal.yield()
    }
  }

  /// Works until the task is cancelled; bindings that are under way are finished then.
  func run() async {
    signal.yield()
    await withDiscardingTaskGroup { group in
      for await _ in signals {
        while let pod = nextPod() {
          let decision = decide(pod)
          if let node = decision.node {
            assume(pod, node)
            group.addTask { await self.bind(pod, node) }
          } else {
            await giveUp(pod, decision)
          }
        }
        if let due = newTimer() { group.addTask { await self.wait(until: due) } }
      }
      group.cancelAll()
    }
  }

  /// Decides over a copy, so that the cluster can change meanwhile; the copy is gone when the decision is acted on, and
  /// the original changes in place.
  private func decide(_ pod: Value) -> Decision {
    let snapshot = state.withLock { $0.snapshot }
    return Scheduler().schedule(pod, in: snapshot)
  }

  private func nextPod() -> Value? {
    state.withLock { $0.binding < Self.bindings ? $0.queue.next(now: time.uptime) : nil }
  }

  private func newTimer() -> Double? {
    state.withLock { state in
      guard let due = state.queue.nextDue, state.timer.map({ due < $0 }) ?? true else { return nil }
      state.timer = due
      return due
    }
  }

  private func wait(until due: Double) async {
    await time.sleep(seconds: max(0.001, due - time.uptime))
    state.withLock { if $0.timer == due { $0.timer = nil } }
    signal.yield()
  }

  // MARK: A node was found

  private func assume(_ pod: Value, _ node: String) {
    state.withLock { state in
      state.assumed.insert(pod.uid ?? "")
      state.snapshot.removePod(pod.namespacedName)
      state.snapshot.place(PodInfo(pod), on: node)
      state.queue.remove(uid: pod.uid ?? "")
      state.binding += 1
    }
  }

  private func bind(_ pod: Value, _ node: String) async {
    do {
      try await sendBinding(pod, node)
      await executor.events.record(
        EventNote(pod, "Scheduled", "Successfully assigned \(pod.namespacedName) to \(node)"))
    } catch {
      forget(pod, error)
    }
    state.withLock { $0.binding -= 1 }
    signal.yield()
  }

  private func sendBinding(_ pod: Value, _ node: String) async throws(ClientError) {
    guard let type = client.types.find(apiVersion: "v1", kind: "Pod") else { return }
    let name = pod.name ?? ""
    let body: Value = [
      "apiVersion": "v1", "kind": "Binding",
      "metadata": [
        "name": .string(name), "namespace": .string(pod.namespace ?? ""), "uid": .string(pod.uid ?? ""),
      ],
      "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
    ]
    _ = try await client.object(
      APIRequest(
        method: "POST", path: type.path(namespace: pod.namespace, name: name, subresource: "binding"),
        query: [("fieldManager", client.fieldManager)], contentType: "application/json", body: .value(body)))
  }

  /// Takes back what was assumed about a pod that could not be bound.
  private func forget(_ pod: Value, _ error: ClientError) {
    log.debug("scheduler: \(pod.namespacedName): \(error)")
    state.withLock { state in
      guard state.assumed.remove(pod.uid ?? "") != nil else { return }
      state.snapshot.removePod(pod.namespacedName)
      // Gone, or bound by someone else: the watch tells, if it has not already.
      if error.isNotFound || error.isConflict { return }
      state.snapshot.addPod(pod)
      state.queue.add(pod)
      _ = state.queue.next(now: time.uptime)
      state.queue.fail(uid: pod.uid ?? "", now: time.uptime, retries: true)
      state.queue.clusterChanged()
    }
  }

  // MARK: No node was found

  private func giveUp(_ pod: Value, _ decision: Decision) async {
    var pod = pod
    var actions: [[Action]] = []
    if !decision.isGated {
      actions.append([.note(EventNote(pod, "FailedScheduling", decision.message, isWarning: true))])
    }
    if let nominated = decision.nominated, !decision.victims.isEmpty {
      pod.set(.string(nominated), at: "status", "nominatedNodeName")
      actions += evictions(decision.victims, for: pod, node: nominated)
      state.withLock { $0.snapshot.addPod(pod) }
    }
    let current = cache.get(ObjectKey(.pod, namespace: pod.namespace, name: pod.name ?? ""))
    if var current, current.uid == pod.uid {
      let before = current
      current.set(pod.at("status", "nominatedNodeName"), at: "status", "nominatedNodeName")
      note(decision, in: &current)
      if current != before { actions.append([.update(current, subresource: "status")]) }
    }
    state.withLock { $0.queue.fail(uid: pod.uid ?? "", now: time.uptime) }
    do {
      try await executor.run(actions)
    } catch {
      log.debug("scheduler: \(pod.namespacedName): \(error)")
    }
  }

  private func note(_ decision: Decision, in pod: inout Value) {
    var conditions = pod.at("status", "conditions")?.array ?? []
    let condition = Condition(
      "PodScheduled", "False", decision.isGated ? "SchedulingGated" : "Unschedulable", decision.message)
    if conditions.first(type: condition.type)?["message"]?.string != condition.message {
      conditions.remove(type: condition.type)
    }
    conditions.set(condition, now: time.now)
    pod.set(.array(conditions), at: "status", "conditions")
  }

  /// Deletes the pods that must go for a more important one.
  private func evictions(_ victims: [String], for pod: Value, node: String) -> [[Action]] {
    let doomed = victims.compactMap { victim -> Value? in
      let parts = victim.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      return cache.get(ObjectKey(.pod, namespace: parts[0], name: parts[1]))
    }.filter { !$0.isBeingDeleted }
    let message = "Preempted by pod \(pod.uid ?? "") on node \(node)"
    let deletions = doomed.compactMap { victim in
      ObjectKey(victim).map { Action.delete($0, uid: victim.uid, note: EventNote(victim, "Preempted", message)) }
    }
    return deletions.isEmpty ? [] : [deletions]
  }
}

extension SchedulerLoop.State {
  /// Follows a change of the cluster.
  mutating func take(_ key: ObjectKey, _ old: Value?, _ new: Value?) {
    if key.kind == .pod { return takePod(old, new) }
    if let new { snapshot.update(new) } else if let old { snapshot.remove(old) }
    if key.kind == .node, !Self.isHelpful(old, new) { return }
    if key.kind == .replicaSet || key.kind == .disruptionBudget { return }
    queue.clusterChanged()
  }

  private mutating func takePod(_ old: Value?, _ new: Value?) {
    guard let new else {
      guard let old else { return }
      snapshot.removePod(old.namespacedName)
      assumed.remove(old.uid ?? "")
      queue.remove(uid: old.uid ?? "")
      queue.clusterChanged()
      return
    }
    let uid = new.uid ?? ""
    if new.nodeName != nil || new.isFinishedPod {
      let wasKnown = old?.nodeName != nil && old?.isFinishedPod == new.isFinishedPod && old?.labels == new.labels
      snapshot.addPod(new)
      assumed.remove(uid)
      queue.remove(uid: uid)
      if !wasKnown { queue.clusterChanged() }
    } else if !assumed.contains(uid) {
      snapshot.addPod(new)
      if new.isBeingDeleted || new.at("spec", "schedulerName")?.string ?? SchedulerLoop.name != SchedulerLoop.name {
        queue.remove(uid: uid)
      } else {
        queue.add(new)
      }
    }
  }

  /// Whether a node changed in a way that matters: its signs of life do not.
  private static func isHelpful(_ old: Value?, _ new: Value?) -> Bool {
    guard let old, let new else { return true }
    return old["spec"] != new["spec"] || old.labels != new.labels
      || old.at("status", "allocatable") != new.at("status", "allocatable")
  }
}
