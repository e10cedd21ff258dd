internal import KCData

/// The status of objects, as controllers report it.
enum StatusRules {
  static func check(_ object: Value, old: Value, kind: String, _ report: inout ValidationReport) {
    let status = object["status"] ?? [:]
    switch kind {
    case "Pod": PodUpdateRules.status(object, old: old, &report)
    case "Namespace": ClusterObjectRules.namespaceStatus(object, &report)
    case "Node": ClusterObjectRules.nodeStatus(object, &report)
    case "Service": ServiceRules.status(object, &report)
    case "Ingress.networking.k8s.io": NetworkingRules.ingressStatus(object, &report)
    case "ResourceQuota": QuotaRules.quotaStatus(object, &report)
    case "PersistentVolumeClaim": ClaimRules.claimStatus(object, &report)
    case "HorizontalPodAutoscaler.autoscaling": AutoscalerRules.status(object, &report)
    case "PodDisruptionBudget.policy": PolicyRules.budgetStatus(object, &report)
    case "Job.batch": JobStatusRules.check(object, old, &report)
    case "Deployment.apps":
      collisions(status, old, &report)
      counts(
        status, ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"], &report)
      bounded(status, ["updatedReplicas", "readyReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "ReplicaSet.apps", "ReplicationController":
      counts(status, ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"], &report)
      bounded(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "StatefulSet.apps":
      collisions(status, old, &report)
      counts(
        status, ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], &report)
      bounded(
        status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "DaemonSet.apps":
      collisions(status, old, &report)
      counts(
        status,
        [
          "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady",
          "updatedNumberScheduled", "numberAvailable", "numberUnavailable",
        ], &report)
    default: break
    }
  }

  private static func counts(_ status: Value, _ fields: [String], _ report: inout ValidationReport) {
    for field in fields + ["observedGeneration", "collisionCount"] {
      report.nonNegative(status[field], FieldPath("status", field))
    }
  }

  private static func collisions(_ status: Value, _ old: Value, _ report: inout ValidationReport) {
    guard let before = old.at("status", "collisionCount")?.int else { return }
    let count = status.set("collisionCount")?.int
    if count ?? -1 < before {
      report.invalid(FieldPath("status", "collisionCount"), "cannot decrease", value: .int(count ?? 0))
    }
  }

  private static func bounded(
    _ status: Value, _ fields: [String], by bound: String, _ report: inout ValidationReport
  ) {
    let limit = status[bound]?.int ?? 0
    for field in fields {
      let number = status[field]?.int ?? 0
      if number > limit {
        report.invalid(FieldPath("status", field), "cannot be greater than \(bound)", value: .int(number))
      }
    }
  }
}
