internal import KCData
internal import KCKube

/// What a replica set's status should say.
struct ReplicaSetStatus {
  private var replicas = 0
  private var labeled = 0
  private var ready = 0
  private var available = 0
  private var terminating = 0
  var conditions: [Value]
  /// Seconds until a pod that is ready becomes available.
  private(set) var nextAvailability: Double?

  init(_ set: Value, pods: [Value], now: Timestamp) {
    conditions = set.at("status", "conditions")?.array ?? []
    let templateLabels = stringMap(set.at("spec", "template", "metadata", "labels"))
    let minReady = set.count("spec", "minReadySeconds")
    for pod in pods where !pod.isFinishedPod {
      if pod.isBeingDeleted {
        terminating += 1
        continue
      }
      replicas += 1
      let labels = pod.labels
      if templateLabels.allSatisfy({ labels[$0.key] == $0.value }) { labeled += 1 }
      guard pod.isReadyPod else { continue }
      ready += 1
      if pod.isAvailablePod(minReadySeconds: minReady, now: now) {
        available += 1
      } else {
        let wait = pod.secondsUntilAvailable(minReadySeconds: minReady, now: now)
        nextAvailability = min(nextAvailability ?? wait, wait)
      }
    }
  }

  /// The write that brings the status up to date; nil where it is.
  func update(of set: Value) -> Action? {
    var status: Value = ["replicas": Value(replicas)]
    status.setCount(labeled, "fullyLabeledReplicas")
    status.setCount(ready, "readyReplicas")
    status.setCount(available, "availableReplicas")
    status["terminatingReplicas"] = Value(terminating)
    status["observedGeneration"] = set.generation.map { .int($0) }
    if !conditions.isEmpty { status["conditions"] = .array(conditions) }
    if status == set["status"] { return nil }
    var updated = set
    updated["status"] = status
    return .update(updated, subresource: "status")
  }
}
