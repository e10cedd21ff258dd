internal import KCData

/// The status of jobs.
enum JobStatusRules {
  static func check(_ object: Value, _ old: Value, _ report: inout ValidationReport) {
    let status = object["status"] ?? [:]
    let before = old["status"] ?? [:]
    let path = FieldPath("status")
    for field in ["active", "succeeded", "failed", "ready", "terminating"] {
      report.nonNegative(status[field], path[field])
    }
    uncounted(status, path["uncountedTerminatedPods"], &report)
    conditions(status, before, path["conditions"], &report)
    times(object, status, before, path, &report)
    numbers(object, status, before, path, &report)
    indexes(object, status, before, path, &report)
  }

  private static func isTrue(_ status: Value, _ type: String) -> Bool {
    status.list("conditions").contains { $0["type"] == .string(type) && $0["status"] == "True" }
  }

  private static func isOver(_ status: Value) -> Bool { isTrue(status, "Complete") || isTrue(status, "Failed") }

  private static func uncounted(_ status: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let pods = status.set("uncountedTerminatedPods") else { return }
    var seen: Set<String> = []
    for field in ["succeeded", "failed"] {
      for (index, uid) in pods.texts(field).enumerated() {
        let here = path[field][index]
        if uid.isEmpty {
          report.invalid(here, "must not be empty", value: "")
        } else if !seen.insert(uid).inserted {
          report.duplicate(here, uid)
        }
      }
    }
    if !seen.isEmpty, isOver(status) { report.invalid(path, "must be empty when the job is over", value: pods) }
  }

  private static func conditions(
    _ status: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    for (end, first) in [("Complete", "SuccessCriteriaMet"), ("Failed", "FailureTarget")]
    where isTrue(status, end) && !isTrue(status, first) {
      report.invalid(path, "\(end) needs \(first)")
    }
    let exclusive = [
      ("Complete", "Failed"), ("Complete", "FailureTarget"), ("SuccessCriteriaMet", "Failed"),
      ("SuccessCriteriaMet", "FailureTarget"),
    ]
    for (one, other) in exclusive where isTrue(status, one) && isTrue(status, other) {
      report.invalid(path, "\(one) and \(other) exclude each other")
    }
    for type in ["Failed", "Complete", "FailureTarget", "SuccessCriteriaMet"]
    where isTrue(before, type) && !isTrue(status, type) {
      report.invalid(path, "\(type) cannot be taken back")
    }
  }

  private static func times(
    _ object: Value, _ status: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let start = status.set("startTime")
    let end = status.set("completionTime")
    if isTrue(status, "Complete"), end == nil {
      report.required(path["completionTime"], "is needed by a complete job")
    }
    if let end {
      if !isTrue(status, "Complete") {
        report.invalid(path["completionTime"], "is only for complete jobs", value: end)
      }
      // Times have one form, whose order is theirs.
      if let first = start?.string, let last = end.string, last < first {
        report.invalid(path["completionTime"], "is before startTime", value: end)
      }
      if let former = before.set("completionTime"), former != end {
        report.invalid(path["completionTime"], "cannot be changed", value: end)
      }
    }
    if isOver(status), start == nil { report.required(path["startTime"], "is needed by a job that is over") }
    if let former = before.set("startTime"), former != start, object.at("spec", "suspend") != true {
      report.required(path["startTime"], "cannot change in a job that is not suspended")
    }
  }

  private static func numbers(
    _ object: Value, _ status: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    func count(_ status: Value, _ field: String) -> Int64 { status[field]?.int ?? 0 }
    if isOver(status) {
      for field in ["active", "terminating"] where count(status, field) > 0 {
        report.invalid(path[field], "must be 0 when the job is over", value: status[field])
      }
    }
    if status.has("ready"), count(status, "ready") > count(status, "active") {
      report.invalid(path["ready"], "must be at most active", value: status["ready"])
    }
    // Indexed jobs can be made smaller, which makes them forget some successes.
    let isIndexed = object.at("spec", "completionMode") == "Indexed"
    for field in isIndexed ? ["failed"] : ["failed", "succeeded"] where count(status, field) < count(before, field) {
      report.invalid(path[field], "cannot decrease", value: status[field])
    }
  }

  private static func indexes(
    _ object: Value, _ status: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let spec = object["spec"] ?? [:]
    let completed = status.text("completedIndexes")
    let failed = status.set("failedIndexes")?.string
    let isNew = completed != before.text("completedIndexes")
    let isNewFailure = failed != before.set("failedIndexes")?.string
    if isNew, !completed.isEmpty, spec["completionMode"] != "Indexed" {
      report.invalid(path["completedIndexes"], "is only for Indexed jobs", value: .string(completed))
    }
    if isNewFailure, let failed, !spec.has("backoffLimitPerIndex") {
      report.invalid(path["failedIndexes"], "requires backoffLimitPerIndex", value: .string(failed))
    }
    guard let completions = spec.set("completions")?.int else { return }
    if isNew, JobPolicyRules.intervals(completed, completions) == nil {
      report.invalid(path["completedIndexes"], "not a list of ordered indexes", value: .string(completed))
    }
    guard let failed else { return }
    if isNewFailure, spec.has("backoffLimitPerIndex"), JobPolicyRules.intervals(failed, completions) == nil {
      report.invalid(path["failedIndexes"], "not a list of ordered indexes", value: .string(failed))
    }
    let successes = JobPolicyRules.intervals(completed, completions) ?? []
    let failures = JobPolicyRules.intervals(failed, completions) ?? []
    if isNew || isNewFailure, successes.contains(where: { one in failures.contains { $0.overlaps(one) } }) {
      report.invalid(path["failedIndexes"], "names indexes that are completed", value: .string(failed))
    }
  }
}
