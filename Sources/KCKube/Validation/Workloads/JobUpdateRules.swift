internal import KCData

/// What may change in a job.
enum JobUpdateRules {
  static func check(_ object: Value, _ old: Value, _ report: inout ValidationReport) {
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    let path = FieldPath("spec")
    completions(new, before, path["completions"], &report)
    for field in fixed { report.immutable(new[field], before[field], path[field]) }
    var template = new["template"] ?? [:]
    var former = before["template"] ?? [:]
    if canBePlaced(old) {
      openUp(&template)
      openUp(&former)
    }
    report.immutable(template, former, path["template"])
  }

  /// Fields that never change.
  static let fixed = [
    "selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy",
  ]

  /// Whether a job is suspended and has not started: until it does, its pods can be placed anew.
  static func canBePlaced(_ job: Value) -> Bool {
    job.at("spec", "suspend") == true && Defaulting.isNil(job.at("status", "startTime"))
  }

  /// A template without what may change while pods can be placed anew.
  static func openUp(_ template: inout Value) {
    for field in ["nodeSelector", "tolerations", "schedulingGates"] { template.set(nil, at: "spec", field) }
    for field in ["labels", "annotations"] { template.set(nil, at: "metadata", field) }
    if template["metadata"] == [:] { template["metadata"] = nil }
    Defaulting.within(&template, "spec") { spec in
      Defaulting.within(&spec, "affinity") { $0["nodeAffinity"] = nil }
      if Value.isSame(spec["affinity"], nil) { spec["affinity"] = nil }
      for field in ["containers", "initContainers"] { Defaulting.each(&spec, field) { $0["resources"] = nil } }
    }
  }

  private static func completions(
    _ new: Value, _ before: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if Value.isSame(new["completions"], before["completions"]) { return }
    guard new["completionMode"] == "Indexed" else {
      return report.immutable(new["completions"], before["completions"], path)
    }
    // Without a number, that is reported elsewhere.
    guard let number = new.set("completions") else { return }
    if number != new["parallelism"] {
      report.invalid(path, "can only change together with parallelism, to the same number", value: number)
    }
  }
}
