internal import KCData
internal import KCKube

/// Keeps pods with a name and storage of their own, one after the other.
struct StatefulSetController: Reconciler {
  let name = "statefulset-controller"
  let kinds: [ObjectKind] = [.statefulSet, .pod, .controllerRevision, .persistentVolumeClaim]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .statefulSet: return [key]
    case .persistentVolumeClaim: return []
    default:
      let owners = controllerKey(of: object, kind: .statefulSet)
      if !owners.isEmpty || object.controllerOwner != nil { return owners }
      // An orphan belongs to the set that its name begins with, if to any.
      guard let dash = key.name.lastIndex(of: "-") else { return [] }
      return [ObjectKey(.statefulSet, namespace: key.namespace, name: String(key.name[..<dash]))]
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let set = view.get(key), let selector = try? LabelSelector(set.at("spec", "selector")), !selector.isEmpty
    else { return Outcome() }
    let candidates = view.list(.pod, namespace: key.namespace).filter { pod in
      pod.controllerOwner != nil || StatefulPods.ordinal(of: pod, set: set) != nil
    }
    let pods = Claim(candidates, for: set, selector: selector)
    let revisions = Claim(view.list(.controllerRevision, namespace: key.namespace), for: set, selector: selector)
    let changes = pods.changes + revisions.changes
    if !changes.isEmpty { return Outcome(steps: changes.map { [$0] }) }
    if set.isBeingDeleted { return Outcome() }
    let history = RevisionHistory(of: set, revisions: revisions.claimed, in: view)
    var work = StatefulRollout(set, pods: pods.claimed, history: history, in: view, now: now)
    work.run()
    return work.outcome
  }
}
