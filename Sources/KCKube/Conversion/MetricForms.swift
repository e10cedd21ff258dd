internal import KCData

/// Metrics of autoscalers as `autoscaling/v1` keeps them in annotations, and as `autoscaling/v2` has them in fields.
enum MetricForms {
  /// The name of the field that says what a metric is about, by its type.
  private static let parts = [
    "Resource": "resource", "ContainerResource": "containerResource", "Pods": "pods", "Object": "object",
    "External": "external",
  ]

  static func olderSpec(_ metric: Value) -> Value { older(metric, "target") }
  static func olderStatus(_ metric: Value) -> Value { older(metric, "current") }

  /// - Parameter amounts: the field with the amounts, by which their old names begin.
  private static func older(_ metric: Value, _ amounts: String) -> Value {
    guard let name = metric["type"]?.string.flatMap({ parts[$0] }), let part = metric[name] else { return metric }
    let numbers = part[amounts] ?? [:]
    let (value, average) = (numbers["value"], numbers["averageValue"])
    let (called, selector) = (part.at("metric", "name"), part.at("metric", "selector"))
    let fields: KeyValuePairs<String, Value?> =
      switch metric["type"]?.string {
      case "Object"?:
        [
          "target": part["describedObject"], "metricName": called, "\(amounts)Value": value, "selector": selector,
          "averageValue": average,
        ]
      case "Pods"?: ["metricName": called, "\(amounts)AverageValue": average, "selector": selector]
      case "External"?:
        [
          "metricName": called, "metricSelector": selector, "\(amounts)Value": value,
          "\(amounts)AverageValue": average,
        ]
      default:
        [
          "name": part["name"], "\(amounts)AverageUtilization": numbers["averageUtilization"],
          "\(amounts)AverageValue": average, "container": part["container"],
        ]
      }
    var inner = Fields()
    for (key, value) in fields {
      if let value, value != .null { inner[key] = value }
    }
    return .object(["type": metric["type"] ?? "", name: .object(inner)])
  }

  // MARK: v1 → v2

  static func newerSpec(_ metric: Value) -> Value {
    newer(metric, "target") { part, inner in
      let isObject = metric["type"] == "Object"
      let share = part["targetAverageUtilization"]
      let whole = part["targetValue"]
      let average = part[isObject ? "averageValue" : "targetAverageValue"]
      var target = Fields()
      // An object's value counts only where no average is wanted.
      let isWhole = average == nil && whole != nil && share == nil
      target["type"] = share != nil ? "Utilization" : isWhole ? "Value" : "AverageValue"
      if isWhole { target["value"] = whole }
      if let average { target["averageValue"] = average }
      if let share { target["averageUtilization"] = share }
      inner["target"] = .object(target)
    }
  }

  static func newerStatus(_ metric: Value) -> Value {
    newer(metric, "current") { part, inner in
      var now = Fields()
      for (to, from) in [
        ("value", "currentValue"), ("averageValue", "currentAverageValue"), ("averageValue", "averageValue"),
        ("averageUtilization", "currentAverageUtilization"),
      ] {
        if let value = part[from], value != .null { now[to] = value }
      }
      inner["current"] = .object(now)
    }
  }

  private static func newer(
    _ metric: Value, _ amounts: String, _ fill: (Value, inout Fields) -> Void
  ) -> Value {
    guard let name = metric["type"]?.string.flatMap({ parts[$0] }), let part = metric[name] else { return metric }
    var inner = Fields()
    if let metricName = part["metricName"] {
      var measured: Fields = ["name": metricName]
      if let selector = part["selector"] ?? part["metricSelector"] { measured["selector"] = selector }
      inner["metric"] = .object(measured)
    }
    for (to, from) in [("name", "name"), ("container", "container"), ("describedObject", "target")] {
      if let value = part[from] { inner[to] = value }
    }
    fill(part, &inner)
    return .object(["type": metric["type"] ?? "", name: .object(inner)])
  }
}

/// What an autoscaler says of its behaviour, as `autoscaling/v1` keeps it in an annotation: as Go writes fields that have
/// no names for JSON.
enum BehaviorText {
  private static let directions: [(written: String, own: String)] = [
    ("ScaleUp", "scaleUp"), ("ScaleDown", "scaleDown"),
  ]
  private static let rules: [(written: String, own: String)] = [
    ("StabilizationWindowSeconds", "stabilizationWindowSeconds"), ("SelectPolicy", "selectPolicy"),
    ("Policies", "policies"), ("Tolerance", "tolerance"),
  ]
  private static let policy: [(written: String, own: String)] = [
    ("Type", "type"), ("Value", "value"), ("PeriodSeconds", "periodSeconds"),
  ]

  static func written(_ behavior: Value) -> String {
    object(behavior, directions) { direction in
      object(direction, rules) { value in
        guard let policies = value.array else { return CanonicalJSON.text(value) }
        return "[" + policies.map { object($0, policy) { CanonicalJSON.text($0) } }.joined(separator: ",") + "]"
      }
    }
  }

  private static func object(
    _ value: Value, _ names: [(written: String, own: String)], _ text: (Value) -> String
  ) -> String {
    if value == .null { return "null" }
    let fields = names.map { name in
      let part = value[name.own] ?? .null
      return "\"\(name.written)\":" + (part == .null ? "null" : text(part))
    }
    return "{" + fields.joined(separator: ",") + "}"
  }

  /// The behaviour that such a text, parsed, says.
  static func read(_ value: Value) -> Value {
    renamed(value, directions) { direction in
      renamed(direction, rules) { value in
        guard let policies = value.array else { return value }
        return .array(policies.map { renamed($0, policy) { $0 } })
      }
    }
  }

  private static func renamed(
    _ value: Value, _ names: [(written: String, own: String)], _ inner: (Value) -> Value
  ) -> Value {
    var out = Fields()
    for name in names {
      if let part = value[name.written], part != .null { out[name.own] = inner(part) }
    }
    return .object(out)
  }
}
