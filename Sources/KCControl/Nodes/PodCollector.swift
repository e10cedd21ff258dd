internal import KCData
internal import KCKube

/// Removes pods whose end nobody will report: their node is gone, was declared out of service, or they never had one.
struct PodCollector: Reconciler {
  /// Says that a node will not come back by itself and that nothing runs on it any more.
  static let outOfService = "node.kubernetes.io/out-of-service"
  /// Seconds that a pod is left alone although its node is not there, for the node may be about to register.
  static let quarantine = 40.0

  let name = "pod-garbage-collector"
  let kinds: [ObjectKind] = [.pod, .node]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    if key.kind == .node { return [key] }
    if let node = object.nodeName { return [ObjectKey(.node, namespace: nil, name: node)] }
    return object.isBeingDeleted ? [key] : []
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    var outcome = Outcome()
    if key.kind == .pod {
      if let pod = view.get(key), pod.isBeingDeleted, pod.nodeName == nil {
        outcome.then(.delete(key, uid: pod.uid, gracePeriod: 0))
      }
    } else if let node = view.get(key) {
      guard !node.isTrue("Ready"), NodeTaints.list(node).contains(where: { $0["key"]?.string == Self.outOfService })
      else { return outcome }
      remove(pods(on: key.name, in: view).filter(\.isBeingDeleted), &outcome)
    } else {
      collect(pods(on: key.name, in: view), of: key, now, &outcome)
    }
    return outcome
  }

  private func pods(on node: String, in view: any ClusterView) -> [Value] {
    view.list(.pod).filter { $0.nodeName == node }
  }

  /// Removes the pods of a node that is not there, once the API itself says so.
  private func collect(_ pods: [Value], of node: ObjectKey, _ now: Timestamp, _ outcome: inout Outcome) {
    let due = pods.filter { pod in
      let left = Self.quarantine - now.seconds(since: pod.creationTimestamp ?? now)
      if left > 0 { outcome.lookAgain(in: left + 0.01) }
      return left <= 0
    }
    guard !due.isEmpty else { return }
    outcome.then(.verifyAbsent(node, uid: nil))
    remove(due, &outcome)
  }

  private func remove(_ pods: [Value], _ outcome: inout Outcome) {
    let deletions = pods.compactMap { pod in ObjectKey(pod).map { Action.delete($0, uid: pod.uid, gracePeriod: 0) } }
    if !deletions.isEmpty { outcome.steps.append(deletions) }
  }
}
