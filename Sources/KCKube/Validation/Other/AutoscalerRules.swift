internal import KCData

/// Horizontal pod autoscalers, of both versions.
enum AutoscalerRules {
  static func check(_ object: Value, _ report: inout ValidationReport) {
    var spec = object["spec"] ?? [:]
    if object.apiVersion == "autoscaling/v1" { spec["metrics"] = metrics(of: object) }
    let path = FieldPath("spec")
    let least = spec.set("minReplicas")?.int
    let most = spec["maxReplicas"]?.int ?? 0
    if let least, least < 1 {
      report.invalid(path["minReplicas"], "must be greater than or equal to 1", value: .int(least))
    }
    if most == 0 { report.required(path["maxReplicas"], "must be set and greater than 0") }
    if most < 0 { report.invalid(path["maxReplicas"], "must be greater than or equal to 1", value: .int(most)) }
    if let least, most < least {
      report.invalid(path["maxReplicas"], "must be greater than or equal to minReplicas", value: .int(most))
    }
    target(spec["scaleTargetRef"] ?? [:], path["scaleTargetRef"], &report)
    for (index, metric) in spec.list("metrics").enumerated() {
      MetricRules.check(metric, path["metrics"][index], &report)
    }
    if least == 0, !spec.list("metrics").contains(where: { ["Object", "External"].contains($0.text("type")) }) {
      report.forbidden(path["metrics"], "scaling to zero needs an Object or External metric")
    }
    if let behavior = spec.set("behavior") {
      for side in ["scaleUp", "scaleDown"] {
        if let rules = behavior.set(side) { scaling(rules, path["behavior"][side], &report) }
      }
    }
  }

  /// The metric that the older version's target stands for.
  private static func metrics(of object: Value) -> Value? {
    guard let target = object.at("spec", "targetCPUUtilizationPercentage") else { return nil }
    return [
      [
        "type": "Resource",
        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": target]],
      ]
    ]
  }

  private static func target(_ target: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    for field in ["kind", "name"] {
      if target.text(field).isEmpty {
        report.required(path[field])
      } else {
        report.pathSegment(target.text(field), path[field])
      }
    }
    let version = target.text("apiVersion")
    if version.split(separator: "/", omittingEmptySubsequences: false).count > 2 {
      report.invalid(path["apiVersion"], "not an API version", value: .string(version))
    } else if !version.contains("/") || version == "/" {
      let isCore = version == "v1" && target.text("kind") == "ReplicationController"
      if !isCore { report.invalid(path["apiVersion"], "must specify an API group", value: .string(version)) }
    }
  }

  private static func scaling(_ rules: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    if let window = rules.set("stabilizationWindowSeconds")?.int {
      let here = path["stabilizationWindowSeconds"]
      if window < 0 { report.invalid(here, "must be greater than or equal to zero", value: .int(window)) }
      if window > 3600 { report.invalid(here, "must be less than or equal to 3600", value: .int(window)) }
    }
    if let policy = rules.set("selectPolicy")?.string {
      report.oneOf(policy, ["Disabled", "Max", "Min"], path["selectPolicy"])
    }
    if rules.list("policies").isEmpty { report.required(path["policies"], "must specify at least one policy") }
    for (index, policy) in rules.list("policies").enumerated() {
      let here = path["policies"][index]
      report.oneOf(policy.text("type"), ["Percent", "Pods"], here["type"])
      for (field, limit) in [("value", Int64.max), ("periodSeconds", 1800)] {
        let number = policy[field]?.int ?? 0
        if number <= 0 { report.invalid(here[field], "must be greater than zero", value: .int(number)) }
        if number > limit { report.invalid(here[field], "must be less than or equal to \(limit)", value: .int(number)) }
      }
    }
    if let tolerance = rules["tolerance"].flatMap({ Quantity($0) }), tolerance.nano < 0 {
      report.invalid(path["tolerance"], "must be greater than or equal to 0", value: rules["tolerance"])
    }
  }

