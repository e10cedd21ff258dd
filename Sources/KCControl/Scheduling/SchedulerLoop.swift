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
    .node, .pod, .namespace, .service, .replicaSet, .statefulSet, .disruptionBudget, .persistentVolume,
    .persistentVolumeClaim, .storageClass, .storageNode,
  ]
  static let name = "default-scheduler"
  /// How many bindings are under way at most.
  static let bindings = 32
  /// How many pods wait at most; more than the API is made for.
  static let capacity = 1_000_000

  struct State: Sendable {
    var snapshot = Snapshot()
    var queue: SchedulingQueue
    let configuration: SchedulerConfiguration
    /// Pods that were given a node which the API does not know yet, by identity.
    var assumed: Set<String> = []
    var binding = 0
    var timer: Double?
    /// Whether a pod found the queue full, so that pods must be looked for once it has emptied.
    var hasOverflown = false

    init(_ configuration: SchedulerConfiguration, capacity: Int) {
      self.configuration = configuration
      queue = SchedulingQueue(backOff: configuration.backOff, capacity: capacity)
    }
  }

  let client: APIClient
  let executor: ActionExecutor
  let cache: ClusterCache
  private let time: any TimeSource
  let log: Logger
  private let configuration: SchedulerConfiguration
  let state: Mutex<State>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(
    client: APIClient, cache: ClusterCache, events: EventRecorder, time: any TimeSource, log: Logger,
    configuration: SchedulerConfiguration = .default, capacity: Int = SchedulerLoop.capacity
  ) {
    self.configuration = configuration
    state = Mutex(State(configuration, capacity: capacity))
    self.client = client
    self.cache = cache
    self.time = time
    self.log = log
    executor = ActionExecutor(client: client, cache: cache, events: events)
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    cache.observe(Self.kinds) { [weak self] key, old, new in
      guard let self else { return }
      self.state.withLock { $0.take(key, old, new, now: self.time.uptime) }
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
    return Scheduler(profile: configuration.profile(for: pod) ?? .default).schedule(pod, in: snapshot)
  }

  private func nextPod() -> Value? {
    let next = state.withLock { state in
      state.binding < Self.bindings ? state.queue.pop(now: time.uptime) : nil
    }
    if next == nil, takeUpOverflow() { return nextPod() }
    return next
  }

  /// Fills the queue anew with pods that it had no room for.
  ///
  /// - Returns: whether some were taken in.
  private func takeUpOverflow() -> Bool {
    guard state.withLock({ $0.hasOverflown && $0.binding < Self.bindings }) else { return false }
    let waiting = cache.list(.pod).filter { $0.nodeName == nil && !$0.isFinishedPod && !$0.isBeingDeleted }
    return state.withLock { state in
      let before = state.queue.count
      state.hasOverflown = false
      for pod in waiting {
        state.take(ObjectKey(.pod, namespace: pod.namespace, name: pod.name ?? ""), pod, pod, now: time.uptime)
      }
      return state.queue.count > before
    }
  }

  private func newTimer() -> Double? {
    state.withLock { state in
      guard let due = state.queue.nextWake, due > time.uptime, state.timer.map({ due < $0 }) ?? true else { return nil }
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
      state.queue.failedByError(SchedulingQueue.id(pod), now: time.uptime)
      // The place is free again, for others too.
      state.queue.event(ClusterEvent(.assignedPodRemoved), now: time.uptime)
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
    // Until it is set aside, the queue keeps for the pod what happens meanwhile: nothing that helps is missed.
    let id = SchedulingQueue.id(pod)
    do {
      try await executor.run(actions)
      state.withLock { $0.queue.failed(id, decision: decision, now: time.uptime) }
    } catch {
      log.debug("scheduler: \(pod.namespacedName): \(error)")
      state.withLock { $0.queue.failedByError(id, now: time.uptime) }
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

  /// Marks and deletes the pods that must go for a more important one.
  private func evictions(_ victims: [String], for pod: Value, node: String) -> [[Action]] {
    let doomed = victims.compactMap { victim -> Value? in
      let parts = victim.split(separator: "/", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { return nil }
      return cache.get(ObjectKey(.pod, namespace: parts[0], name: parts[1]))
    }.filter { !$0.isBeingDeleted }
    if doomed.isEmpty { return [] }
    let marks = doomed.map { victim in
      var victim = victim
      var conditions = victim.at("status", "conditions")?.array ?? []
      conditions.set(
        Condition(
          "DisruptionTarget", "True", "PreemptionByScheduler",
          "\(Self.name): preempting to accommodate a higher priority pod"), now: time.now)
      victim.set(.array(conditions), at: "status", "conditions")
      return Action.update(victim, subresource: "status")
    }
    let message = "Preempted by pod \(pod.uid ?? "") on node \(node)"
    let deletions = doomed.compactMap { victim in
      ObjectKey(victim).map { Action.delete($0, uid: victim.uid, note: EventNote(victim, "Preempted", message)) }
    }
    return [marks, deletions]
  }
}

extension SchedulerLoop.State {
  /// Follows a change of the cluster.
  mutating func take(_ key: ObjectKey, _ old: Value?, _ new: Value?, now: Double) {
    if key.kind == .pod {
      takePod(old, new, now)
    } else if let new {
      snapshot.update(new)
    } else if let old {
      snapshot.remove(old)
    }
    for event in ClusterEvent.events(from: old, to: new) { queue.event(event, now: now) }
  }

  private mutating func takePod(_ old: Value?, _ new: Value?, _ now: Double) {
    guard let new else {
      guard let old else { return }
      snapshot.removePod(old.namespacedName)
      assumed.remove(old.uid ?? "")
      queue.remove(SchedulingQueue.id(old))
      return
    }
    let uid = new.uid ?? ""
    if new.nodeName != nil || new.isFinishedPod {
      snapshot.addPod(new)
      assumed.remove(uid)
      queue.remove(SchedulingQueue.id(new))
    } else if !assumed.contains(uid) {
      snapshot.addPod(new)
      if new.isBeingDeleted || configuration.profile(for: new) == nil {
        queue.remove(SchedulingQueue.id(new))
      } else {
        // A full queue does not hold it: it is looked at again as soon as there is room.
        if !queue.add(new, now: now) { hasOverflown = true }
      }
    }
  }
}
