internal import KCData
internal import KCKube

extension Rollout {
  /// Sees to it that the replica set of the present template exists and has the highest revision.
  ///
  /// - Parameter creating: whether it is made where it is missing.
  mutating func syncRevision(creating: Bool) {
    let revision = (old.map(\.revision).max() ?? 0) + 1
    if let set = new {
      updateNew(set, revision)
    } else if creating {
      createNew(revision)
    }
  }

  private mutating func updateNew(_ set: Value, _ revision: Int64) {
    var updated = set
    updated.takeAnnotations(of: deployment, revision: revision)
    updated.set(deployment.at("spec", "minReadySeconds"), at: "spec", "minReadySeconds")
    if updated != set {
      new = updated
      outcome.then(.update(updated))
    }
    noteRevision(updated.annotations[DeploymentAnnotation.revision])
    if deadline != nil, conditions.first(type: "Progressing") == nil {
      conditions.set(
        Condition("Progressing", "True", "FoundNewReplicaSet", "Found new replica set \"\(set.name ?? "")\""),
        now: now, updateTime: true)
    }
  }

  private mutating func createNew(_ revision: Int64) {
    guard let set = newReplicaSet(revision) else { return }
    new = set
    outcome.then(.create(set))
    let size = set.specReplicas
    if size > 0 {
      outcome.then(
        .note(
          EventNote(
            deployment, "ScalingReplicaSet",
            "Scaled up replica set \(set.name ?? "") from 0 to \(size)")))
    }
    noteRevision(String(revision))
    if deadline != nil {
      conditions.set(
        Condition(
          "Progressing", "True", "NewReplicaSetCreated", "Created new replica set \"\(set.name ?? "")\""),
        now: now, updateTime: true)
    }
  }

  /// The status is written with it, as in Kubernetes: a write of its own would count as a new generation, which the
  /// status would have to follow.
  private mutating func noteRevision(_ revision: String?) {
    guard let revision, deployment.annotations[DeploymentAnnotation.revision] != revision else { return }
    deployment.setAnnotation(DeploymentAnnotation.revision, revision)
    isRevisionNew = true
  }

  /// The replica set for the present template; nil where every name is taken.
  private mutating func newReplicaSet(_ revision: Int64) -> Value? {
    let template = deployment.at("spec", "template")
    var name = ""
    var hash = ""
    // Names collide almost never; that they do a hundred times in a row means something else is wrong.
    for _ in 0..<100 {
      hash = templateHash(template, collisions: collisions)
      name = "\(deployment.name ?? "")-\(hash)"
      if view.get(ObjectKey(.replicaSet, namespace: deployment.namespace, name: name)) == nil { break }
      collisions += 1
      name = ""
    }
    guard !name.isEmpty else { return nil }
    return replicaSet(named: name, hash: hash, template: template ?? [:], revision)
  }

  private func replicaSet(named name: String, hash: String, template: Value, _ revision: Int64) -> Value {
    let label = "pod-template-hash"
    var template = template
    template.set(.string(hash), at: "metadata", "labels", label)
    var selector = deployment.at("spec", "selector") ?? [:]
    selector.set(.string(hash), at: "matchLabels", label)
    var set: Value = ["apiVersion": "apps/v1", "kind": "ReplicaSet"]
    set["metadata"] = [
      "name": .string(name), "namespace": .string(deployment.namespace ?? ""),
      "labels": template.at("metadata", "labels") ?? [:],
      "ownerReferences": [controllerReference(to: deployment)],
    ]
    set["spec"] = ["replicas": 0]
    let minReady = deployment.count("spec", "minReadySeconds")
    if minReady > 0 { set.set(Value(minReady), at: "spec", "minReadySeconds") }
    set.set(selector, at: "spec", "selector")
    set.set(template, at: "spec", "template")
    set.takeAnnotations(of: deployment, revision: revision)
    set.setSizes(desired: replicas, maximum: replicas + bounds.surge)
    set.set(Value(size(ofNew: set, among: old)), at: "spec", "replicas")
    return set
  }
}
