internal import KCData

/// Roles and their bindings.
enum AccessRules {
  static func role(_ object: Value, namespaced: Bool, _ report: inout ValidationReport) {
    for (index, rule) in object.list("rules").enumerated() {
      let here = FieldPath("rules")[index]
      if rule.list("verbs").isEmpty { report.required(here["verbs"], "at least one verb is needed") }
      let urls = rule.list("nonResourceURLs")
      if !urls.isEmpty {
        if namespaced {
          report.invalid(
            here["nonResourceURLs"], "a rule of a namespace cannot name URLs", value: rule["nonResourceURLs"])
        } else if !rule.list("apiGroups").isEmpty || !rule.list("resources").isEmpty
          || !rule.list("resourceNames").isEmpty
        {
          report.invalid(
            here["nonResourceURLs"], "a rule names either resources or URLs", value: rule["nonResourceURLs"])
        }
        if !namespaced { continue }
      }
      if namespaced, !urls.isEmpty { continue }
      if rule.list("apiGroups").isEmpty { report.required(here["apiGroups"], "at least one API group is needed") }
      if rule.list("resources").isEmpty { report.required(here["resources"], "at least one resource is needed") }
    }
    guard !namespaced, let aggregation = object.set("aggregationRule") else { return }
    let path = FieldPath("aggregationRule", "clusterRoleSelectors")
    let selectors = aggregation.list("clusterRoleSelectors")
    if selectors.isEmpty { report.required(path, "at least one selector is needed") }
    for (index, selector) in selectors.enumerated() where !SelectorRules.labels(selector, path[index], &report) {
      report.invalid(path[index], "not a usable label selector", value: .null)
    }
  }

  static let group = "rbac.authorization.k8s.io"

  static func binding(_ object: Value, namespaced: Bool, _ report: inout ValidationReport) {
    let reference = object["roleRef"] ?? [:]
    let path = FieldPath("roleRef")
    report.oneOf(reference.text("apiGroup"), [group], path["apiGroup"])
    report.oneOf(reference.text("kind"), namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"], path["kind"])
    if reference.text("name").isEmpty {
      report.required(path["name"])
    } else {
      report.pathSegment(reference.text("name"), path["name"])
    }
    for (index, subject) in object.list("subjects").enumerated() {
      self.subject(subject, namespaced: namespaced, FieldPath("subjects")[index], &report)
    }
  }

  private static func subject(
    _ subject: Value, namespaced: Bool, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let name = subject.text("name")
    report.notEmpty(name, path["name"])
    switch subject.text("kind") {
    case "ServiceAccount":
      if !name.isEmpty { report.subdomain(name, path["name"]) }
      report.oneOf(subject.text("apiGroup"), [""], path["apiGroup"])
      if !namespaced { report.notEmpty(subject.text("namespace"), path["namespace"]) }
    case "User", "Group": report.oneOf(subject.text("apiGroup"), [group], path["apiGroup"])
    case let other: report.unsupported(path["kind"], other, allowed: ["ServiceAccount", "User", "Group"])
    }
  }
}
