internal import KCData
internal import KCKube

enum JobTables {
  private static func wide(_ spec: Value?) -> [Value] {
    WorkloadTables.containers(spec?.at("template", "spec")) + [.string(LabelText.of(selector: spec?["selector"]))]
  }

  static let job = TableLayout(
    .named("Status,Completions,Duration,Age,|,Containers,Images,Selector")
  ) { job, now in
    let done = job.at("status", "succeeded")?.int ?? 0
    let parallelism = job.at("spec", "parallelism")?.int ?? 0
    let completions =
      job.at("spec", "completions")?.int.map { "\(done)/\($0)" }
      ?? (parallelism > 1 ? "\(done)/1 of \(parallelism)" : "\(done)/1")
    return [.string(status(job)), .string(completions), .string(duration(job, now)), job.age(now)]
      + wide(job["spec"])
  }

  private static func status(_ job: Value) -> String {
    let holds = (job.at("status", "conditions")?.array ?? []).filter { $0["status"] == "True" }
    func has(_ type: String) -> Bool { holds.contains { $0["type"]?.string == type } }
    if has("Complete") { return "Complete" }
    if has("Failed") { return "Failed" }
    if job.isBeingDeleted { return "Terminating" }
    if has("Suspended") { return "Suspended" }
    if has("FailureTarget") { return "FailureTarget" }
    if has("SuccessCriteriaMet") { return "SuccessCriteriaMet" }
    return "Running"
  }

  private static func duration(_ job: Value, _ now: Timestamp) -> String {
    guard let start = job.at("status", "startTime")?.string.flatMap({ Timestamp($0) }) else { return "" }
    let end = job.at("status", "completionTime")?.string.flatMap { Timestamp($0) }
    return Tables.span(start, end ?? now)
  }

  static let cronJob = TableLayout(
    .named(
      "Schedule,Timezone,Suspend:boolean,Active:integer,Last Schedule,Age,|,Containers,Images,Selector")
  ) { object, now in
    let last = object.at("status", "lastScheduleTime")
    let isSuspended = object.at("spec", "suspend")?.bool
    return [
      object.cell("spec", "schedule"), object.cell("spec", "timeZone", or: "<none>"),
      .string(isSuspended.map { $0 ? "True" : "False" } ?? "<unset>"),
      Value(object.at("status", "active")?.array?.count ?? 0),
      last?.string == nil ? "<none>" : Tables.age(last, now), object.age(now),
    ] + wide(object.at("spec", "jobTemplate", "spec"))
  }
}
