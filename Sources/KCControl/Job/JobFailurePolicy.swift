internal import KCData
internal import KCKube

/// What a job's `podFailurePolicy` says about a pod that failed.
enum JobFailurePolicy {
  enum Verdict: Equatable {
    case count
    case ignore
    case failIndex
    /// The job fails; the text says why.
    case failJob(String)
  }

  static func verdict(_ pod: Value, _ job: Value) -> Verdict {
    for (number, rule) in (job.at("spec", "podFailurePolicy", "rules")?.array ?? []).enumerated() {
      guard let match = match(rule, pod) else { continue }
      switch rule["action"]?.string {
      case "FailJob"?: return .failJob("\(match) matching FailJob rule at index \(number)")
      case "Ignore"?: return .ignore
      case "FailIndex"?: return .failIndex
      default: return .count
      }
    }
    return .count
  }

  /// What of the pod matches a rule, in words.
  private static func match(_ rule: Value, _ pod: Value) -> String? {
    if let codes = rule["onExitCodes"] { return exitCode(codes, pod) }
    for pattern in rule["onPodConditions"]?.array ?? [] {
      let found = pod.condition(pattern["type"]?.string ?? "")
      if let found, found["status"]?.string == pattern["status"]?.string ?? "True" {
        return "Pod \(pod.namespacedName) has condition \(pattern["type"]?.string ?? "")"
      }
    }
    return nil
  }

  private static func exitCode(_ codes: Value, _ pod: Value) -> String? {
    let values = codes["values"]?.array?.compactMap(\.int) ?? []
    let statuses =
      (pod.at("status", "initContainerStatuses")?.array ?? []) + (pod.at("status", "containerStatuses")?.array ?? [])
    for status in statuses {
      guard let code = status.at("state", "terminated", "exitCode")?.int, code != 0,
        codes["containerName"] == nil || codes["containerName"] == status["name"],
        values.contains(code) == (codes["operator"]?.string == "In")
      else { continue }
      return "Container \(status["name"]?.string ?? "") for pod \(pod.namespacedName) failed with exit code \(code)"
    }
    return nil
  }
}
