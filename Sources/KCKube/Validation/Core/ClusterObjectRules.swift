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
    podSecurity(object.labels, &report)
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
    let families = texts.compactMap { IPRange($0)?.address.isIPv6 }
    if texts.count > 1, families.count == texts.count, families.filter({ $0 }).count != 1 || texts.count > 2 {
      report.invalid(path["podCIDRs"], "may have at most one range of each family", value: spec["podCIDRs"])
    }
    var seen: Set<String> = []
    for (index, text) in texts.enumerated() where !seen.insert(text).inserted {
      report.duplicate(path["podCIDRs"][index], text)
    }
  }

  static func nodeStatus(_ object: Value, _ report: inout ValidationReport) {
    let status = object["status"] ?? [:]
    amounts(object, &report)
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
