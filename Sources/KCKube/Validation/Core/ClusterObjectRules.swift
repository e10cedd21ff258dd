internal import KCData

/// Namespaces and nodes.
enum ClusterObjectRules {
  static func namespace(_ object: Value, _ report: inout ValidationReport) {
    for finalizer in object["spec"]?.texts("finalizers") ?? [] {
      let here = FieldPath("spec", "finalizers")
      report.qualifiedName(finalizer, here)
      if !finalizer.contains("/"), !["kubernetes", "orphan", "foregroundDeletion"].contains(finalizer) {
        report.invalid(here, "must have a domain, as in example.com/name", value: .string(finalizer))
      }
    }
    // Admission looks at what validation let pass.
    if report.isEmpty { podSecurity(object.labels, &report) }
  }

  private static let security = "pod-security.kubernetes.io/"

  /// Labels that choose a pod security standard.
  private static func podSecurity(_ labels: [String: String], _ report: inout ValidationReport) {
    for mode in ["enforce", "audit", "warn"] {
      let path = FieldPath("metadata", "labels")
      if let level = labels[security + mode], !["privileged", "baseline", "restricted"].contains(level) {
        report.invalid(
          path.key(security + mode), "must be one of privileged, baseline, restricted", value: .string(level))
      }
      if let version = labels["\(security)\(mode)-version"], version != "latest" {
        let minor = version.hasPrefix("v1.") ? version.dropFirst(3) : ""
        let isNumber = !minor.isEmpty && minor.utf8.allSatisfy { (48...57).contains($0) }
        if !isNumber || minor.utf8.count > 1 && minor.first == "0" {
          report.invalid(
            path.key("\(security)\(mode)-version"), "must be \"latest\" or \"v1.x\"", value: .string(version))
        }
      }
    }
  }

  static func namespaceStatus(_ object: Value, _ report: inout ValidationReport) {
    let phase = object.at("status", "phase")?.string ?? ""
    let path = FieldPath("status", "Phase")
    if object.isBeingDeleted {
      if phase != "Terminating" {
        report.invalid(path, "must be Terminating while it is being deleted", value: .string(phase))
      }
    } else if phase != "Active", !phase.isEmpty {
      report.invalid(path, "may only be Active unless it is being deleted", value: .string(phase))
    }
  }

  static func node(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    var seen: Set<String> = []
    for (index, taint) in spec.list("taints").enumerated() {
      let here = FieldPath("metadata", "taints")[index]
      report.qualifiedName(taint.text("key"), here["key"])
      ObjectMetaRules.labelValue(taint.text("value"), here["value"], &report)
      let effect = taint.text("effect")
      report.requiredOneOf(effect, ["NoSchedule", "PreferNoSchedule", "NoExecute"], here["effect"])
      if !seen.insert("\(taint.text("key")) \(effect)").inserted { report.duplicate(here, taint.text("key")) }
    }
    ranges(spec, FieldPath("spec"), &report)
    amounts(object, &report)
    features(object["status"] ?? [:], &report)
    if let swap = object.at("status", "nodeInfo", "swap", "capacity")?.int, swap <= 0 {
      report.invalid(
        FieldPath("metadata", "nodeSwapStatus", "capacity"), "must be greater than zero", value: .int(swap))
    }
  }

  private static func amounts(_ object: Value, _ report: inout ValidationReport) {
    for field in ["capacity", "allocatable"] {
      for (name, value) in object["status"]?.map(field) ?? [:] {
        ResourceRules.amount(name, value, FieldPath("status", field, name), &report)
      }
    }
  }

  private static func ranges(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let texts = spec.texts("podCIDRs")
    for (index, text) in texts.enumerated() where IPRange(text) == nil {
      report.invalid(path["podCIDRs"][index], "not an address range", value: .string(text))
    }
    guard texts.count > 1 else { return }
    let families = texts.compactMap { IPRange($0)?.address.isIPv6 }
    if families.count < texts.count {
      report.add("InternalError", path["podCIDRs"], "Internal error: not all are address ranges")
    }
    let isDual = families.count == texts.count && Set(families).count == 2
    if !isDual || texts.count > 2 {
      report.invalid(path["podCIDRs"], "may have at most one range of each family", value: spec["podCIDRs"])
    }
  }

  /// What a node says that it can do: names in order, as in `MyFeature/part`.
  private static func features(_ status: Value, _ report: inout ValidationReport) {
    let names = status.texts("declaredFeatures")
    for (index, name) in names.enumerated() {
      let here = FieldPath("status", "declaredFeatures")[index]
      if !isFeature(name) { report.invalid(here, "not the name of a feature", value: .string(name)) }
      guard index > 0 else { continue }
      if names[index - 1] == name { report.duplicate(here, name) }
      if names[index - 1].utf8.lexicographicallyPrecedes(name.utf8) { continue }
      if names[index - 1] != name { report.invalid(here, "must be sorted alphabetically", value: .string(name)) }
    }
  }

  private static func isFeature(_ name: String) -> Bool {
    guard name.utf8.count <= 253, let first = name.utf8.first, (65...90).contains(first) else { return false }
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty
        && part.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) }
    }
  }

  static func nodeStatus(_ object: Value, _ report: inout ValidationReport) {
    let status = object["status"] ?? [:]
    amounts(object, &report)
    features(status, &report)
    var seen: Set<String> = []
    for (index, address) in status.list("addresses").enumerated() {
      let key = "\(address.text("type")) \(address.text("address"))"
      if !seen.insert(key).inserted { report.duplicate(FieldPath("status", "addresses")[index], key) }
    }
  }

  static func nodeUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    nodeStatus(object, &report)
    let new = object["spec"] ?? [:]
    let before = old["spec"] ?? [:]
    if !before.list("podCIDRs").isEmpty, new.texts("podCIDRs") != before.texts("podCIDRs") {
      report.forbidden(FieldPath("spec", "podCIDRs"), "cannot be changed once it is set")
    }
    if !before.text("providerID").isEmpty, new.text("providerID") != before.text("providerID") {
      report.forbidden(FieldPath("spec", "providerID"), "cannot be changed once it is set")
    }
    if new.text("externalID") != before.text("externalID") {
      report.forbidden(FieldPath("spec", "externalID"), "cannot be changed")
    }
    let known = ["taints", "podCIDR", "podCIDRs", "providerID", "unschedulable", "configSource", "externalID"]
    var left = new
    var right = before
    for field in known {
      left[field] = nil
      right[field] = nil
    }
    if left != right {
      report.forbidden(FieldPath(), "only metadata, taints, ranges and unschedulable of a node can change")
    }
  }
}
