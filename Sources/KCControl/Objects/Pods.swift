internal import KCData
internal import KCKube

/// What controllers ask of pods.
extension Value {
  var phase: String { at("status", "phase")?.string ?? "Pending" }
  var nodeName: String? { at("spec", "nodeName")?.string.flatMap { $0.isEmpty ? nil : $0 } }
  /// Whether a pod has ended for good.
  var isFinishedPod: Bool { phase == "Succeeded" || phase == "Failed" }
  /// Whether a pod neither has ended nor is about to be removed.
  var isActivePod: Bool { !isFinishedPod && !isBeingDeleted }
  var isReadyPod: Bool { isTrue("Ready") }

  /// Whether a pod has been ready for `minReadySeconds`.
  func isAvailablePod(minReadySeconds: Int, now: Timestamp) -> Bool {
    guard isReadyPod else { return false }
    return minReadySeconds == 0 || secondsUntilAvailable(minReadySeconds: minReadySeconds, now: now) <= 0
  }

  /// Seconds until a ready pod will have been ready for long enough.
  func secondsUntilAvailable(minReadySeconds: Int, now: Timestamp) -> Double {
    let since = condition("Ready")?.time("lastTransitionTime") ?? now
    return Double(minReadySeconds) - now.seconds(since: since)
  }
}

/// A pod from a workload's template.
///
/// - Parameters:
///   - owner: the workload, which will control the pod.
///   - name: nil lets the API make one from the owner's name.
func pod(from template: Value?, of owner: Value, name: String? = nil) -> Value {
  var metadata: Value = [:]
  if let name {
    metadata["name"] = .string(name)
  } else {
    metadata["generateName"] = .string("\(owner.name ?? "")-")
  }
  metadata["namespace"] = owner.namespace.map { .string($0) }
  metadata["labels"] = template?.at("metadata", "labels")
  metadata["annotations"] = template?.at("metadata", "annotations")
  metadata["finalizers"] = template?.at("metadata", "finalizers")
  metadata["ownerReferences"] = [controllerReference(to: owner)]
  return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template?["spec"] ?? [:]]
}
