internal import KCData
internal import KCKube

/// Notices nodes that fall silent, marks them with taints, and evicts the pods that do not tolerate those.
struct NodeLifecycle: Reconciler {
  let name = "node-controller"
  let kinds: [ObjectKind] = [.node, .lease, .pod]
  /// Seconds without a sign of life after which a node counts as unreachable.
  let gracePeriod: Double
  /// Seconds that pods which say nothing about it stay on a node that is not well.
  var patience = Double(NodeTaints.usualPatience)
  /// When watching began: silence before it does not count.
  let since: Timestamp

  static let leaseNamespace = "kube-node-lease"

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .node: return [key]
    case .lease:
      return key.namespace == Self.leaseNamespace ? [ObjectKey(.node, namespace: nil, name: key.name)] : []
    default: return object.nodeName.map { [ObjectKey(.node, namespace: nil, name: $0)] } ?? []
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard var node = view.get(key) else { return Outcome() }
    var outcome = Outcome()
    let silence = now.seconds(since: lastSign(of: node, in: view))
    if silence > gracePeriod {
      if let update = unknown(node, now) {
        node = update
        outcome.then(.update(node, subresource: "status"))
        outcome.then(.note(EventNote(node, "NodeNotReady", "Node \(key.name) status is now: NodeNotReady")))
      }
    } else {
      outcome.lookAgain(in: gracePeriod - silence + 0.05)
    }
    let tainted = NodeTaints.updated(node, now)
    if tainted != node {
      node = tainted
      outcome.then(.update(node))
    }
    if !node.isTrue("Ready") || NodeTaints.list(node).contains(where: { $0["effect"]?.string == "NoExecute" }) {
      handlePods(of: node, in: view, now, &outcome)
    }
    return outcome
  }

  private func lastSign(of node: Value, in view: any ClusterView) -> Timestamp {
    let lease = view.get(ObjectKey(.lease, namespace: Self.leaseNamespace, name: node.name ?? ""))
    let signs = [
      lease?.time("spec", "renewTime"), node.condition("Ready")?.time("lastHeartbeatTime"), node.creationTimestamp,
    ]
    return signs.compactMap { $0 }.reduce(since, max)
  }

  /// The node with the conditions of one that nobody hears of; nil where it has them.
  private func unknown(_ node: Value, _ now: Timestamp) -> Value? {
    var conditions = node.at("status", "conditions")?.array ?? []
    for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
      conditions.set(
        Condition(type, "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."), now: now)
    }
    var updated = node
    updated.set(.array(conditions), at: "status", "conditions")
    return updated == node ? nil : updated
  }

  /// Pods of a node that is not well are not ready, and go when their patience ends.
  private func handlePods(of node: Value, in view: any ClusterView, _ now: Timestamp, _ outcome: inout Outcome) {
    let taints = NodeTaints.list(node).filter { $0["effect"]?.string == "NoExecute" }
    var step: [Action] = []
    for pod in view.list(.pod) where pod.nodeName == node.name && !pod.isFinishedPod {
      if !node.isTrue("Ready"), pod.isReadyPod { step.append(.update(notReady(pod, now), subresource: "status")) }
      guard !pod.isBeingDeleted, let key = ObjectKey(pod),
        let moment = NodeTaints.evictionTime(of: pod, taints, now, patience: patience)
      else { continue }
      let left = moment.seconds(since: now)
      if left > 0 {
        outcome.lookAgain(in: left + 0.01)
      } else {
        step.append(
          .delete(
            key, uid: pod.uid,
            note: EventNote(pod, "TaintManagerEviction", "Marking for deletion Pod \(pod.namespacedName)")))
      }
    }
    if !step.isEmpty { outcome.steps.append(step) }
  }

  private func notReady(_ pod: Value, _ now: Timestamp) -> Value {
    var conditions = pod.at("status", "conditions")?.array ?? []
    for (index, condition) in conditions.enumerated() where condition["type"]?.string == "Ready" {
      conditions[index]["status"] = "False"
      conditions[index]["lastTransitionTime"] = .string(now.rfc3339)
    }
    var updated = pod
    updated.set(.array(conditions), at: "status", "conditions")
    return updated
  }
}
