internal import KCData

/// Autoscalers and disruption budgets.
extension Lifter {
  mutating func liftScaling() -> Bool {
    addMetadata()
    return own.head.kind == "autoscaler" ? liftAutoscaler() : liftBudget()
  }

  private mutating func liftAutoscaler() -> Bool {
    guard let target = rest.take("spec", "scaleTargetRef"), let kind = target["kind"]?.string,
      let name = target["name"]?.string, ["Deployment", "StatefulSet"].contains(kind),
      let known = find(kind, name), let most = rest.int("spec", "maxReplicas")
    else { return false }
    add("scale = \(known.text)", "spec", "scaleTargetRef")
    let least = rest.int("spec", "minReplicas") ?? 1
    add("replicas = \(least)...\(most)", "spec", "minReplicas")
    guard let metrics = rest.take("spec", "metrics")?.array, !metrics.isEmpty else { return false }
    var order = -1
    for metric in metrics {
      let names = ["cpu", "memory"]
      guard let name = metric.at("resource", "name")?.string, let place = names.firstIndex(of: name), place > order,
        metric.at("resource", "target", "type") == "Utilization",
        let share = metric.at("resource", "target", "averageUtilization")?.int, metric.leaves == 4
      else { return false }
      order = place
      add("\(name) = \(share)%", "spec", "metrics")
    }
    return true
  }

  private mutating func liftBudget() -> Bool {
    guard let selector = rest.take("spec", "selector"), let text = pods(selector), text != "{}" else { return false }
    add("guard = \(text)", "spec", "selector")
    add("keep", share: "spec", "minAvailable")
    add("lose", share: "spec", "maxUnavailable")
    return true
  }
}
