internal import KCData

/// Disruption budgets, priority classes, runtime classes, controller revisions, flow control.
enum PolicyRules {
  static func budget(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    if spec.has("minAvailable"), spec.has("maxUnavailable") {
      report.invalid(path, "minAvailable and maxUnavailable exclude each other", value: spec)
    }
    for field in ["minAvailable", "maxUnavailable"] {
      report.nonNegativeOrPercent(spec[field], path[field])
      report.notOverHundred(spec[field], path[field])
    }
    SelectorRules.labels(spec["selector"], path["selector"], &report)
    if let policy = spec.set("unhealthyPodEvictionPolicy")?.string {
      report.oneOf(policy, ["AlwaysAllow", "IfHealthyBudget"], path["unhealthyPodEvictionPolicy"])
    }
  }

  static func budgetStatus(_ object: Value, _ report: inout ValidationReport) {
    for field in ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] {
      report.nonNegative(object.at("status", field), FieldPath("status", field))
    }
  }

  private static let systemClasses: [String: Int64] = [
    "system-cluster-critical": 2_000_000_000, "system-node-critical": 2_000_001_000,
  ]

  static func priorityClass(_ object: Value, _ report: inout ValidationReport) {
    let name = object.name ?? ""
    let value = object["value"]?.int ?? 0
    if name.hasPrefix("system-") {
      if systemClasses[name] != value || object.flag("globalDefault") {
        report.forbidden(FieldPath("metadata", "name"), "names that start with system- are reserved")
      }
    } else if value > 1_000_000_000 {
      report.forbidden(FieldPath("value"), "must be at most 1000000000")
    }
    if let policy = object.set("preemptionPolicy")?.string {
      report.requiredOneOf(policy, ["PreemptLowerPriority", "Never"], FieldPath("preemptionPolicy"))
    }
  }

  static func runtimeClass(_ object: Value, _ report: inout ValidationReport) {
    let handler = object.text("handler")
    if handler.isEmpty { report.required(FieldPath("handler")) } else { report.label(handler, FieldPath("handler")) }
    if let fixed = object["overhead"]?.set("podFixed") {
      ResourceRules.check(["limits": fixed], FieldPath("overhead"), claims: [], &report)
    }
    guard let scheduling = object.set("scheduling") else { return }
    let path = FieldPath("scheduling")
    ObjectMetaRules.labels(scheduling["nodeSelector"], path["nodeSelector"], &report)
    let tolerations = scheduling.list("tolerations")
    PodPlacementRules.tolerations(tolerations, path["tolerations"], &report)
    for (index, toleration) in tolerations.enumerated() where tolerations[..<index].contains(toleration) {
      report.duplicate(path["tolerations"][index], toleration.text("key"))
    }
  }

  static func revision(_ object: Value, _ report: inout ValidationReport) {
    if !object.has("data") { report.required(FieldPath("data"), "data is mandatory") }
    report.nonNegative(object["revision"], FieldPath("revision"))
  }

  // MARK: Flow control

  static func priorityLevel(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let type = spec.text("type")
    let limited = spec.set("limited")
    let isExempt = object.name == "exempt"
    switch type {
    case "Exempt":
      if limited != nil { report.forbidden(path["limited"], "must not be set unless the type is Limited") }
      if let exempt = spec.set("exempt") {
        for field in ["nominalConcurrencyShares", "lendablePercent"] {
          report.nonNegative(exempt[field], path["exempt"][field])
        }
        lendable(exempt, path["exempt"], &report)
      }
    case "Limited":
      if spec.has("exempt") { report.forbidden(path["exempt"], "must not be set unless the type is Exempt") }
      if let limited {
        self.limited(limited, path["limited"], &report)
      } else {
        report.required(path["limited"], "must not be empty")
      }
    default: report.unsupported(path["type"], type, allowed: ["Exempt", "Limited"])
    }
    if (type == "Exempt") != isExempt, type == "Exempt" || type == "Limited" {
      report.invalid(path["type"], "must be Exempt if and only if the name is exempt", value: .string(type))
    }
  }

  private static func lendable(_ part: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let percent = part.set("lendablePercent")?.int, !(0...100).contains(percent) {
      report.invalid(path["lendablePercent"], "must be between 0 and 100", value: .int(percent))
    }
    if let percent = part.set("borrowingLimitPercent")?.int, percent < 0 {
      report.invalid(path["borrowingLimitPercent"], "must not be negative", value: .int(percent))
    }
  }

  private static func limited(_ limited: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let shares = limited.set("nominalConcurrencyShares")?.int, shares < 0 {
      report.invalid(path["nominalConcurrencyShares"], "must be a non-negative integer", value: .int(shares))
    }
    lendable(limited, path, &report)
    let response = limited["limitResponse"] ?? [:]
    let here = path["limitResponse"]
    let queuing = response.set("queuing")
    switch response.text("type") {
    case "Reject":
      if queuing != nil { report.forbidden(here["queuing"], "must not be set unless the type is Queue") }
    case "Queue":
      guard let queuing else { return report.required(here["queuing"], "must not be empty") }
      let queues = queuing["queues"]?.int ?? 0
      let hand = queuing["handSize"]?.int ?? 0
      if (queuing["queueLengthLimit"]?.int ?? 0) <= 0 {
        report.invalid(here["queuing"]["queueLengthLimit"], "must be positive")
      }
      if queues <= 0 || queues > 10_000_000 {
        report.invalid(here["queuing"]["queues"], "must be between 1 and 10000000")
      }
      if hand <= 0 {
        report.invalid(here["queuing"]["handSize"], "must be positive", value: .int(hand))
      } else if hand > queues {
        report.invalid(here["queuing"]["handSize"], "must not be greater than queues", value: .int(hand))
      } else if bits(queues) * Double(hand) > 60 {
        report.invalid(here["queuing"]["handSize"], "needs more than 60 bits with so many queues", value: .int(hand))
      }
    case let other: report.unsupported(here["type"], other, allowed: ["Queue", "Reject"])
    }
  }

  /// The bits that tell queues apart.
  private static func bits(_ queues: Int64) -> Double {
    var bits = 0.0
    var rest = Double(queues)
    while rest >= 2 {
      rest /= 2
      bits += 1
    }
    // Linear between powers of two, near enough for a bound that is one itself.
    return bits + (rest - 1)
  }

  static func flowSchema(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let precedence = spec["matchingPrecedence"]?.int ?? 0
    if precedence <= 0 { report.invalid(path["matchingPrecedence"], "must be positive", value: .int(precedence)) }
    if precedence > 10_000 {
      report.invalid(path["matchingPrecedence"], "must not be greater than 10000", value: .int(precedence))
    }
    if precedence == 1, object.name != "exempt" {
      report.invalid(
        path["matchingPrecedence"], "only the schema exempt may have precedence 1", value: .int(precedence))
    }
    if let method = spec.set("distinguisherMethod") {
      report.oneOf(method.text("type"), ["ByNamespace", "ByUser"], path["distinguisherMethod"]["type"])
    }
    let level = spec["priorityLevelConfiguration"]?.text("name") ?? ""
    if level.isEmpty {
      report.required(path["priorityLevelConfiguration"]["name"], "must reference a priority level")
    } else {
      report.subdomain(level, path["priorityLevelConfiguration"]["name"])
    }
    for (index, rule) in spec.list("rules").enumerated() { FlowRules.check(rule, path["rules"][index], &report) }
  }
}

