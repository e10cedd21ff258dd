internal import KCData

/// Jobs.
enum JobRules {
  static func job(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    self.spec(spec, path, &report)
    if !spec.has("selector") { report.required(path["selector"]) }
    SelectorRules.labels(spec["selector"], path["selector"], &report)
    WorkloadRules.match(spec, path, &report)
  }

  /// What is asked of new jobs only.
  static func newJob(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    generatedSelector(object, spec, FieldPath("spec"), &report)
    let name = object.name ?? ""
    if spec["completionMode"] == "Indexed", let completions = spec.set("completions")?.int, completions > 0,
      !Names.isLabel("\(name)-\(completions - 1)")
    {
      report.invalid(
        FieldPath("metadata", "name"), "with the index of a pod it is not a DNS label", value: .string(name))
    }
  }

  /// Unless it is the user's own, the selector must be the one made from the job's uid.
  private static func generatedSelector(
    _ object: Value, _ spec: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard !spec.flag("manualSelector"), let selector = spec.set("selector") else { return }
    let uid = object.uid ?? ""
    let name = object.name ?? ""
    let wanted = [
      "controller-uid": uid, "job-name": name, "batch.kubernetes.io/controller-uid": uid,
      "batch.kubernetes.io/job-name": name,
    ]
    let labels = path["template"]["metadata"]["labels"]
    let given = stringMap(spec.at("template", "metadata", "labels"))
    for (key, value) in wanted.sorted(by: { $0.key < $1.key }) {
      if given[key] == nil {
        report.required(labels.key(key), "must be \(value)")
      } else if given[key] != value {
        report.invalid(labels.key(key), "must be \(value)", value: .string(given[key] ?? ""))
      }
    }
    if let parsed = try? LabelSelector(selector), !parsed.isEmpty, !parsed.matches(wanted) {
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
      if completions == nil {
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
    if spec["completionMode"] == "NonIndexed" || !spec.has("completionMode") {
      for field in ["backoffLimitPerIndex", "maxFailedIndexes"] where spec.has(field) {
        report.invalid(path[field], "requires Indexed completion mode", value: spec[field])
      }
    }
    if let failed = spec.set("maxFailedIndexes")?.int {
      if !spec.has("backoffLimitPerIndex") {
        report.required(path["backoffLimitPerIndex"], "is needed with maxFailedIndexes")
      }
      if isIndexed, let completions, failed > completions {
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

  static func cronJob(_ object: Value, old: Value?, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    schedule(spec, old?["spec"], path, &report)
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

  private static func schedule(
    _ spec: Value, _ old: Value?, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let text = spec.text("schedule")
    let here = path["schedule"]
    var fields = text[...]
    // A time zone within the schedule stays where it has been.
    if text.hasPrefix("TZ=") || text.hasPrefix("CRON_TZ="), let space = text.firstIndex(of: " ") {
      fields = text[space...].drop { $0 == " " }
    }
    if text.isEmpty {
      report.required(here)
    } else if CronSchedule(String(fields)) == nil {
      report.invalid(here, "not a cron schedule", value: .string(text))
    }
    if text.contains("TZ") {
      if !(old?.text("schedule").contains("TZ") ?? false) {
        report.invalid(here, "must not hold a time zone: use timeZone", value: .string(text))
      } else if spec.has("timeZone") {
        report.invalid(here, "must not hold a time zone when timeZone is set", value: .string(text))
      }
    }
    guard let zone = spec.set("timeZone")?.string, zone != old?.set("timeZone")?.string else { return }
    if zone.isEmpty || zone.lowercased() == "local" || !TimeZones.isKnown(zone) {
      report.invalid(path["timeZone"], "not a time zone of the IANA database", value: .string(zone))
    }
  }
}
