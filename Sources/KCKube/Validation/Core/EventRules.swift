internal import KCData

/// Events and leases.
enum EventRules {
  /// Events of the core group.
  static func core(_ object: Value, _ report: inout ValidationReport) { check(object, isNew: false, &report) }

  /// Events of `events.k8s.io`.
  static func new(_ object: Value, _ report: inout ValidationReport) { check(object, isNew: true, &report) }

  private static func check(_ object: Value, isNew: Bool, _ report: inout ValidationReport) {
    let regarding = object[isNew ? "regarding" : "involvedObject"] ?? [:]
    let namespace = regarding.text("namespace")
    let own = object.namespace ?? ""
    let here = FieldPath("involvedObject", "namespace")
    let hasTime = !(object.set("eventTime")?.string ?? "").isEmpty
    // An event about something of the cluster lives in the namespace `default`. Where a time tells that the event is
    // of the newer sort, the server does not compare namespaces any more.
    let isHome =
      if namespace.isEmpty { own.isEmpty || own == "default" || hasTime && own == "kube-system" } else {
        hasTime || namespace == own
      }
    if !isHome { report.invalid(here, "does not match event.namespace", value: .string(namespace)) }
    if isNew {
      if !hasTime { report.required(FieldPath("eventTime")) }
      series(object, &report)
      deprecated(object, &report)
      let kind = object.text("type")
      if kind != "Normal", kind != "Warning" {
        report.invalid(FieldPath("type"), "must be Normal or Warning", value: .string(kind))
      }
    }
    guard hasTime else { return }
    let names = isNew ? ("reportingController", "note") : ("reportingComponent", "message")
    report.notEmpty(object.text("reason"), FieldPath("reason"))
    report.notEmpty(object.text("action"), FieldPath("action"))
    if object.text("reason").utf8.count > 128 { report.invalid(FieldPath("reason"), "at most 128 characters") }
    if object.text("action").utf8.count > 128 { report.invalid(FieldPath("action"), "at most 128 characters") }
    if object.text(names.1).utf8.count > 1024 {
      report.invalid(FieldPath("message"), "at most 1024 characters", value: "")
    }
    let controller = object.text(names.0)
    report.notEmpty(controller, FieldPath(isNew ? "reportingController" : "reportingComponent"))
    report.qualifiedName(controller, FieldPath(isNew ? "reportingController" : "reportingComponent"))
    let instance = object.text("reportingInstance")
    report.notEmpty(instance, FieldPath("reportingInstance"))
    if instance.utf8.count > 128 { report.invalid(FieldPath("reportingInstance"), "at most 128 characters") }
  }

  private static func series(_ object: Value, _ report: inout ValidationReport) {
    guard let series = object.set("series") else { return }
    if (series["count"]?.int ?? 0) < 2 {
      report.invalid(FieldPath("series", "count"), "must be at least 2", value: series["count"])
    }
    if series.text("lastObservedTime").isEmpty { report.required(FieldPath("series", "lastObservedTime")) }
  }

  /// Fields of the older kind of event that a new one must not set.
  private static func deprecated(_ object: Value, _ report: inout ValidationReport) {
    for (field, shown) in [
      ("deprecatedFirstTimestamp", "firstTimestamp"), ("deprecatedLastTimestamp", "lastTimestamp"),
      ("deprecatedCount", "count"), ("deprecatedSource", "source"),
    ] where !Defaulting.isZero(object[field]) {
      report.invalid(FieldPath(shown), "must not be set", value: "")
    }
  }

  static func update(_ object: Value, old: Value, type: ResourceType, _ report: inout ValidationReport) {
    guard type.group == "events.k8s.io" else { return }
    for (field, shown) in [
      ("regarding", "involvedObject"), ("reason", "reason"), ("note", "message"),
      ("deprecatedSource", "source"), ("deprecatedFirstTimestamp", "firstTimestamp"),
      ("deprecatedLastTimestamp", "lastTimestamp"), ("deprecatedCount", "count"), ("type", "type"),
      ("eventTime", "eventTime"), ("action", "action"), ("related", "related"),
      ("reportingController", "reportingController"), ("reportingInstance", "reportingInstance"),
    ] {
      report.immutable(object[field], old[field], FieldPath(shown))
    }
  }

  static func lease(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    if let seconds = spec.set("leaseDurationSeconds")?.int, seconds <= 0 {
      report.invalid(path["leaseDurationSeconds"], "must be greater than 0", value: .int(seconds))
    }
    report.nonNegative(spec["leaseTransitions"], path["leaseTransitions"])
    if let strategy = spec.set("strategy")?.string {
      let isOwn = strategy.contains("/") ? Names.isQualifiedName(strategy) : strategy == "OldestEmulationVersion"
      if !isOwn { report.invalid(path["strategy"], "not a strategy", value: .string(strategy)) }
    }
    if let candidate = spec.set("preferredHolder")?.string, !candidate.isEmpty, spec.text("strategy").isEmpty {
      report.forbidden(path["preferredHolder"], "may not be specified without strategy")
    }
  }
}
