internal import KCData
internal import KCKube

/// Which constraints spread a pod: its own, or the profile's for pods that say nothing.
struct SpreadRules {
  static let hostname = "kubernetes.io/hostname"

  private(set) var hard: [(constraint: SpreadConstraint, place: Int)] = []
  private(set) var soft: [SpreadConstraint] = []
  private(set) var isSystem = false

  init(_ rules: PodRules, _ profile: Profile, _ snapshot: borrowing Snapshot) {
    let own = rules.content.spread
    guard own.isEmpty else {
      hard = own.enumerated().filter { $0.element.isRequired }.map { ($0.element, $0.offset) }
      soft = own.filter { !$0.isRequired }
      return
    }
    let constraints: [Profile.DefaultSpread.Constraint]
    switch profile.defaultSpread {
    case .none: return
    case .system:
      isSystem = true
      constraints = [
        .init(topologyKey: Self.hostname, maxSkew: 3, isRequired: false),
        .init(topologyKey: "topology.kubernetes.io/zone", maxSkew: 5, isRequired: false),
      ]
    case .constraints(let list): constraints = list
    }
    guard let selector = Self.selector(rules, snapshot.context), !selector.isEmpty else { return }
    for entry in constraints {
      let constraint = SpreadConstraint(
        default: entry.topologyKey, maxSkew: entry.maxSkew, isRequired: entry.isRequired, selector: selector)
      if entry.isRequired { hard.append((constraint, -1)) } else { soft.append(constraint) }
    }
  }

  /// The pods that belong together with a pod: those of its services and of its workload.
  private static func selector(_ rules: PodRules, _ context: Context) -> LabelSelector? {
    var labels: [String: String] = [:]
    // Few of all services are the pod's: these alone are put in order.
    let own = context.services.filter { _, service in
      service.namespace == rules.namespace && !service.selector.isEmpty
        && service.selector.allSatisfy { rules.labels[$0.key] == $0.value }
    }
    for (_, service) in own.sorted(by: { $0.key < $1.key }) { labels.merge(service.selector) { $1 } }
    if let kind = rules.content.ownerKind, let name = rules.content.ownerName,
      let workload = context.workloads["\(kind)/\(rules.namespace)/\(name)"]
    {
      var merged: Value = workload.isNull ? [:] : workload
      for (key, value) in labels { merged.set(.string(value), at: "matchLabels", key) }
      return try? LabelSelector(merged)
    }
    return labels.isEmpty ? nil : LabelSelector(labels: labels)
  }

  /// Whether a node's pods count for a constraint.
  static func includes(_ node: NodeObject, _ constraint: SpreadConstraint, _ rules: PodRules) -> Bool {
    if constraint.honorsAffinity, !NodeFilters.matchesAffinity(rules, node) { return false }
    if constraint.honorsTaints, NodeFilters.untoleratedTaint(rules, node) != nil { return false }
    return true
  }
}
