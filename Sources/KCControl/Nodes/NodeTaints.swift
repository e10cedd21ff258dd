internal import KCData
internal import KCKube

/// The taints that follow from a node's conditions, and what they mean for pods.
enum NodeTaints {
  static let unreachable = "node.kubernetes.io/unreachable"
  static let notReady = "node.kubernetes.io/not-ready"
  /// Conditions that keep new pods away while they are true.
  private static let pressure = [
    "MemoryPressure": "node.kubernetes.io/memory-pressure", "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure", "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
  ]
  private static let unschedulable = "node.kubernetes.io/unschedulable"
  private static let ours = Set([unreachable, notReady, unschedulable] + pressure.values)

  static func list(_ node: Value) -> [Value] { node.at("spec", "taints")?.array ?? [] }

  /// The node with the taints that it should have.
  static func updated(_ node: Value, _ now: Timestamp) -> Value {
    let wanted = self.wanted(node)
    let present = list(node)
    var taints = present.filter { taint in
      guard let key = taint["key"]?.string, ours.contains(key) else { return true }
      return wanted.contains { $0.key == key && $0.effect == taint["effect"]?.string }
    }
    for (key, effect) in wanted
    where !taints.contains(where: { $0["key"]?.string == key && $0["effect"]?.string == effect }) {
      var taint: Value = ["key": .string(key), "effect": .string(effect)]
      if effect == "NoExecute" { taint["timeAdded"] = .string(now.rfc3339) }
      taints.append(taint)
    }
    if taints == present { return node }
    var node = node
    node.set(taints.isEmpty ? nil : .array(taints), at: "spec", "taints")
    return node
  }

  private static func wanted(_ node: Value) -> [(key: String, effect: String)] {
    var taints: [(key: String, effect: String)] = []
    switch node.condition("Ready")?["status"]?.string {
    case "True"?: break
    case "Unknown"?: taints += [(unreachable, "NoSchedule"), (unreachable, "NoExecute")]
    default: taints += [(notReady, "NoSchedule"), (notReady, "NoExecute")]
    }
    for (condition, key) in pressure.sorted(by: { $0.key < $1.key }) where node.isTrue(condition) {
      taints.append((key, "NoSchedule"))
    }
    if node.at("spec", "unschedulable")?.bool == true { taints.append((unschedulable, "NoSchedule")) }
    return taints
  }

  /// The seconds for which the API lets pods tolerate a node that is not well, where they say nothing themselves.
  static let usualPatience: Int64 = 300

  /// When a pod must leave a node with these `NoExecute` taints; nil is never.
  ///
  /// - Parameter patience: what takes the place of the usual patience, in seconds.
  static func evictionTime(
    of pod: Value, _ taints: [Value], _ now: Timestamp, patience: Double = Double(usualPatience)
  ) -> Timestamp? {
    let tolerations = pod.at("spec", "tolerations")?.array ?? []
    var earliest: Timestamp?
    for taint in taints {
      let matching = tolerations.filter { tolerates($0, taint) }
      let added = taint.time("timeAdded") ?? now
      guard !matching.isEmpty else { return added }
      let limits = matching.compactMap { $0["tolerationSeconds"]?.int }
      guard let limit = limits.min() else { continue }
      let isUsual = limit == usualPatience && [unreachable, notReady].contains(taint["key"]?.string)
      let moment = added.advanced(by: isUsual ? patience : Double(max(0, min(limit, 1 << 40))))
      earliest = earliest.map { min($0, moment) } ?? moment
    }
    return earliest
  }

  static func tolerates(_ toleration: Value, _ taint: Value) -> Bool {
    if let effect = toleration["effect"]?.string, !effect.isEmpty, effect != taint["effect"]?.string { return false }
    let key = toleration["key"]?.string ?? ""
    let exists = toleration["operator"]?.string == "Exists"
    if key.isEmpty { return exists }
    guard key == taint["key"]?.string else { return false }
    return exists || (toleration["value"]?.string ?? "") == (taint["value"]?.string ?? "")
  }
}
