/// Filters that look at a node's object and nothing else.
enum NodeFilters {
  /// The first rejection by NodeUnschedulable, TaintToleration and NodeAffinity.
  static func standing(_ rules: PodRules, _ node: NodeObject, _ profile: Profile) -> Rejection? {
    if profile.filters.contains(.nodeUnschedulable), let rejection = unschedulable(rules, node) { return rejection }
    if profile.filters.contains(.taintToleration), let rejection = taints(rules, node) { return rejection }
    if profile.filters.contains(.nodeAffinity), let rejection = affinity(rules, node) { return rejection }
    return nil
  }

  private static func unschedulable(_ rules: PodRules, _ node: NodeObject) -> Rejection? {
    guard node.isUnschedulable else { return nil }
    let taint = Taint(key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule")
    if rules.content.tolerations.contains(where: { $0.tolerates(taint) }) { return nil }
    return Rejection(plugin: "NodeUnschedulable", isUnresolvable: true, reasons: ["node(s) were unschedulable"])
  }

  static func name(_ pod: PodInfo, _ node: NodeObject) -> Rejection? {
    if pod.nodeName.isEmpty || pod.nodeName == node.name { return nil }
    return Rejection(
      plugin: "NodeName", isUnresolvable: true, reasons: ["node(s) didn't match the requested node name"],
      constraint: "spec.nodeName")
  }

  /// The first taint that keeps the pod away.
  static func untoleratedTaint(_ rules: PodRules, _ node: NodeObject) -> Taint? {
    node.taints.first { taint in
      (taint.effect == "NoSchedule" || taint.effect == "NoExecute")
        && !rules.content.tolerations.contains { $0.tolerates(taint) }
    }
  }

  private static func taints(_ rules: PodRules, _ node: NodeObject) -> Rejection? {
    guard let taint = untoleratedTaint(rules, node) else { return nil }
    var rejection = Rejection(
      plugin: "TaintToleration", isUnresolvable: true, reasons: ["node(s) had untolerated taint(s)"],
      constraint: "spec.tolerations")
    rejection.detail =
      taint.value.isEmpty ? "\(taint.key):\(taint.effect)" : "\(taint.key)=\(taint.value):\(taint.effect)"
    return rejection
  }

  /// Whether a node has what the pod's selector and required affinity ask for.
  static func matchesAffinity(_ rules: PodRules, _ node: NodeObject) -> Bool {
    for (key, value) in rules.content.nodeSelector where node.labels[key] != value { return false }
    guard let terms = rules.content.requiredNodeTerms else { return true }
    return terms.contains { $0.matches(node) }
  }

  private static func affinity(_ rules: PodRules, _ node: NodeObject) -> Rejection? {
    if matchesAffinity(rules, node) { return nil }
    let missing = rules.content.nodeSelector.filter { node.labels[$0.key] != $0.value }
    var rejection = Rejection(
      plugin: "NodeAffinity", isUnresolvable: true, reasons: ["node(s) didn't match Pod's node affinity/selector"],
      constraint: missing.isEmpty
        ? "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution" : "spec.nodeSelector")
    if !missing.isEmpty {
      rejection.detail = missing.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
    return rejection
  }
}
