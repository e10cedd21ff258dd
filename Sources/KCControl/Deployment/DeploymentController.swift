internal import KCData
internal import KCKube

/// Moves a deployment's pods to its template, by scaling replica sets, and says how far it has come.
struct DeploymentController: Reconciler {
  let name = "deployment-controller"
  let kinds: [ObjectKind] = [.deployment, .replicaSet, .pod]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .deployment: return [key]
    case .replicaSet:
      let owners = controllerKey(of: object, kind: .deployment)
      return owners.isEmpty && object.controllerOwner == nil
        ? [ObjectKey(.deployment, namespace: key.namespace, name: ReplicaSetController.everyone)] : owners
    default:
      // A pod that ends matters to `Recreate`, which waits for it; its replica set's name holds the deployment's.
      guard object.isBeingDeleted || object.isFinishedPod, let owner = object.controllerOwner,
        owner["kind"]?.string == "ReplicaSet", let set = owner["name"]?.string,
        let dash = set.lastIndex(of: "-")
      else { return [] }
      return [ObjectKey(.deployment, namespace: key.namespace, name: String(set[..<dash]))]
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    if key.name == ReplicaSetController.everyone { return adoptOrphans(key, in: view) }
    guard let deployment = view.get(key), let selector = try? LabelSelector(deployment.at("spec", "selector")),
      !selector.isEmpty
    else { return Outcome() }
    let claim = Claim(view.list(.replicaSet, namespace: key.namespace), for: deployment, selector: selector)
    if !claim.changes.isEmpty { return Outcome(steps: claim.changes.map { [$0] }) }
    var rollout = Rollout(deployment, replicaSets: claim.claimed, in: view, now: now)
    rollout.run()
    return rollout.outcome
  }

  private func adoptOrphans(_ key: ObjectKey, in view: any ClusterView) -> Outcome {
    let sets = view.list(.replicaSet, namespace: key.namespace)
    var outcome = Outcome()
    for deployment in view.list(.deployment, namespace: key.namespace) {
      guard let selector = try? LabelSelector(deployment.at("spec", "selector")), !selector.isEmpty else { continue }
      for change in Claim(sets, for: deployment, selector: selector).changes { outcome.then(change) }
    }
    return outcome
  }
}
