internal import func Glibc.log
internal import KCData
internal import KCKube

/// PodTopologySpread: pods that a selector names are spread evenly over the domains of a topology.
struct SpreadFilter {
  private var constraints: [(constraint: SpreadConstraint, index: Int)] = []
  private var counts: [[String: Int64]] = []
  private var selfMatch: [Int64] = []

  init(_ pod: PodInfo, _ snapshot: borrowing Snapshot) {
    constraints = pod.spread.enumerated().filter { $0.element.isRequired }.map { ($0.element, $0.offset) }
    guard !constraints.isEmpty else { return }
    counts = Array(repeating: [:], count: constraints.count)
    selfMatch = constraints.map { $0.constraint.selector.matches(pod.labels) ? 1 : 0 }
    for node in snapshot.nodes where node.isPresent {
      guard constraints.allSatisfy({ node.labels[$0.constraint.topologyKey] != nil }) else { continue }
      for (index, entry) in constraints.enumerated() where SpreadCount.includes(node, entry.constraint, pod) {
        counts[index][node.labels[entry.constraint.topologyKey] ?? "", default: 0] += SpreadCount.pods(
          node, entry.constraint.selector, pod.namespace)
      }
    }
  }

  func check(_ node: NodeInfo) -> Rejection? {
    for (index, entry) in constraints.enumerated() {
      let place = "spec.topologySpreadConstraints[\(entry.index)]"
      guard let domain = node.labels[entry.constraint.topologyKey] else {
        return Rejection(
          plugin: "PodTopologySpread", isUnresolvable: true,
          reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
          constraint: place)
      }
      let few = Int64(counts[index].count) < entry.constraint.minDomains
      let least = few ? 0 : counts[index].values.min() ?? Int64(Int32.max)
      let skew = (counts[index][domain] ?? 0) + selfMatch[index] - least
      if skew > entry.constraint.maxSkew {
        return Rejection(
          plugin: "PodTopologySpread", isUnresolvable: false,
          reasons: ["node(s) didn't match pod topology spread constraints"], constraint: place)
      }
    }
    return nil
  }
}

/// Counting for spread.
enum SpreadCount {
  /// Whether a node's pods count for a constraint.
  static func includes(_ node: NodeInfo, _ constraint: SpreadConstraint, _ pod: PodInfo) -> Bool {
    if constraint.honorsAffinity, !NodeFilters.matchesAffinity(pod, node) { return false }
    if constraint.honorsTaints, NodeFilters.taints(pod, node) != nil { return false }
    return true
  }

  /// A selector without conditions counts nobody.
  static func pods(_ node: NodeInfo, _ selector: LabelSelector, _ namespace: String) -> Int64 {
    if selector.isEmpty { return 0 }
    return Int64(node.pods.count { !$0.isTerminating && $0.namespace == namespace && selector.matches($0.labels) })
  }
}

/// The soft side of PodTopologySpread: points.
struct SpreadScore {
  private static let hostname = "kubernetes.io/hostname"

  /// Points by node; nil where the pod has nothing to spread.
  static func scores(_ pod: PodInfo, _ feasible: [NodeInfo], _ snapshot: borrowing Snapshot) -> [String: Int64]? {
    let isDefault = pod.spread.isEmpty
    let constraints = isDefault ? defaults(pod, snapshot) : pod.spread.filter { !$0.isRequired }
    guard !constraints.isEmpty else { return nil }
    func hasAll(_ node: NodeInfo) -> Bool { constraints.allSatisfy { node.labels[$0.topologyKey] != nil } }
    let ignored = Set(isDefault ? [] : feasible.filter { !hasAll($0) }.map(\.name))
    var counts = [[String: Int64]](repeating: [:], count: constraints.count)
    for node in feasible where !ignored.contains(node.name) {
      for (index, constraint) in constraints.enumerated() where constraint.topologyKey != hostname {
        counts[index][node.labels[constraint.topologyKey] ?? ""] = 0
      }
    }
    let weights = constraints.enumerated().map { index, constraint in
      log(Double((constraint.topologyKey == hostname ? feasible.count - ignored.count : counts[index].count) + 2))
    }
    for node in snapshot.nodes where node.isPresent && (isDefault || hasAll(node)) {
      for (index, constraint) in constraints.enumerated() where SpreadCount.includes(node, constraint, pod) {
        let domain = node.labels[constraint.topologyKey] ?? ""
        guard counts[index][domain] != nil else { continue }
        counts[index][domain, default: 0] += SpreadCount.pods(node, constraint.selector, pod.namespace)
      }
    }
    var raw: [String: Int64] = [:]
    for node in feasible where !ignored.contains(node.name) {
      var score = 0.0
      for (index, constraint) in constraints.enumerated() {
        guard let domain = node.labels[constraint.topologyKey] else { continue }
        let count =
          constraint.topologyKey == hostname
          ? SpreadCount.pods(node, constraint.selector, pod.namespace) : counts[index][domain] ?? 0
        score += Double(count) * weights[index] + Double(constraint.maxSkew - 1)
      }
      raw[node.name] = Int64(score.rounded())
    }
    let highest = raw.values.max() ?? 0
    let lowest = raw.values.min() ?? 0
    var out: [String: Int64] = [:]
    for node in feasible {
      guard let score = raw[node.name] else {
        out[node.name] = 0
        continue
      }
      out[node.name] = highest == 0 ? 100 : 100 * (highest + lowest - score) / highest
    }
    return out
  }

  /// The system's own constraints, for pods that belong to a service or a workload.
  private static func defaults(_ pod: PodInfo, _ snapshot: borrowing Snapshot) -> [SpreadConstraint] {
    var requirements: [String: String] = [:]
    for service in snapshot.services.values where service.namespace == pod.namespace {
      let selector = stringMap(service.at("spec", "selector"))
      guard !selector.isEmpty, selector.allSatisfy({ pod.labels[$0.key] == $0.value }) else { continue }
      requirements.merge(selector) { $1 }
    }
    var selector: LabelSelector?
    if pod.ownerKind == "ReplicaSet", let name = pod.ownerName,
      let set = snapshot.replicaSets["\(pod.namespace)/\(name)"]
    {
      var merged = set.at("spec", "selector") ?? .object([:])
      for (key, value) in requirements { merged.set(.string(value), at: "matchLabels", key) }
      selector = try? LabelSelector(merged)
    } else if !requirements.isEmpty {
      selector = LabelSelector(labels: requirements)
    }
    guard let selector, !selector.isEmpty else { return [] }
    return [
      SpreadConstraint(default: hostname, maxSkew: 3, selector: selector),
      SpreadConstraint(default: "topology.kubernetes.io/zone", maxSkew: 5, selector: selector),
    ]
  }
}
