internal import KCData

/// Where a pod may run.
enum PodPlacementRules {
  static func check(_ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport) {
    let spec = context.spec
    ObjectMetaRules.labels(spec["nodeSelector"], path["nodeSelector"], &report)
    if let affinity = spec.set("affinity") { self.affinity(affinity, path["affinity"], &report) }
    tolerations(spec.list("tolerations"), path["tolerations"], &report)
    spread(spec, path["topologySpreadConstraints"], &report)
  }

  private static func affinity(_ affinity: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let node = affinity.set("nodeAffinity") {
      let here = path["nodeAffinity"]
      if let required = node.set(hard) { SelectorRules.nodes(required, here[hard], &report) }
      for (index, term) in node.list(soft).enumerated() {
        weight(term, here[soft][index], &report)
        SelectorRules.nodeTerm(term["preference"] ?? .null, here[soft][index]["preference"], &report)
      }
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
      guard let part = affinity.set(kind) else { continue }
      for (index, term) in part.list(hard).enumerated() { podTerm(term, path[kind][hard][index], &report) }
      for (index, term) in part.list(soft).enumerated() {
        let here = path[kind][soft][index]
        weight(term, here, &report)
        podTerm(term["podAffinityTerm"] ?? .null, here["podAffinityTerm"], &report)
      }
    }
  }

  private static let hard = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let soft = "preferredDuringSchedulingIgnoredDuringExecution"

  private static func weight(_ term: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let weight = term["weight"]?.int ?? 0
    if !(1...100).contains(weight) {
      report.invalid(path["weight"], "must be in the range 1-100", value: .int(weight))
    }
  }

  private static func podTerm(_ term: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    SelectorRules.labels(term["labelSelector"], path["labelSelector"], &report)
    SelectorRules.labels(term["namespaceSelector"], path["namespaceSelector"], &report)
    for name in term.texts("namespaces") where !Names.isLabel(name) {
      report.invalid(path["namespace"], "not a valid namespace", value: .string(name))
    }
    let others = Set(term.texts("mismatchLabelKeys"))
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
      keys(term.texts(field), term["labelSelector"], path[field], &report)
    }
    repeated(term, path, &report)
    for (index, key) in term.texts("matchLabelKeys").enumerated() where others.contains(key) {
      report.invalid(path["matchLabelKeys"][index], "is in mismatchLabelKeys too", value: .string(key))
    }
    report.notEmpty(term.text("topologyKey"), path["topologyKey"])
    report.qualifiedName(term.text("topologyKey"), path["topologyKey"])
  }

  /// Keys whose values are taken from the pod itself.
  private static func keys(
    _ keys: [String], _ selector: Value?, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    if keys.isEmpty { return }
    guard !Defaulting.isNil(selector) else {
      report.forbidden(path, "must not be specified when labelSelector is not set")
      return
    }
    for (index, key) in keys.enumerated() { report.qualifiedName(key, path[index]) }
  }

  /// Keys whose value the pod's own selector names too, next to the requirement made from the key.
  private static func repeated(_ term: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let keys = term.texts("matchLabelKeys")
    guard !keys.isEmpty, let selector = term.set("labelSelector") else { return }
    var seen = Set(selector.map("matchLabels").keys)
    for expression in selector.list("matchExpressions") {
      let key = expression.text("key")
      if let index = keys.lastIndex(of: key), seen.contains(key) {
        report.invalid(path[index], "is in both matchLabelKeys and labelSelector", value: .string(key))
      }
      seen.insert(key)
    }
  }

  static func tolerations(_ tolerations: [Value], _ path: FieldPath, _ report: inout ValidationReport) {
    for (index, toleration) in tolerations.enumerated() {
      let here = path[index]
      let key = toleration.text("key")
      let name = toleration.text("operator")
      if !key.isEmpty { report.qualifiedName(key, here["key"]) }
      if key.isEmpty, name != "Exists" {
        report.invalid(here["operator"], "must be Exists when the key is empty", value: .string(name))
      }
      if toleration.has("tolerationSeconds"), toleration["effect"] != "NoExecute" {
        report.invalid(here["effect"], "must be NoExecute when tolerationSeconds is set", value: toleration["effect"])
      }
      switch name {
      case "Equal", "": ObjectMetaRules.labelValue(toleration.text("value"), here["operator"], &report)
      case "Exists":
        if !toleration.text("value").isEmpty {
          report.invalid(here["operator"], "value must be empty for Exists", value: toleration["value"])
        }
      default: report.unsupported(here["operator"], name, allowed: ["Equal", "Exists"])
      }
      if !toleration.text("effect").isEmpty {
        report.oneOf(toleration.text("effect"), ["NoSchedule", "PreferNoSchedule", "NoExecute"], here["effect"])
      }
    }
  }

  private static func spread(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let rules = spec.list("topologySpreadConstraints")
    for (index, rule) in rules.enumerated() {
      let here = path[index]
      let skew = rule["maxSkew"]?.int ?? 0
      if skew <= 0 {
        report.invalid(here["maxSkew"], "must be greater than zero", value: .int(skew))
      }
      let key = rule.text("topologyKey")
      report.notEmpty(key, here["topologyKey"])
      let action = rule.text("whenUnsatisfiable")
      report.oneOf(action, ["DoNotSchedule", "ScheduleAnyway"], here["whenUnsatisfiable"])
      if let number = rule.set("minDomains")?.int {
        if number <= 0 { report.invalid(here["minDomains"], "must be greater than zero", value: .int(number)) }
        if action != "DoNotSchedule" {
          report.invalid(here["minDomains"], "is for DoNotSchedule only", value: .int(number))
        }
      }
      for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
        if let policy = rule.set(field)?.string { report.oneOf(policy, ["Honor", "Ignore"], here[field]) }
      }
      SelectorRules.labels(rule["labelSelector"], here["labelSelector"], &report)
      keys(rule.texts("matchLabelKeys"), rule["labelSelector"], here["matchLabelKeys"], &report)
      repeated(rule, here, &report)
      let isRepeated = rules.dropFirst(index + 1).contains {
        $0.text("topologyKey") == key && $0.text("whenUnsatisfiable") == action
      }
      if isRepeated { report.duplicate(here["{topologyKey, whenUnsatisfiable}"], "{\(key), \(action)}") }
    }
  }
}
