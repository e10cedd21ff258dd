internal import KCData
internal import KCKube

/// The shape of a daemon set's pods.
struct DaemonPods {
  let set: Value

  private static let toleratedByAll: [(key: String, effect: String)] = [
    ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
  ]

  var template: Value { self.set.at("spec", "template") ?? [:] }

  /// What its pods tolerate: a daemon belongs on a node even while that is not well.
  var tolerations: [Value] {
    var all = Self.toleratedByAll
    if template.at("spec", "hostNetwork")?.bool == true { all.append(("network-unavailable", "NoSchedule")) }
    var list = template.at("spec", "tolerations")?.array ?? []
    for (name, effect) in all {
      let toleration: Value = [
        "key": .string("node.kubernetes.io/\(name)"), "operator": "Exists", "effect": .string(effect),
      ]
      if !list.contains(toleration) { list.append(toleration) }
    }
    return list
  }

  /// A pod for one node.
  func pod(on node: String, hash: String) -> Value {
    var pod = KCControl.pod(from: template, of: set)
    pod.set(.string(hash), at: "metadata", "labels", RevisionHistory.hashLabel)
    pod.set(.array(tolerations), at: "spec", "tolerations")
    let terms: Value = [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]]]
    pod.set(
      ["nodeSelectorTerms": terms], at: "spec", "affinity", "nodeAffinity",
      "requiredDuringSchedulingIgnoredDuringExecution")
    return pod
  }

  /// The node that a pod is on, or meant for.
  static func node(of pod: Value) -> String? {
    if let node = pod.nodeName { return node }
    let required = pod.at(
      "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    return required?[0]?["matchFields"]?[0]?["values"]?[0]?.string
  }

  /// Whether a node should get a pod, and whether one that is there may stay.
  func suits(_ node: Value) -> (runs: Bool, stays: Bool) {
    guard NodeMatch.isWanted(node, by: template["spec"] ?? [:]) else { return (false, false) }
    let tolerations = tolerations
    let stays = NodeMatch.toleratesTaints(of: node, tolerations, effects: ["NoExecute"])
    return (NodeMatch.toleratesTaints(of: node, tolerations, effects: ["NoExecute", "NoSchedule"]), stays)
  }
}
