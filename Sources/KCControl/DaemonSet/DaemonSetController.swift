internal import KCData
internal import KCKube

/// Keeps one pod on every node that suits.
struct DaemonSetController: Reconciler {
  let name = "daemonset-controller"
  let kinds: [ObjectKind] = [.daemonSet, .pod, .node, .controllerRevision]
  /// Stands for all daemon sets; no object can have it.
  private static let everyone = ObjectKey(.daemonSet, namespace: nil, name: "*")

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .daemonSet: return [key]
    case .node: return [Self.everyone]
    default: return controllerKey(of: object, kind: .daemonSet)
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    if key == Self.everyone {
      var outcome = Outcome()
      outcome.alsoLookAt = view.list(.daemonSet).compactMap { ObjectKey($0) }
      return outcome
    }
    guard let set = view.get(key), let selector = try? LabelSelector(set.at("spec", "selector")), !selector.isEmpty
    else { return Outcome() }
    let pods = Claim(view.list(.pod, namespace: key.namespace), for: set, selector: selector)
    let revisions = Claim(view.list(.controllerRevision, namespace: key.namespace), for: set, selector: selector)
    let changes = pods.changes + revisions.changes
    if !changes.isEmpty { return Outcome(steps: changes.map { [$0] }) }
    if set.isBeingDeleted { return Outcome() }
    let history = RevisionHistory(of: set, revisions: revisions.claimed, in: view)
    var work = DaemonRollout(set, pods: pods.claimed, nodes: view.list(.node), history: history, now: now)
    work.run()
    return work.outcome
  }
}
