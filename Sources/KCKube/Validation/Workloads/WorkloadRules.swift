internal import KCData

/// What deployments, replica sets, stateful sets and daemon sets have in common.
enum WorkloadRules {
  static func deployment(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    counts(spec, ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], path, &report)
    if selector(spec, path, &report) {
      replicaTemplate(spec, path, &report)
    } else {
      report.invalid(path["selector"], "not a usable label selector", value: spec["selector"])
    }
    strategy(spec, path["strategy"], &report)
    if let deadline = spec.set("progressDeadlineSeconds")?.int, deadline <= spec["minReadySeconds"]?.int ?? 0 {
      report.invalid(path["progressDeadlineSeconds"], "must be greater than minReadySeconds", value: .int(deadline))
    }
  }

  static func replicaSet(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    counts(spec, ["replicas", "minReadySeconds"], path, &report)
    if selector(spec, path, &report) {
      replicaTemplate(spec, path, &report)
    } else {
      report.invalid(path["selector"], "not a usable label selector", value: spec["selector"])
    }
  }

  static func statefulSet(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    if !["OrderedReady", "Parallel"].contains(spec.text("podManagementPolicy")) {
      report.invalid(
        path["podManagementPolicy"], "must be OrderedReady or Parallel", value: spec["podManagementPolicy"])
    }
    statefulStrategy(spec, path["updateStrategy"], &report)
    counts(spec, ["replicas", "minReadySeconds"], path, &report)
    report.nonNegative(spec["ordinals"]?["start"], path["ordinals"]["start"])
    if let policy = spec.set("persistentVolumeClaimRetentionPolicy") {
      for field in ["whenDeleted", "whenScaled"] {
        report.oneOf(
          policy.text(field), ["Retain", "Delete"], path["persistentVolumeClaimRetentionPolicy"][field])
      }
    }
    if !spec.text("serviceName").isEmpty { report.label(spec.text("serviceName"), path["serviceName"]) }
    let isUsable = selector(spec, path, &report)
    if !isUsable { report.invalid(path["selector"], "not a usable label selector", value: spec["selector"]) }
    // Claims are volumes of the pods.
    var merged = spec
    let claims = spec.list("volumeClaimTemplates")
    let names = Set(claims.compactMap(\.name))
    let own = spec.at("template", "spec", "volumes")?.array ?? []
    merged.set(
      .array(
        claims.map { ["name": .string($0.name ?? ""), "persistentVolumeClaim": ["claimName": .string($0.name ?? "")]] }
          + own.filter { !names.contains($0.text("name")) }), at: "template", "spec", "volumes")
    if isUsable {
      match(spec, path, &report)
      template(merged, path, &report)
    }
    restart(spec, path, &report)
    for (index, claim) in claims.enumerated() {
      ClaimRules.spec(claim["spec"] ?? [:], path["volumeClaimTemplates"][index]["spec"], &report)
    }
  }

  static func daemonSet(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let isUsable = SelectorRules.labels(spec["selector"], path["selector"], &report)
    if isUsable { match(spec, path, &report) }
    if spec["selector"] == [:] { report.invalid(path["selector"], "an empty selector is not allowed", value: [:]) }
    template(spec, path, &report)
    restart(spec, path, &report)
    counts(spec, ["minReadySeconds", "revisionHistoryLimit"], path, &report)
    daemonStrategy(spec, path["updateStrategy"], &report)
  }

  static func replicationController(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    counts(spec, ["replicas", "minReadySeconds"], path, &report)
    if spec.map("selector").isEmpty { report.required(path["selector"]) }
    guard spec.has("template") else {
      report.required(path["template"])
      return
    }
    if !spec.map("selector").isEmpty {
      let labels = stringMap(spec.at("template", "metadata", "labels"))
      let isMatch = stringMap(spec["selector"]).allSatisfy { labels[$0.key] == $0.value }
      if !isMatch { mismatch(spec, path, &report) }
    }
    template(spec, path, &report)
    restart(spec, path, &report)
  }

  static func podTemplate(_ object: Value, _ report: inout ValidationReport) {
    PodRules.template(object["template"] ?? [:], FieldPath("template"), &report)
  }

  // MARK: Parts

  private static func counts(
    _ spec: Value, _ fields: [String], _ path: FieldPath, _ report: inout ValidationReport
  ) {
    for field in fields { report.nonNegative(spec[field], path[field]) }
  }

  /// Checks the selector; false where it cannot be used for matching.
  private static func selector(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) -> Bool {
    guard let selector = spec.set("selector") else {
      report.required(path["selector"])
      return true
    }
    let isUsable = SelectorRules.labels(selector, path["selector"], &report)
    if selector == [:] { report.invalid(path["selector"], "an empty selector is not allowed", value: selector) }
    return isUsable
  }

  private static func mismatch(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    report.invalid(
      path["template"]["metadata"]["labels"], "`selector` does not match template `labels`",
      value: spec.at("template", "metadata", "labels") ?? .null)
  }

  /// The selector must match the template's labels. No selector matches nothing, an empty one everything.
  static func match(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let labels = stringMap(spec.at("template", "metadata", "labels"))
    guard let selector = spec.set("selector") else { return mismatch(spec, path, &report) }
    guard let parsed = try? LabelSelector(selector) else { return }
    if !parsed.isEmpty, !parsed.matches(labels) { mismatch(spec, path, &report) }
  }

  static func template(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    PodRules.template(spec["template"] ?? [:], path["template"], &report)
  }

  /// Pods that are kept running restart always and have no deadline.
  private static func restart(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let here = path["template"]["spec"]
    let policy = spec.at("template", "spec", "restartPolicy")?.string ?? ""
    if policy != "Always", !policy.isEmpty { report.unsupported(here["restartPolicy"], policy, allowed: ["Always"]) }
    if !Defaulting.isNil(spec.at("template", "spec", "activeDeadlineSeconds")) {
      report.forbidden(here["activeDeadlineSeconds"], "is not supported for pods that are kept running")
    }
  }

  private static func replicaTemplate(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    match(spec, path, &report)
    template(spec, path, &report)
    restart(spec, path, &report)
  }

  private static func isZero(_ value: Value?) -> Bool {
    guard let text = value?.string else { return value == 0 }
    return (Names.percent(text) ?? Int(text) ?? 0) == 0
  }

  private static func strategy(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let strategy = spec["strategy"] ?? [:]
    let rolling = strategy.set("rollingUpdate")
    switch strategy.text("type") {
    case "Recreate":
      if rolling != nil { report.forbidden(path["rollingUpdate"], "may not be specified when the type is Recreate") }
    case "RollingUpdate":
      guard let rolling else {
        report.required(path["rollingUpdate"])
        return
      }
      let here = path["rollingUpdate"]
      for field in ["maxUnavailable", "maxSurge"] { report.nonNegativeOrPercent(rolling[field], here[field]) }
      if isZero(rolling["maxUnavailable"]), isZero(rolling["maxSurge"]) {
        report.invalid(here["maxUnavailable"], "may not be 0 when maxSurge is 0", value: rolling["maxUnavailable"])
      }
      report.notOverHundred(rolling["maxUnavailable"], here["maxUnavailable"])
    case let other: report.unsupported(path, other, allowed: ["Recreate", "RollingUpdate"])
    }
  }

  private static func statefulStrategy(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let strategy = spec["updateStrategy"] ?? [:]
    let rolling = strategy.set("rollingUpdate")
    switch strategy.text("type") {
    case "": report.required(path)
    case "OnDelete":
      if rolling != nil {
        report.invalid(path["rollingUpdate"], "only allowed for RollingUpdate", value: rolling)
      }
    case "RollingUpdate": report.nonNegative(rolling?["partition"], path["rollingUpdate"]["partition"])
    default: report.invalid(path, "must be RollingUpdate or OnDelete", value: strategy)
    }
  }

  private static func daemonStrategy(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let strategy = spec["updateStrategy"] ?? [:]
    switch strategy.text("type") {
    case "OnDelete": break
    case "RollingUpdate":
      guard let rolling = strategy.set("rollingUpdate") else {
        report.required(path["rollingUpdate"])
        return
      }
      let here = path["rollingUpdate"]
      let unavailable = rolling["maxUnavailable"]
      let surge = rolling["maxSurge"]
      report.nonNegativeOrPercent(unavailable, here["maxUnavailable"])
      report.nonNegativeOrPercent(surge, here["maxSurge"])
      report.notOverHundred(unavailable, here["maxUnavailable"])
      report.notOverHundred(surge, here["maxSurge"])
      let hasUnavailable = !isZero(unavailable) && !Defaulting.isNil(unavailable)
      let hasSurge = !isZero(surge) && !Defaulting.isNil(surge)
      if hasUnavailable, hasSurge {
        report.invalid(here["maxSurge"], "may not be set when maxUnavailable is non-zero", value: surge)
      } else if !hasUnavailable, !hasSurge {
        report.required(here["maxUnavailable"], "cannot be 0 when maxSurge is 0")
      }
    case let other: report.unsupported(path, other, allowed: ["RollingUpdate", "OnDelete"])
    }
  }
}
