internal import KCData

/// Jobs.
enum JobRules {
  static func job(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    self.spec(spec, path, &report)
    generatedSelector(object, spec, path, &report)
    if !spec.has("selector") { report.required(path["selector"]) }
    SelectorRules.labels(spec["selector"], path["selector"], &report)
    WorkloadRules.match(spec, path, &report)
  }

  /// Unless it is the user's own, the selector must be the one made from the job's uid.
  private static func generatedSelector(
    _ object: Value, _ spec: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if spec.flag("manualSelector") { return }
    let uid = object.uid ?? ""
    guard spec.has("selector") else { return }
    let labels = path["template"]["metadata"]["labels"]
    let given = stringMap(spec.at("template", "metadata", "labels"))
    let wanted = ["batch.kubernetes.io/controller-uid": uid, "controller-uid": uid]
    for (key, value) in wanted where given[key] != value {
      report.invalid(labels.key(key), "must be the uid of the job", value: .string(given[key] ?? ""))
    }
    let name = object.name ?? ""
    for key in ["batch.kubernetes.io/job-name", "job-name"] where given[key] != name {
      report.invalid(labels.key(key), "must be the name of the job", value: .string(given[key] ?? ""))
    }
    let selector = spec["selector"]
    let isGenerated =
      selector?.at("matchLabels", "batch.kubernetes.io/controller-uid") == .string(uid)
      || selector?.at("matchLabels", "controller-uid") == .string(uid)
    let count = (selector?.map("matchLabels").count ?? 0) + (selector?.list("matchExpressions").count ?? 0)
    if !isGenerated || count != 1 {
      report.invalid(path["selector"], "is not the generated one and manualSelector is not set", value: selector)
    }
  }

  /// The specification of a job or of the jobs of a cron job.
  static func spec(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let counts = [
      "parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
      "backoffLimitPerIndex", "maxFailedIndexes",
    ]
    for field in counts { report.nonNegative(spec[field], path[field]) }
    indexes(spec, path, &report)
    managedBy(spec, path["managedBy"], &report)
    if let mode = spec.set("completionMode")?.string {
      report.oneOf(mode, ["NonIndexed", "Indexed"], path["completionMode"])
    }
    if spec.has("podFailurePolicy") { JobPolicyRules.failure(spec, path["podFailurePolicy"], &report) }
    if spec.has("successPolicy") { JobPolicyRules.success(spec, path["successPolicy"], &report) }
    if let policy = spec.set("podReplacementPolicy")?.string {
      let allowed = spec.has("podFailurePolicy") ? ["Failed"] : ["Failed", "TerminatingOrFailed"]
      report.oneOf(policy, allowed, path["podReplacementPolicy"])
    }
    WorkloadRules.template(spec, path, &report)
    let restart = spec.at("template", "spec", "restartPolicy")?.string ?? ""
    let here = path["template"]["spec"]["restartPolicy"]
    if restart == "Always" || restart.isEmpty {
      report.required(here, "must be OnFailure or Never")
    } else if restart != "OnFailure", restart != "Never" {
      report.unsupported(here, restart, allowed: ["OnFailure", "Never"])
    } else if spec.has("podFailurePolicy"), restart != "Never" {
      report.invalid(here, "only Never is supported with podFailurePolicy", value: .string(restart))
    }
  }

  private static func indexes(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let isIndexed = spec["completionMode"] == "Indexed"
    let completions = spec.set("completions")?.int
    if isIndexed {
      let parallelism = spec["parallelism"]?.int ?? 0
      if completions == nil, spec.has("completionMode"), spec.has("completions") == false {
        report.required(path["completions"], "is required for Indexed jobs")
      }
      if parallelism > 100_000 {
        report.invalid(path["parallelism"], "must be at most 100000 for Indexed jobs", value: .int(parallelism))
      }
      if let failed = spec.set("maxFailedIndexes")?.int, failed > 100_000 {
        report.invalid(path["maxFailedIndexes"], "must be at most 100000", value: .int(failed))
      }
      if let completions, completions > 100_000, spec.has("backoffLimitPerIndex") {
        if !spec.has("maxFailedIndexes") {
          report.required(path["maxFailedIndexes"], "must be given with more than 100000 completions")
        }
        if parallelism > 10_000 {
          report.invalid(path["parallelism"], "must be at most 10000 with that many completions")
        }
        if let failed = spec.set("maxFailedIndexes")?.int, failed > 10_000 {
          report.invalid(path["maxFailedIndexes"], "must be at most 10000 with that many completions")
        }
      }
    }
    if spec.has("backoffLimitPerIndex"), !isIndexed {
      report.invalid(
        path["backoffLimitPerIndex"], "requires Indexed completion mode", value: spec["backoffLimitPerIndex"])
    }
    if let failed = spec.set("maxFailedIndexes")?.int {
      if !spec.has("backoffLimitPerIndex") {
        report.required(path["backoffLimitPerIndex"], "is needed with maxFailedIndexes")
      }
      if let completions, failed > completions {
        report.invalid(path["maxFailedIndexes"], "must be at most the completions", value: .int(failed))
      }
    }
  }

  private static func managedBy(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let name = spec.set("managedBy")?.string else { return }
    if !Names.isDomainPrefixedPath(name) {
      report.invalid(path, "must be a path with a domain, as in example.com/name", value: .string(name))
    }
    if name.utf8.count > 63 { report.tooLong(path, 63) }
  }

  // MARK: Cron jobs

  static func cronJob(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    schedule(spec, path, &report)
    report.nonNegative(spec["startingDeadlineSeconds"], path["startingDeadlineSeconds"])
    report.requiredOneOf(
      spec.text("concurrencyPolicy"), ["Allow", "Forbid", "Replace"], path["concurrencyPolicy"])
    for field in ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] {
      report.nonNegative(spec[field], path[field])
    }
    let inner = spec.at("jobTemplate", "spec") ?? [:]
    let here = path["jobTemplate"]["spec"]
    self.spec(inner, here, &report)
    if inner.flag("manualSelector") {
      report.unsupported(here["manualSelector"], "true", allowed: ["nil", "false"])
    }
    if inner.has("selector") {
      report.invalid(here["selector"], "is made by the server and must be left out", value: inner["selector"])
    }
  }

  private static func schedule(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let text = spec.text("schedule")
    if text.isEmpty {
      report.required(path["schedule"])
    } else if text.contains("TZ") || CronSchedule(text) == nil {
      report.invalid(path["schedule"], "not a cron schedule", value: .string(text))
    }
    guard let zone = spec.set("timeZone")?.string else { return }
    if zone.isEmpty || zone.lowercased() == "local" || !TimeZones.isKnown(zone) {
      report.invalid(path["timeZone"], "not a time zone of the IANA database", value: .string(zone))
    }
  }
}
