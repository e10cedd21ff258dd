internal import KCData

/// Resource quotas and limit ranges.
enum QuotaRules {
  private static let standard: Set<String> = [
    "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage",
    "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods", "resourcequotas",
    "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports",
    "services.loadbalancers",
  ]
  private static let otherStandard: Set<String> = ["storage"]

  private static func isStandardForQuota(_ name: String) -> Bool {
    standard.contains(name) || name.hasPrefix("hugepages-") || name.hasPrefix("requests.hugepages-")
      || name.hasPrefix("limits.hugepages-")
  }

  static func quota(_ object: Value, _ report: inout ValidationReport) {
    spec(object["spec"] ?? [:], FieldPath("spec"), &report)
  }

  private static func spec(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for (name, value) in spec.map("hard") {
      let here = path["hard"].key(name)
      resourceName(name, here, &report)
      ResourceRules.amount(name, value, here, &report)
    }
    scopes(spec, path["scopes"], &report)
    scopeSelector(spec, path["scopeSelector"], &report)
  }

  /// A resource as quotas and limits name it: a standard one, or one with a domain.
  static func resourceName(
    _ name: String, _ path: FieldPath, isForQuota: Bool = true, _ report: inout ValidationReport
  ) {
    report.qualifiedName(name, path)
    if name.contains("/") { return }
    let isStandard = isStandardForQuota(name) || !isForQuota && otherStandard.contains(name)
    if !isStandard { report.invalid(path, "must be a standard resource or have a domain", value: .string(name)) }
  }

  private static let allScopes = [
    "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
  ]

  private static func suits(_ scope: String, _ resource: String) -> Bool {
    switch scope {
    case "BestEffort": resource == "pods"
    case "VolumeAttributesClass":
      resource == "persistentvolumeclaims" || resource == "requests.storage"
    case "Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity":
      podResources.contains(resource)
    default: true
    }
  }

  private static let podResources: Set<String> = [
    "pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory",
  ]

  private static let conflicts = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]]

  private static func scopes(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard spec.has("scopes") else { return }
    let scopes = spec.texts("scopes")
    for scope in scopes {
      if !allScopes.contains(scope) {
        report.invalid(path, "unsupported scope", value: spec["scopes"])
      }
      for (resource, _) in spec.map("hard") where isStandardForQuota(resource) && !suits(scope, resource) {
        report.invalid(path, "scope \(scope) does not apply to \(resource)", value: spec["scopes"])
      }
    }
    for pair in conflicts where pair.allSatisfy({ scopes.contains($0) }) {
      report.invalid(path, "conflicting scopes", value: spec["scopes"])
    }
  }

  private static func scopeSelector(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let selector = spec.set("scopeSelector") else { return }
    let here = path["matchExpressions"]
    var scopes: [String] = []
    for expression in selector.list("matchExpressions") {
      let scope = expression.text("scopeName")
      scopes.append(scope)
      if !allScopes.contains(scope) {
        report.invalid(here["scopeName"], "unsupported scope", value: .string(scope))
      }
      for (resource, _) in spec.map("hard") where isStandardForQuota(resource) && !suits(scope, resource) {
        report.invalid(here, "scope \(scope) does not apply to \(resource)", value: .string(scope))
      }
      let name = expression.text("operator")
      let fixed = ["BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"]
      if fixed.contains(scope), name != "Exists" {
        report.invalid(here["operator"], "must be Exists for the scope \(scope)", value: .string(name))
      }
      let values = expression.list("values")
      switch name {
      case "In", "NotIn":
        if values.isEmpty { report.required(here["values"], "must be at least one value for In and NotIn") }
      case "Exists", "DoesNotExist":
        if !values.isEmpty {
          report.invalid(here["values"], "must be no value for Exists and DoesNotExist", value: expression["values"])
        }
      default: report.invalid(here["operator"], "not a valid selector operator", value: .string(name))
      }
    }
    for pair in conflicts where pair.allSatisfy({ scopes.contains($0) }) {
      report.invalid(here, "conflicting scopes", value: selector)
    }
  }

  static func quotaUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    func scopes(_ object: Value) -> Set<String> { Set(object["spec"]?.texts("scopes") ?? []) }
    if scopes(object) != scopes(old) {
      report.invalid(FieldPath("spec", "scopes"), "cannot be changed", value: object.at("spec", "scopes"))
    }
  }

  static func quotaStatus(_ object: Value, _ report: inout ValidationReport) {
    for field in ["hard", "used"] {
      for (name, value) in object["status"]?.map(field) ?? [:] {
        let here = FieldPath("status", field).key(name)
        resourceName(name, here, &report)
        ResourceRules.amount(name, value, here, &report)
      }
    }
  }
}
