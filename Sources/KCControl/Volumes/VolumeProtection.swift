internal import KCData
internal import KCKube

/// Keeps claims and volumes that are in use from going: a finalizer is on them until nothing uses them any more.
struct VolumeProtection: Reconciler {
  static let claimFinalizer = "kubernetes.io/pvc-protection"
  static let volumeFinalizer = "kubernetes.io/pv-protection"

  let name = "volume-protection-controller"
  let kinds: [ObjectKind] = [.persistentVolumeClaim, .persistentVolume, .pod]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    guard key.kind == .pod else { return [key] }
    return Self.claims(of: object).map { ObjectKey(.persistentVolumeClaim, namespace: key.namespace, name: $0) }
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let object = view.get(key) else { return Outcome() }
    let isClaim = key.kind == .persistentVolumeClaim
    let finalizer = isClaim ? Self.claimFinalizer : Self.volumeFinalizer
    let isProtected = object.finalizers.contains(finalizer)
    if !object.isBeingDeleted { return isProtected ? Outcome() : change(object, object.finalizers + [finalizer]) }
    guard isProtected, !isInUse(object, isClaim: isClaim, in: view) else { return Outcome() }
    return change(object, object.finalizers.filter { $0 != finalizer })
  }

  private func isInUse(_ object: Value, isClaim: Bool, in view: any ClusterView) -> Bool {
    if !isClaim { return object.at("status", "phase")?.string == "Bound" }
    return view.list(.pod, namespace: object.namespace).contains { pod in
      !pod.isFinishedPod && Self.claims(of: pod).contains(object.name ?? "")
    }
  }

  private static func claims(of pod: Value) -> [String] {
    (pod.at("spec", "volumes")?.array ?? []).compactMap { volume in
      if volume["ephemeral"] != nil { return "\(pod.name ?? "")-\(volume["name"]?.string ?? "")" }
      return volume.at("persistentVolumeClaim", "claimName")?.string
    }
  }

  private func change(_ object: Value, _ finalizers: [String]) -> Outcome {
    var object = object
    object.set(
      finalizers.isEmpty ? nil : .array(finalizers.map { .string($0) }), at: "metadata", "finalizers")
    return Outcome(steps: [[.update(object)]])
  }
}
