internal import KCData
internal import KCKube

/// Brings claims and volumes together: binds claims to volumes that fit, makes volumes for claims whose class this
/// machine provides, and lets volumes go when their claim has.
struct VolumeBinder: Reconciler {
  /// The provisioner of the engine's own class: its volumes are folders of this machine, which all its nodes reach.
  static let provisioner = "kc.dev/local"
  static let bound = "pv.kubernetes.io/bind-completed"
  static let boundByController = "pv.kubernetes.io/bound-by-controller"

  let name = "persistentvolume-binder"
  let kinds: [ObjectKind] = [.persistentVolumeClaim, .persistentVolume, .storageClass]
  /// Where the folders of the engine's own volumes are; nil makes none.
  let folder: String?

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    switch key.kind {
    case .persistentVolume:
      // What becomes of a volume concerns its claim, and a free one whoever waits for one.
      guard let reference = object.at("spec", "claimRef"), let name = reference["name"]?.string else { return [key] }
      return [
        key, ObjectKey(.persistentVolumeClaim, namespace: reference["namespace"]?.string ?? "default", name: name),
      ]
    case .persistentVolumeClaim:
      let volume = object.at("spec", "volumeName")?.string.map {
        ObjectKey(.persistentVolume, namespace: nil, name: $0)
      }
      return [key] + (volume.map { [$0] } ?? [])
    default: return [key]
    }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    switch key.kind {
    case .persistentVolumeClaim: view.get(key).map { reconcile(claim: $0, in: view) } ?? Outcome()
    case .persistentVolume: view.get(key).map { reconcile(volume: $0, in: view) } ?? Outcome()
    default: waiting(in: view) { $0.storageClassName == key.name }
    }
  }

  /// The claims that wait for a volume and may have one now.
  private func waiting(in view: any ClusterView, _ matches: (Value) -> Bool) -> Outcome {
    var outcome = Outcome()
    for claim in view.list(.persistentVolumeClaim) where claim.at("spec", "volumeName") == nil && matches(claim) {
      if let key = ObjectKey(claim) { outcome.alsoLookAt.append(key) }
    }
    return outcome
  }

  // MARK: Claims

  private func reconcile(claim: Value, in view: any ClusterView) -> Outcome {
    if claim.isBeingDeleted { return Outcome() }
    guard let name = claim.at("spec", "volumeName")?.string, !name.isEmpty else { return bind(claim, in: view) }
    guard let volume = view.get(ObjectKey(.persistentVolume, namespace: nil, name: name)) else {
      return claim.annotations[Self.bound] == nil ? Outcome() : setPhase(claim, "Lost")
    }
    guard VolumeFit.belongs(volume, to: claim) else {
      return claim.annotations[Self.bound] == nil ? Outcome() : setPhase(claim, "Lost")
    }
    return complete(claim, volume)
  }

  /// Looks for a volume, and makes one where there is none and its class is ours.
  private func bind(_ claim: Value, in view: any ClusterView) -> Outcome {
    let className = claim.storageClassName ?? ""
    let found = view.get(ObjectKey(.storageClass, namespace: nil, name: className))
    if let volume = VolumeFit.best(for: claim, of: view.list(.persistentVolume)) {
      // Where it waits for the pod's node, a volume that is on some nodes only is the scheduler's to choose.
      let waits = found?["volumeBindingMode"]?.string == "WaitForFirstConsumer"
      if !waits || volume.at("spec", "nodeAffinity") == nil || VolumeFit.belongs(volume, to: claim) {
        return complete(claim, volume)
      }
    }
    guard let found, found["provisioner"]?.string == Self.provisioner, let folder else {
      return setPhase(claim, "Pending")
    }
    let volume = LocalVolume(folder: folder).volume(for: claim, of: found)
    let name = volume.name ?? ""
    if let there = view.get(ObjectKey(.persistentVolume, namespace: nil, name: name)) { return complete(claim, there) }
    var outcome = setPhase(claim, "Pending")
    outcome.then(.create(volume))
    outcome.then(
      .note(
        EventNote(claim, "ProvisioningSucceeded", "Successfully provisioned volume \(name) using \(Self.provisioner)")))
    if let key = ObjectKey(claim) { outcome.alsoLookAt.append(key) }
    return outcome
  }

  /// Ties both to each other, in the order in which a crash between does no harm: the volume first.
  private func complete(_ claim: Value, _ volume: Value) -> Outcome {
    var outcome = Outcome()
    var kept = volume
    var reference: Value = ["apiVersion": "v1", "kind": "PersistentVolumeClaim"]
    reference["namespace"] = claim.namespace.map { .string($0) }
    reference["name"] = claim.name.map { .string($0) }
    reference["uid"] = claim.uid.map { .string($0) }
    reference["resourceVersion"] = kept.at("spec", "claimRef", "resourceVersion")
    if kept.at("spec", "claimRef", "uid")?.string != claim.uid { kept.set(reference, at: "spec", "claimRef") }
    if kept != volume { outcome.then(.update(kept)) }
    if kept.at("status", "phase")?.string != "Bound" {
      kept.set("Bound", at: "status", "phase")
      outcome.then(.update(kept, subresource: "status"))
    }
    var taken = claim
    taken.set(volume.name.map { .string($0) }, at: "spec", "volumeName")
    taken.set("yes", at: "metadata", "annotations", Self.bound)
    if claim.at("spec", "volumeName") == nil {
      taken.set("yes", at: "metadata", "annotations", Self.boundByController)
    }
    if taken != claim { outcome.then(.update(taken)) }
    let before = taken
    taken.set("Bound", at: "status", "phase")
    taken.set(volume.at("spec", "accessModes"), at: "status", "accessModes")
    taken.set(volume.at("spec", "capacity"), at: "status", "capacity")
    if taken != before { outcome.then(.update(taken, subresource: "status")) }
    return outcome
  }

  private func setPhase(_ object: Value, _ phase: String) -> Outcome {
    guard object.at("status", "phase")?.string != phase else { return Outcome() }
    var object = object
    object.set(.string(phase), at: "status", "phase")
    return Outcome(steps: [[.update(object, subresource: "status")]])
  }

  // MARK: Volumes

  private func reconcile(volume: Value, in view: any ClusterView) -> Outcome {
    guard let reference = volume.at("spec", "claimRef"), let name = reference["name"]?.string else {
      var outcome = volume.isBeingDeleted ? Outcome() : setPhase(volume, "Available")
      outcome.alsoLookAt =
        waiting(in: view) {
          $0.storageClassName == volume.storageClassName
        }.alsoLookAt
      return outcome
    }
    // One that is kept for a claim which was not seen yet waits for it.
    guard let uid = reference["uid"]?.string else {
      return volume.isBeingDeleted ? Outcome() : setPhase(volume, "Available")
    }
    let key = ObjectKey(.persistentVolumeClaim, namespace: reference["namespace"]?.string ?? "default", name: name)
    if let claim = view.get(key), claim.uid == uid { return Outcome() }
    var outcome = Outcome()
    outcome.then(.verifyAbsent(key, uid: uid))
    outcome.steps += setPhase(volume, "Released").steps
    if !volume.isBeingDeleted, volume.at("spec", "persistentVolumeReclaimPolicy")?.string == "Delete",
      volume.annotations[LocalVolume.madeBy] == Self.provisioner
    {
      outcome.then(.delete(ObjectKey(.persistentVolume, namespace: nil, name: volume.name ?? ""), uid: volume.uid))
    }
    return outcome
  }
}
