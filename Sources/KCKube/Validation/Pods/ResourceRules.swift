internal import KCData

/// What containers request and may use.
enum ResourceRules {
  static func check(_ resources: Value?, _ path: FieldPath, claims: Set<String>, _ report: inout ValidationReport) {
    guard let resources else { return }
    let limits = resources.map("limits")
    let requests = resources.map("requests")
    var hasComputing = false
    var hasHugePages = false
    for (side, amounts) in [("limits", limits), ("requests", requests)] {
      for (name, value) in amounts {
        let here = path[side].key(name)
        self.name(name, here, &report)
        amount(name, value, here, &report)
        if name.hasPrefix("hugepages-") { hasHugePages = true }
        if name == "cpu" || name == "memory" { hasComputing = true }
        if side == "requests" { compare(name, value, limits[name], path, &report) }
      }
    }
    if hasHugePages, !hasComputing { report.forbidden(path, "HugePages require cpu or memory") }
    self.claims(resources.list("claims"), claims, path["claims"], &report)
  }

  static func claims(
    _ wanted: [Value], _ known: Set<String>, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    var seen: Set<String> = []
    for (index, claim) in wanted.enumerated() {
      let name = claim.text("name")
      let request = claim.text("request")
      if name.isEmpty {
        report.required(path[index])
        continue
      }
      if !request.isEmpty { report.label(request, path[index]["request"]) }
      if !seen.insert("\(name)/\(request)").inserted { report.duplicate(path[index], name) }
      if !known.contains(name) { report.notFound(path[index], name) }
    }
  }

  /// A request and its limit.
  private static func compare(
    _ name: String, _ value: Value, _ limit: Value?, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard let request = Quantity(value) else { return }
    guard let limit = limit.flatMap({ Quantity($0) }) else {
      if !isOvercommittable(name) {
        report.required(path["limits"], "a limit must be set for resources that cannot be overcommitted")
      }
      return
    }
    if !isOvercommittable(name), request != limit {
      report.invalid(path["requests"], "must be equal to \(name) limit of \(limit)", value: value)
    } else if request > limit {
      report.invalid(path["requests"], "must be less than or equal to \(name) limit of \(limit)", value: value)
    }
  }

  static func isNative(_ name: String) -> Bool { !name.contains("/") || name.contains("kubernetes.io/") }

  private static func isOvercommittable(_ name: String) -> Bool { isNative(name) && !name.hasPrefix("hugepages-") }

  static func isExtended(_ name: String) -> Bool {
    !isNative(name) && !name.hasPrefix("requests.") && Names.isQualifiedName("requests.\(name)")
  }

  /// The name of a resource of a container.
  static func name(_ name: String, _ path: FieldPath, _ report: inout ValidationReport) {
    report.qualifiedName(name, path)
    if !name.contains("/") {
      let isStandard = ["cpu", "memory", "ephemeral-storage"].contains(name) || name.hasPrefix("hugepages-")
      if !isStandard { report.invalid(path, "must be a standard resource for containers", value: .string(name)) }
    } else if !isNative(name), !isExtended(name) {
      report.invalid(path, "not the name of an extended resource", value: .string(name))
    }
  }

  static let counted: Set<String> = [
    "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims",
    "services.nodeports", "services.loadbalancers",
  ]

  /// An amount: not negative, whole for what is counted.
  static func amount(_ name: String, _ value: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let quantity = Quantity(value) else { return }
    if quantity.nano < 0 { report.invalid(path, "must be greater than or equal to 0", value: value) }
    if counted.contains(name) || isExtended(name), quantity.milliValue % 1000 != 0 {
      report.invalid(path, "must be an integer", value: value)
    }
    if name.hasPrefix("hugepages-"), let page = Quantity(name.dropFirst("hugepages-".count)) {
      if page.nano <= 0 || page.milliValue % 1000 != 0 || quantity.value % max(1, page.value) != 0 {
        report.invalid(path, "not a multiple of \(name)", value: value)
      }
    }
  }
}

/// Resources of a pod as a whole.
enum PodResourceRules {
  static func check(_ path: FieldPath, _ context: PodRules.Context, _ report: inout ValidationReport) {
    let spec = context.spec
    if let overhead = spec.set("overhead") {
      ResourceRules.check(["limits": overhead], path["overhead"], claims: [], &report)
    }
    guard let resources = spec.set("resources"), resources != [:] else { return }
    let here = path["resources"]
    var before = ValidationReport()
    ResourceRules.check(resources, here, claims: context.claims, &before)
    if !resources.list("claims").isEmpty { report.forbidden(here["claims"], "claims are for containers") }
    for side in ["limits", "requests"] {
      for (name, _) in resources.map(side) where !isSupported(name) && Names.isQualifiedName(name) {
        if name.contains("/") || isStandard(name) {
          report.unsupported(here[side].key(name), name, allowed: ["cpu", "hugepages-", "memory"])
        } else {
          report.invalid(here[side].key(name), "must be a standard resource or have a domain", value: .string(name))
        }
      }
    }
    report.causes += before.causes.filter { !$0.message.contains("standard resource") }
    compare(spec, resources, here, &report)
  }

  private static func isStandard(_ name: String) -> Bool {
    let amounts: Set<String> = ["cpu", "memory", "ephemeral-storage", "storage"]
    if amounts.contains(name) || ResourceRules.counted.contains(name) { return true }
    return ["requests.", "limits."].contains {
      name.hasPrefix($0) && amounts.contains(String(name.dropFirst($0.count)))
    }
  }

  private static func isSupported(_ name: String) -> Bool {
    name == "cpu" || name == "memory" || name.hasPrefix("hugepages-")
  }

  private static func compare(
    _ spec: Value, _ resources: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let total = Defaulting.containerRequests(spec)
    for (name, value) in resources.map("requests") {
      guard let whole = Quantity(value), let sum = total[name], sum > whole else { continue }
      report.invalid(path["requests"], "must not be less than what its containers request", value: value)
    }
    for (name, value) in resources.map("limits") {
      guard let whole = Quantity(value) else { continue }
      for field in ["containers", "initContainers"] {
        for (index, container) in spec.list(field).enumerated() {
          guard let limit = container.at("resources", "limits", name).flatMap({ Quantity($0) }), limit > whole else {
            continue
          }
          report.invalid(
            path[field][index].key(name)["limits"], "must be less than or equal to pod limits of \(whole)",
            value: .string(limit.description))
        }
      }
    }
  }
}
