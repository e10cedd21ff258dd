internal import KCData

/// Autoscalers and disruption budgets.
extension Lifter {
  mutating func liftScaling() -> Bool {
    addMetadata()
    return own.head.kind == "autoscaler" ? liftAutoscaler() : liftBudget()
  }

  private mutating func liftAutoscaler() -> Bool {
    guard let target = rest.take("spec", "scaleTargetRef"), let text = scaled(target),
      let most = rest.int("spec", "maxReplicas")
    else { return false }
    add("scale = \(text)", "spec", "scaleTargetRef")
    let least = rest.int("spec", "minReplicas") ?? 1
    lines.append(
      .text("replicas = \(least)...\(most)", rest.path("spec", "minReplicas"), rest.path("spec", "maxReplicas")))
    let metrics = rest.take("spec", "metrics")?.array ?? []
    // What the API server takes where nothing is said.
    if metrics.isEmpty { add("cpu = 80%", "spec", "metrics") }
    // The block has cpu first, then memory, then all others.
    let names = ["cpu", "memory"]
    var order = -1
    var others: [SourceLine] = []
    for (number, metric) in metrics.enumerated() {
      let path = rest.path("spec", "metrics").index(number)
      if let name = metric.at("resource", "name")?.string, let place = names.firstIndex(of: name), place > order,
        others.isEmpty, let aim = Self.resourceAim(metric)
      {
        order = place
        lines.append(.text("\(name) = \(aim)", path))
      } else if let text = otherMetric(metric) {
        others.append(.text(text, path))
      } else {
        return false
      }
    }
    if !others.isEmpty { lines.append(SourceLine(.list("metrics", others), [rest.path("spec", "metrics")])) }
    rest.dropEmpty("spec", "behavior")
    for (name, key) in [("up", "scaleUp"), ("down", "scaleDown")] {
      guard let given = rest.peek("spec", "behavior", key) else { continue }
      guard let line = speed(name, Remainder(given, rest.path("spec", "behavior", key))) else { continue }
      rest.take("spec", "behavior", key)
      lines.append(line)
    }
    return true
  }

  /// `down { window = 5min, steps = [ScaleStep(by: 10%, per: 1min)] }`
  private func speed(_ name: String, _ given: Remainder) -> SourceLine? {
    var rest = given
    var body: [SourceLine] = []
    if let window = rest.int("stabilizationWindowSeconds") {
      guard (0...3600).contains(window) else { return nil }
      let path = rest.path("stabilizationWindowSeconds")
      body.append(.text("window = \(SourceText.duration(seconds: window))", path))
    }
    rest.drop("Max", "selectPolicy")
    if let policy = rest.text("selectPolicy") {
      body.append(.text("select = \(SourceText.quoted(policy))", rest.path("selectPolicy")))
    }
    if let policies = rest.take("policies")?.array {
      let steps = policies.compactMap(Self.step)
      guard steps.count == policies.count, !steps.isEmpty else { return nil }
      body.append(.list("steps", steps, rest.path("policies")))
    }
    return rest.isEmpty && !body.isEmpty ? .block(name, body, given.path) : nil
  }

  private static func step(_ policy: Value) -> String? {
    guard policy.object?.count == 3, let value = policy["value"]?.int, value > 0,
      let seconds = policy["periodSeconds"]?.int, (1...1800).contains(seconds)
    else { return nil }
    let unit: String
    switch policy["type"]?.string {
    case "Percent": unit = "%"
    case "Pods": unit = ""
    default: return nil
    }
    return "ScaleStep(by: \(value)\(unit), per: \(SourceText.duration(seconds: seconds)))"
  }

  /// The workload that is scaled.
  private func scaled(_ target: Value) -> String? {
    guard let kind = target["kind"]?.string, let name = target["name"]?.string else { return nil }
    let version = target["apiVersion"]?.string
    let isKnown = version == "apps/v1" && ["Deployment", "StatefulSet"].contains(kind)
    guard isKnown else {
      guard let version, target.object?.count == 3 else { return nil }
      let texts = [kind, name].map(SourceText.quoted).joined(separator: ", ")
      return "external.workload(\(texts), apiVersion: \(SourceText.quoted(version)))"
    }
    return find(kind, name)?.text ?? "external.\(kind.lowercased())(\(literal(name)))"
  }

  /// `70%`, or an amount for each pod.
  private static func resourceAim(_ metric: Value) -> String? {
    guard metric["type"] == "Resource", metric.leaves == 4, let target = metric.at("resource", "target") else {
      return nil
    }
    switch target["type"]?.string {
    case "Utilization": return target["averageUtilization"]?.int.map { "\($0)%" }
    case "AverageValue": return target["averageValue"].flatMap(SourceText.amount)
    default: return nil
    }
  }

  /// `metric.pods("requests_per_second", average: 100)`
  private func otherMetric(_ metric: Value) -> String? {
    guard let type = metric["type"]?.string, metric.object?.count == 2,
      let source = ["Pods": "pods", "External": "external", "Object": "object"][type],
      let given = metric[source], let name = given.at("metric", "name")?.string, let aim = Self.aim(given["target"])
    else { return nil }
    var arguments = [SourceText.quoted(name)]
    if source == "object" {
      guard let object = given["describedObject"], object.object?.count == 3,
        let version = object["apiVersion"]?.string, let kind = object["kind"]?.string, let of = object["name"]?.string
      else { return nil }
      arguments += ["apiVersion: \(SourceText.quoted(version))", "kind: \(SourceText.quoted(kind))"]
      arguments.append("of: \(SourceText.quoted(of))")
    }
    guard source != "pods" || aim.hasPrefix("average"), given.object?.count == (source == "object" ? 3 : 2) else {
      return nil
    }
    arguments.append(aim)
    if let selector = given.at("metric", "selector") {
      guard let labels = Self.labels(selector), labels != "{}" else { return nil }
      arguments.append("match: \(labels)")
    }
    return "metric.\(source)(\(arguments.joined(separator: ", ")))"
  }

  private static func aim(_ target: Value?) -> String? {
    guard let target, target.object?.count == 2 else { return nil }
    switch target["type"]?.string {
    case "Value": return target["value"].flatMap(SourceText.amount).map { "value: \($0)" }
    case "AverageValue": return target["averageValue"].flatMap(SourceText.amount).map { "average: \($0)" }
    default: return nil
    }
  }

  private mutating func liftBudget() -> Bool {
    guard addGuard("selector", isRequired: true) else { return false }
    add("keep", share: "spec", "minAvailable")
    add("lose", share: "spec", "maxUnavailable")
    add("unhealthy", text: "spec", "unhealthyPodEvictionPolicy")
    return true
  }
}
