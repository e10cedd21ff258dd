internal import KCData
internal import KCKube

/// One look at a stateful set.
struct StatefulRollout {
  private let set: Value
  private let view: any ClusterView
  private let now: Timestamp
  private let history: RevisionHistory
  private let current: Value
  private let shape: StatefulPods
  private var replicas: [Value?]
  /// Pods beyond the wanted number, the last first.
  private let condemned: [Value]
  private let start: Int
  private let minReady: Int
  private var counts = Counts()
  private(set) var outcome = Outcome()

  private struct Counts {
    var replicas = 0
    var ready = 0
    var current = 0
    var updated = 0
    var available = 0
  }

  init(_ set: Value, pods: [Value], history: RevisionHistory, in view: any ClusterView, now: Timestamp) {
    self.set = set
    self.view = view
    self.now = now
    self.history = history
    current = history.named(set.at("status", "currentRevision")?.string) ?? history.update
    shape = StatefulPods(set: set)
    start = set.count("spec", "ordinals", "start")
    minReady = set.count("spec", "minReadySeconds")
    let wanted = max(0, min(set.specReplicas, 1_000_000))
    var places = [Value?](repeating: nil, count: wanted)
    var surplus: [(ordinal: Int, pod: Value)] = []
    for pod in pods {
      guard let ordinal = StatefulPods.ordinal(of: pod, set: set) else { continue }
      if ordinal >= start, ordinal - start < wanted {
        places[ordinal - start] = pod
      } else {
        surplus.append((ordinal, pod))
      }
    }
    replicas = places
    condemned = surplus.sorted { $0.ordinal > $1.ordinal }.map(\.pod)
    count(pods)
  }

  private mutating func count(_ pods: [Value]) {
    for pod in pods {
      counts.replicas += 1
      if isRunningAndReady(pod) {
        counts.ready += 1
        if isAvailable(pod) {
          counts.available += 1
        } else {
          outcome.lookAgain(in: pod.secondsUntilAvailable(minReadySeconds: minReady, now: now))
        }
      }
      if !pod.isBeingDeleted { countRevision(pod, 1) }
    }
  }

  private mutating func countRevision(_ pod: Value, _ change: Int) {
    let revision = pod.labels[RevisionHistory.hashLabel]
    if revision == current.name { counts.current += change }
    if revision == history.update.name { counts.updated += change }
  }

  private var isOrdered: Bool { self.set.at("spec", "podManagementPolicy")?.string != "Parallel" }
  private func isRunningAndReady(_ pod: Value) -> Bool { pod.phase == "Running" && pod.isReadyPod }
  private func isAvailable(_ pod: Value) -> Bool { pod.isAvailablePod(minReadySeconds: minReady, now: now) }
  private func isHealthy(_ pod: Value) -> Bool { isRunningAndReady(pod) && !pod.isBeingDeleted }

  mutating func run() {
    for action in history.actions { outcome.then(action) }
    for pod in replicas.compactMap({ $0 }) { own(pod, isCondemned: false) }
    for pod in condemned { own(pod, isCondemned: true) }
    if fill(), shrink() { update() }
    finish()
  }

  private mutating func own(_ pod: Value, isCondemned: Bool) {
    for action in shape.claimOwnership(pod, isCondemned: isCondemned, in: view) { outcome.then(action) }
  }

  /// Makes the pods that are missing; says whether the next stage may begin.
  private mutating func fill() -> Bool {
    for index in replicas.indices {
      guard let pod = replicas[index] else {
        create(index)
        if isOrdered { return false }
        continue
      }
      if pod.isFinishedPod {
        if !pod.isBeingDeleted { delete(pod) }
        if isOrdered { return false }
        continue
      }
      if isOrdered, pod.isBeingDeleted || !isRunningAndReady(pod) || !isAvailable(pod) { return false }
    }
    return true
  }

