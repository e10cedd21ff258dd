internal import KCData
internal import KCKube

enum WorkloadTables {
  /// The containers of a template and their images.
  static func containers(_ spec: Value?) -> [Value] {
    let containers = spec?["containers"]?.array ?? []
    return [
      .string(containers.compactMap { $0["name"]?.string }.joined(separator: ",")),
      .string(containers.compactMap { $0["image"]?.string }.joined(separator: ",")),
    ]
  }

  private static func wide(_ object: Value) -> [Value] {
    containers(object.at("spec", "template", "spec")) + [
      .string(LabelText.of(selector: object.at("spec", "selector")))
    ]
  }

  static let deployment = TableLayout(
    .named("Ready,Up-to-date,Available,Age,|,Containers,Images,Selector")
  ) { object, now in
    let ready = object.at("status", "readyReplicas")?.int ?? 0
    return [
      .string("\(ready)/\(object.at("spec", "replicas")?.int ?? 0)"), object.count("status", "updatedReplicas"),
      object.count("status", "availableReplicas"), object.age(now),
    ] + wide(object)
  }

  static let replicaSet = TableLayout(
    .named("Desired:integer,Current:integer,Ready:integer,Age,|,Containers,Images,Selector")
  ) { object, now in
    [
      object.count("spec", "replicas"), object.count("status", "replicas"), object.count("status", "readyReplicas"),
      object.age(now),
    ] + wide(object)
  }

  static let replicationController = TableLayout(
    .named("Desired:integer,Current:integer,Ready:integer,Age,|,Containers,Images,Selector")
  ) { object, now in
    [
      object.count("spec", "replicas"), object.count("status", "replicas"), object.count("status", "readyReplicas"),
      object.age(now),
    ] + containers(object.at("spec", "template", "spec")) + [
      .string(LabelText.of(stringMap(object.at("spec", "selector"))))
    ]
  }

  static let statefulSet = TableLayout(.named("Ready,Age,|,Containers,Images")) { object, now in
    let ready = object.at("status", "readyReplicas")?.int ?? 0
    return [.string("\(ready)/\(object.at("spec", "replicas")?.int ?? 0)"), object.age(now)]
      + containers(object.at("spec", "template", "spec"))
  }

  static let daemonSet = TableLayout(
    .named(
      "Desired:integer,Current:integer,Ready:integer,Up-to-date:integer,Available:integer,Node Selector,Age,|,"
        + "Containers,Images,Selector")
  ) { object, now in
    [
      object.count("status", "desiredNumberScheduled"), object.count("status", "currentNumberScheduled"),
      object.count("status", "numberReady"), object.count("status", "updatedNumberScheduled"),
      object.count("status", "numberAvailable"),
      .string(LabelText.of(stringMap(object.at("spec", "template", "spec", "nodeSelector")))), object.age(now),
    ] + wide(object)
  }

  static let revision = TableLayout(.named("Controller,Revision,Age")) { object, now in
    let owner = object.controllerOwner
    let group = owner?.apiVersion.flatMap { $0.split(separator: "/").count > 1 ? $0.split(separator: "/").first : nil }
    let kind = (owner?.kind ?? "").lowercased() + (group.map { ".\($0)" } ?? "")
    return [
      .string(owner.map { "\(kind)/\($0["name"]?.string ?? "")" } ?? "<none>"), object.count("revision"),
      object.age(now),
    ]
  }

  static let podTemplate = TableLayout(.named("Containers,Images,Pod Labels")) { object, _ in
    containers(object.at("template", "spec")) + [
      .string(LabelText.of(stringMap(object.at("template", "metadata", "labels"))))
    ]
  }

  static let disruptionBudget = TableLayout(
    .named("Min Available,Max Unavailable,Allowed Disruptions:integer,Age")
  ) { object, now in
    func amount(_ field: String) -> Value {
      switch object.at("spec", field) {
      case .string(let text)?: .string(text)
      case .int(let number)?: .string(String(number))
      default: "N/A"
      }
    }
    return [
      amount("minAvailable"), amount("maxUnavailable"), object.count("status", "disruptionsAllowed"), object.age(now),
    ]
  }

  static let autoscaler = TableLayout(
    .named("Reference,Targets,MinPods,MaxPods,Replicas,Age")
  ) { object, now in
    let target = object.at("spec", "scaleTargetRef")
    let minimum = object.at("spec", "minReplicas")?.int.map(String.init) ?? "<unset>"
    return [
      .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")"),
      .string(AutoscalerTargets.text(object)), .string(minimum), object.count("spec", "maxReplicas"),
      object.count("status", "currentReplicas"), object.age(now),
    ]
  }
}

/// What an autoscaler holds its pods to, and how they stand.
private enum AutoscalerTargets {
  static func text(_ object: Value) -> String {
    if let wanted = object.at("spec", "targetCPUUtilizationPercentage")?.int {
      let now = object.at("status", "currentCPUUtilizationPercentage")?.int.map { "\($0)%" } ?? "<unknown>"
      return "cpu: \(now)/\(wanted)%"
    }
    let current = object.at("status", "currentMetrics")?.array ?? []
    let metrics = object.at("spec", "metrics")?.array ?? []
    let parts = metrics.prefix(2).enumerated().map { index, metric in
      one(metric, current.indices.contains(index) ? current[index] : nil)
    }
    if parts.isEmpty { return "<none>" }
    return parts.joined(separator: ", ") + (metrics.count > 2 ? " + \(metrics.count - 2) more..." : "")
  }

  private static func one(_ metric: Value, _ current: Value?) -> String {
    let type = metric["type"]?.string ?? ""
    let field = type.prefix(1).lowercased() + type.dropFirst()
    let target = metric.at(field, "target")
    let now = current?.at(field, "current")
    let name = field.lowercased().hasSuffix("resource") ? (metric.at(field, "name")?.string ?? "") + ": " : ""
    if let percent = target?["averageUtilization"]?.int {
      return name + (now?["averageUtilization"]?.int.map { "\($0)%" } ?? "<unknown>") + "/\(percent)%"
    }
    for amount in ["averageValue", "value"] {
      if let wanted = target?[amount]?.string {
        let suffix = amount == "averageValue" && field == "external" ? " (avg)" : ""
        return name + (now?[amount]?.string ?? "<unknown>") + "/\(wanted)\(suffix)"
      }
    }
    return "<unknown type>"
  }
}
