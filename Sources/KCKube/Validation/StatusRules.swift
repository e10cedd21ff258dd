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
    case "Job.batch": job(object, old, &report)
    case "Deployment.apps":
      counts(
        status, ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"], &report)
      bounded(status, ["updatedReplicas", "readyReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "ReplicaSet.apps", "ReplicationController":
      counts(status, ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas"], &report)
      bounded(status, ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "StatefulSet.apps":
      counts(
        status, ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], &report)
      bounded(
        status, ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"], by: "replicas", &report)
      bounded(status, ["availableReplicas"], by: "readyReplicas", &report)
    case "DaemonSet.apps":
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

  private static func job(_ object: Value, _ old: Value, _ report: inout ValidationReport) {
    let status = object["status"] ?? [:]
    let path = FieldPath("status")
    for field in ["active", "succeeded", "failed", "ready", "terminating"] {
      report.nonNegative(status[field], path[field])
    }
    func isTrue(_ type: String) -> Bool {
      status.list("conditions").contains { $0["type"] == .string(type) && $0["status"] == "True" }
    }
    let ends = [("Complete", "SuccessCriteriaMet"), ("Failed", "FailureTarget")]
    for (end, before) in ends where isTrue(end) && !isTrue(before) {
      report.invalid(path["conditions"], "\(end) needs \(before)")
    }
    if isTrue("Complete"), isTrue("Failed") {
      report.invalid(path["conditions"], "Complete and Failed exclude each other")
    }
    if isTrue("FailureTarget"), isTrue("SuccessCriteriaMet") {
      report.invalid(path["conditions"], "FailureTarget and SuccessCriteriaMet exclude each other")
    }
    if isTrue("Complete"), !status.has("completionTime") {
      report.required(path["completionTime"], "is needed by a complete job")
    }
    if !isTrue("Complete"), status.has("completionTime") {
      report.invalid(path["completionTime"], "is only for complete jobs", value: status["completionTime"])
    }
    let isOver = isTrue("Complete") || isTrue("Failed")
    if isOver, (status["active"]?.int ?? 0) > 0 {
      report.invalid(path["active"], "must be 0 when the job is over", value: status["active"])
    }
    let wasStarted = old["status"]?.has("startTime") ?? false
    if isOver, !status.has("startTime") { report.required(path["startTime"], "is needed by a job that is over") }
    if wasStarted, !status.has("startTime"), object.at("spec", "suspend") != true {
      report.required(path["startTime"], "cannot be removed from a job that is not suspended")
    }
  }
}