  private mutating func create(_ index: Int) {
    let ordinal = start + index
    let partition = set.count("spec", "updateStrategy", "rollingUpdate", "partition")
    let revision = index < partition ? current : history.update
    for claim in shape.missingClaims(ordinal, in: view) { outcome.then(.create(claim)) }
    let pod = shape.pod(ordinal, of: revision)
    let note = EventNote(
      set, "SuccessfulCreate", "create Pod \(pod.name ?? "") in StatefulSet \(set.name ?? "") successful")
    outcome.then(.create(pod))
    outcome.then(.note(note))
    counts.replicas += 1
    countRevision(pod, 1)
  }

  private mutating func delete(_ pod: Value) {
    guard let key = ObjectKey(pod) else { return }
    let note = EventNote(
      set, "SuccessfulDelete", "delete Pod \(pod.name ?? "") in StatefulSet \(set.name ?? "") successful")
    outcome.then(.delete(key, uid: pod.uid, note: note))
  }

  /// Removes the pods beyond the wanted number, the last first; says whether the next stage may begin.
  private mutating func shrink() -> Bool {
    let firstUnhealthy = firstUnhealthyPod
    for pod in condemned {
      if pod.isBeingDeleted {
        if isOrdered { return false }
        continue
      }
      if isOrdered, !isRunningAndReady(pod) || !isAvailable(pod), pod.name != firstUnhealthy { return false }
      delete(pod)
      countRevision(pod, -1)
      if isOrdered { return false }
    }
    return true
  }

  /// The pod with the lowest place that is not well.
  private var firstUnhealthyPod: String? {
    if let pod = replicas.compactMap({ $0 }).first(where: { !isHealthy($0) }) { return pod.name }
    return condemned.reversed().first { !isHealthy($0) }?.name
  }

  /// Replaces the last pod that is of another revision, when those after it are well.
  private mutating func update() {
    guard set.at("spec", "updateStrategy", "type")?.string != "OnDelete" else { return }
    let partition = set.count("spec", "updateStrategy", "rollingUpdate", "partition")
    for index in replicas.indices.reversed() where index >= partition {
      guard let pod = replicas[index] else { return }
      if pod.labels[RevisionHistory.hashLabel] != history.update.name, !pod.isBeingDeleted {
        delete(pod)
        countRevision(pod, -1)
        return
      }
      if !isHealthy(pod) { return }
    }
  }

  private mutating func finish() {
    var currentName = current.name
    let isRolling = set.at("spec", "updateStrategy", "type")?.string != "OnDelete"
    if isRolling, counts.updated == replicas.count, counts.ready == replicas.count, counts.replicas == replicas.count {
      counts.current = counts.updated
      currentName = history.update.name
    }
    write(currentName)
    let pods = replicas.compactMap { $0 } + condemned
    let inUse =
      pods.compactMap { $0.labels[RevisionHistory.hashLabel] }
      + [current.name, currentName, history.update.name].compactMap { $0 }
    let limit = set.optionalCount("spec", "revisionHistoryLimit") ?? 10
    for action in history.surplus(limit: limit, inUse: Set(inUse)) { outcome.then(action) }
  }

  private mutating func write(_ currentName: String?) {
    var status: Value = [:]
    status["observedGeneration"] = set.generation.map { .int($0) }
    status["replicas"] = Value(counts.replicas)
    status.setCount(counts.ready, "readyReplicas")
    status.setCount(counts.current, "currentReplicas")
    status.setCount(counts.updated, "updatedReplicas")
    status["currentRevision"] = currentName.map { .string($0) }
    status["updateRevision"] = history.update.name.map { .string($0) }
    status["collisionCount"] = Value(history.collisions)
    status["availableReplicas"] = Value(counts.available)
    status["conditions"] = set.at("status", "conditions")
    guard status != set["status"] else { return }
    var updated = set
    updated["status"] = status
    outcome.then(.update(updated, subresource: "status"))
  }
}
