internal import KCData
internal import KCKube
internal import KCScheduler

extension PlacementForecast {
  /// A pod on each node that a daemon set is meant for: as its controller makes them, each for its node.
  mutating func walkDaemons(_ step: Step, _ object: Value, _ template: Value, _ placement: inout Placement) {
    let current = Dictionary(
      currentPods(of: step).map { ($0.at("spec", "nodeName")?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    var template = owned(template, by: object, current: [], rolls: true)
    template.set(.array(Self.tolerations(template)), at: "spec", "tolerations")
    var placed: [String: Int] = [:]
    for node in live.cluster.nodes.compactMap(\.name).sorted() {
      if let old = current[node] { snapshot.removePod(old.namespacedName) }
      var pod = template
      Self.pin(&pod, to: node)
      guard let rejection = placeDaemon(pod, object, step, on: node, &placed, &placement) else { continue }
      if Self.meansOtherNodes.contains(rejection.plugin) { continue }
      placement.unplaced += 1
      placement.obstacles.append(
        Placement.Obstacle(
          node: node, reason: Explanation.Node(name: node, rejection: rejection).words,
          rule: rule(for: rejection.constraint, address: step.address), plugin: rejection.plugin))
    }
    placement.nodes = placed.sorted { $0.key < $1.key }.map { Placement.Share(node: $0.key, pods: $0.value) }
  }

  /// What turns a node down that the daemon set is not meant for.
  private static let meansOtherNodes: Set = ["NodeAffinity", "TaintToleration", "NodeName"]

  /// What daemons tolerate beside what they say: they belong on a node even while it is not well.
  private static func tolerations(_ template: Value) -> [Value] {
    let all = [
      ("not-ready", "NoExecute"), ("unreachable", "NoExecute"), ("disk-pressure", "NoSchedule"),
      ("memory-pressure", "NoSchedule"), ("pid-pressure", "NoSchedule"), ("unschedulable", "NoSchedule"),
    ]
    return (template.at("spec", "tolerations")?.array ?? [])
      + all.map { name, effect in
        ["key": .string("node.kubernetes.io/\(name)"), "operator": "Exists", "effect": .string(effect)]
      }
  }

  /// Adds the node to what the pod asks of nodes.
  private static func pin(_ pod: inout Value, to node: String) {
    let field: Value = ["key": "metadata.name", "operator": "In", "values": [.string(node)]]
    let path = [
      "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms",
    ]
    var terms = pod.at(path[...])?.array ?? []
    if terms.isEmpty { terms = [[:]] }
    for index in terms.indices {
      terms[index]["matchFields"] = .array((terms[index]["matchFields"]?.array ?? []) + [field])
    }
    pod.set(.array(terms), at: path[...])
  }
}