  static func status(_ object: Value, _ report: inout ValidationReport) {
    for field in ["currentReplicas", "desiredReplicas"] {
      report.nonNegative(object.at("status", field), FieldPath("status", field))
    }
  }
}

/// The metrics that an autoscaler follows.
enum MetricRules {
  private static let sources = [
    "Object": "object", "Pods": "pods", "Resource": "resource", "ContainerResource": "containerResource",
    "External": "external",
  ]

  static func check(_ metric: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let type = metric.text("type")
    if type.isEmpty { report.required(path["type"], "must specify a metric source type") }
    report.oneOf(type, sources.keys.sorted(), path["type"])
    let given = sources.values.filter { metric.has($0) }.sorted()
    let wanted = sources[type]
    if let wanted, !given.contains(wanted) {
      report.required(path[wanted], "must populate information for the given metric source")
    }
    // One of another type passes.
    for other in given where given.count > 1 && other != wanted {
      report.forbidden(path[other], "must populate the given metric source only")
    }
    // Of several sources only the first is looked at.
    let order = ["object", "external", "pods", "resource", "containerResource"]
    if let first = order.first(where: { given.contains($0) }) {
      source(first, metric[first] ?? [:], path[first], &report)
    }
  }

  private static func source(
    _ kind: String, _ source: Value, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let target = source["target"] ?? [:]
    switch kind {
    case "object":
      let described = source["describedObject"] ?? [:]
      for field in ["kind", "name"] {
        if described.text(field).isEmpty {
          report.required(path["describedObject"][field])
        } else {
          report.pathSegment(described.text(field), path["describedObject"][field])
        }
      }
      identifier(source, path["metric"], &report)
      self.target(target, path["target"], &report)
      if !target.has("value"), !target.has("averageValue") {
        report.required(path["target"]["averageValue"], "must set either a target value or averageValue")
      }
    case "external":
      identifier(source, path["metric"], &report)
      self.target(target, path["target"], &report)
      if !target.has("value"), !target.has("averageValue") {
        report.required(path["target"]["averageValue"], "must set either a target value or a per-pod target")
      }
      if target.has("value"), target.has("averageValue") {
        report.forbidden(path["target"]["value"], "only one of value and averageValue may be given")
      }
    case "pods":
      identifier(source, path["metric"], &report)
      self.target(target, path["target"], &report)
      if !target.has("averageValue") {
        report.required(path["target"]["averageValue"], "must specify a positive target averageValue")
      }
    default:
      if kind == "containerResource" {
        let container = source.text("container")
        if container.isEmpty { report.required(path["container"]) } else { report.label(container, path["container"]) }
        if !source.text("name").isEmpty { ResourceRules.name(source.text("name"), path["name"], &report) }
      }
      if source.text("name").isEmpty { report.required(path["name"], "must specify a resource name") }
      self.target(target, path["target"], &report)
      if !target.has("averageUtilization"), !target.has("averageValue") {
        report.required(path["target"]["averageUtilization"], "must set a target utilization or averageValue")
      }
      if target.has("averageUtilization"), target.has("averageValue") {
        report.forbidden(path["target"]["averageValue"], "only one of averageUtilization and averageValue may be given")
      }
    }
  }

  private static func identifier(_ source: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let name = source.at("metric", "name")?.string ?? ""
    if name.isEmpty { report.required(path["name"]) } else { report.pathSegment(name, path["name"]) }
  }

  private static func target(_ target: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let type = target.text("type")
    if type.isEmpty { report.required(path["type"], "must specify a target type") }
    if !["Utilization", "Value", "AverageValue"].contains(type) {
      report.invalid(path["type"], "must be Utilization, Value or AverageValue", value: .string(type))
    }
    for field in ["value", "averageValue"] {
      if let amount = target[field].flatMap({ Quantity($0) }), amount.nano <= 0 {
        report.invalid(path[field], "must be positive", value: target[field])
      }
    }
    if let percent = target.set("averageUtilization")?.int, percent < 1 {
      report.invalid(path["averageUtilization"], "must be greater than 0", value: .int(percent))
    }
  }
}