/// The rules of a flow schema.
enum FlowRules {
  static func check(_ rule: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if rule.list("subjects").isEmpty { report.required(path["subjects"], "at least one subject is needed") }
    for (index, subject) in rule.list("subjects").enumerated() {
      self.subject(subject, path["subjects"][index], &report)
    }
    if rule.list("resourceRules").isEmpty, rule.list("nonResourceRules").isEmpty {
      report.required(path, "at least one of resourceRules and nonResourceRules is needed")
    }
    for (index, part) in rule.list("resourceRules").enumerated() {
      let here = path["resourceRules"][index]
      for field in ["verbs", "apiGroups", "resources"] { some(part, field, here, &report) }
      if part.list("namespaces").isEmpty, !part.flag("clusterScope") {
        report.required(here["namespaces"], "needed unless clusterScope is set")
      }
      let names = part.texts("namespaces")
      if names.contains("*"), names.count > 1 {
        report.invalid(here["namespaces"], "'*' must stand alone", value: part["namespaces"])
      } else {
        for (place, name) in names.enumerated() where name != "*" && !Names.isLabel(name) {
          report.invalid(here["namespaces"][place], "not a valid namespace", value: .string(name))
        }
      }
    }
    for (index, part) in rule.list("nonResourceRules").enumerated() {
      let here = path["nonResourceRules"][index]
      for field in ["verbs", "nonResourceURLs"] { some(part, field, here, &report) }
      let urls = part.texts("nonResourceURLs")
      if urls.contains("*") { continue }
      for (place, url) in urls.enumerated() { self.url(url, here["nonResourceURLs"][place], &report) }
    }
  }

  private static func url(_ url: String, _ path: FieldPath, _ report: inout ValidationReport) {
    let stars = url.count { $0 == "*" }
    if !url.hasPrefix("/") {
      report.invalid(path, "must start with '/'", value: .string(url))
    } else if url.contains(" ") || url.contains("//") {
      report.invalid(path, "must not have spaces or double slashes", value: .string(url))
    } else if stars > 1 || stars == 1 && !url.hasSuffix("/*") {
      report.invalid(path, "'*' may stand only for all that follows the last slash", value: .string(url))
    }
  }

  private static let verbs = [
    "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "proxy", "post", "put", "head",
    "options", "connect", "*",
  ]

  private static func some(
    _ part: Value, _ field: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let values = part.texts(field)
    if values.isEmpty {
      report.required(path[field], "at least one is needed")
    } else if values.contains("*"), values.count > 1 {
      report.invalid(path[field], "'*' must stand alone", value: part[field])
    } else if field == "verbs" {
      for verb in values where !verbs.contains(verb) { report.unsupported(path[field], verb, allowed: verbs) }
    }
  }

  private static func subject(_ subject: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let fields = ["User": "user", "Group": "group", "ServiceAccount": "serviceAccount"]
    let kind = subject.text("kind")
    guard let wanted = fields[kind] else {
      report.unsupported(path["kind"], kind, allowed: fields.keys.sorted())
      return
    }
    for field in fields.values.sorted() where field != wanted && subject.has(field) {
      report.forbidden(path[field], "is not allowed for a subject of kind \(kind)")
    }
    guard let part = subject.set(wanted) else { return report.required(path[wanted], "is needed") }
    let name = part.text("name")
    if name.isEmpty { report.required(path[wanted]["name"]) }
    guard kind == "ServiceAccount" else { return }
    if !name.isEmpty, name != "*" { report.subdomain(name, path[wanted]["name"]) }
    let namespace = part.text("namespace")
    if namespace.isEmpty {
      report.required(path[wanted]["namespace"])
    } else {
      report.label(namespace, path[wanted]["namespace"])
    }
  }
}
