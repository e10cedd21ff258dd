public import KCData

/// Horizontal pod autoscalers in the two versions that are served.
///
/// `autoscaling/v1` knows only a share of the processor; what else `v2` says stands in annotations there.
public enum AutoscalerConversion {
  private static let prefix = "autoscaling.alpha.kubernetes.io/"
  private static let annotations = ["metrics", "current-metrics", "conditions", "behavior"].map { prefix + $0 }

  /// The autoscaler in a version of its group; anything else is given back as it is.
  public static func converted(_ object: Value, to apiVersion: String) -> Value {
    switch (object.apiVersion, apiVersion) {
    case ("autoscaling/v2", "autoscaling/v1"): older(object)
    case ("autoscaling/v1", "autoscaling/v2"): newer(object)
    default: object
    }
  }

  // MARK: v2 → v1

  private static func older(_ object: Value) -> Value {
    var out = object
    out["apiVersion"] = "autoscaling/v1"
    dropAnnotations(&out)
    let spec = object["spec"] ?? [:]
    let (share, others) = split(spec["metrics"]?.array ?? [], "target", "averageUtilization")
    if object["spec"] != nil {
      out.set(nil, at: "spec", "metrics")
      out.set(nil, at: "spec", "behavior")
      out.set(share, at: "spec", "targetCPUUtilizationPercentage")
    }
    annotate(&out, "metrics", others.map(MetricForms.olderSpec))
    if let behavior = spec["behavior"], behavior != .null {
      out.set(.string(BehaviorText.written(behavior)), at: "metadata", "annotations", prefix + "behavior")
    }
    guard let status = object["status"] else { return out }
    let (now, current) = split(status["currentMetrics"]?.array ?? [], "current", "averageUtilization")
    out.set(nil, at: "status", "currentMetrics")
    out.set(nil, at: "status", "conditions")
    out.set(now, at: "status", "currentCPUUtilizationPercentage")
    if status["currentReplicas"] == nil { out.set(0, at: "status", "currentReplicas") }
    annotate(&out, "current-metrics", current.map(MetricForms.olderStatus))
    annotate(&out, "conditions", status["conditions"]?.array ?? [])
    return out
  }

  /// The processor's share, which has a field of its own in `v1`, and all other metrics.
  private static func split(_ metrics: [Value], _ part: String, _ field: String) -> (share: Value?, others: [Value]) {
    var share: Value?
    var others: [Value] = []
    for metric in metrics {
      let isShare = metric["type"] == "Resource" && metric.at("resource", "name") == "cpu"
      if isShare, let value = metric.at("resource", part, field), value != .null {
        share = value
      } else {
        others.append(metric)
      }
    }
    return (share, others)
  }

  private static func annotate(_ object: inout Value, _ name: String, _ list: [Value]) {
    if list.isEmpty { return }
    object.set(.string(text(.array(list))), at: "metadata", "annotations", prefix + name)
  }

  /// JSON with the fields in the order in which they stand.
  private static func text(_ value: Value) -> String {
    switch value {
    case .array(let elements): "[" + elements.map(text).joined(separator: ",") + "]"
    case .object(let fields):
      "{" + fields.map { "\(CanonicalJSON.text(.string($0.key))):\(text($0.value))" }.joined(separator: ",") + "}"
    default: CanonicalJSON.text(value)
    }
  }

  private static func dropAnnotations(_ object: inout Value) {
    guard case .object(var all)? = object.at("metadata", "annotations") else { return }
    for name in annotations { all[name] = nil }
    object.set(all.isEmpty ? nil : .object(all), at: "metadata", "annotations")
  }

  // MARK: v1 → v2

  private static func newer(_ object: Value) -> Value {
    var out = object
    out["apiVersion"] = "autoscaling/v2"
    dropAnnotations(&out)
    func list(_ name: String) -> [Value] { read(object, name)?.array ?? [] }
    var metrics = list("metrics").map(MetricForms.newerSpec)
    if let share = object.at("spec", "targetCPUUtilizationPercentage"), share != .null {
      metrics.append(cpu("target", ["type": "Utilization", "averageUtilization": share]))
    }
    if object["spec"] != nil {
      out.set(nil, at: "spec", "targetCPUUtilizationPercentage")
      out.set(metrics.isEmpty ? nil : .array(metrics), at: "spec", "metrics")
      if let behavior = read(object, "behavior") { out.set(BehaviorText.read(behavior), at: "spec", "behavior") }
    }
    guard object["status"] != nil else { return out }
    var current = list("current-metrics").map(MetricForms.newerStatus)
    if let share = object.at("status", "currentCPUUtilizationPercentage"), share != .null {
      current.append(cpu("current", ["averageUtilization": share]))
    }
    out.set(nil, at: "status", "currentCPUUtilizationPercentage")
    if object.at("status", "currentReplicas") == 0 { out.set(nil, at: "status", "currentReplicas") }
    out.set(current.isEmpty ? .null : .array(current), at: "status", "currentMetrics")
    let conditions = list("conditions")
    if !conditions.isEmpty { out.set(.array(conditions), at: "status", "conditions") }
    return out
  }

  private static func cpu(_ part: String, _ value: Value) -> Value {
    ["type": "Resource", "resource": .object(["name": "cpu", part: value])]
  }

  private static func read(_ object: Value, _ name: String) -> Value? {
    guard let text = object.annotations[prefix + name] else { return nil }
    var scanner = JSONScanner(text)
    return scanner.value()
  }
}
