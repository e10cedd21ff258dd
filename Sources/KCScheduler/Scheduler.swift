public import KCData

/// Decides where pods go, as kube-scheduler 1.36 does with its default profile.
public struct Scheduler: Sendable {
  /// How much each plugin's points count.
  static let weights: [String: Int64] = [
    "TaintToleration": 3, "NodeAffinity": 2, "PodTopologySpread": 2, "InterPodAffinity": 2,
  ]

  public init() {}

  /// Decides about one pod.
  public func schedule(_ pod: Value, in snapshot: Snapshot) -> Decision { schedule(PodInfo(pod), in: snapshot) }

  public func schedule(_ pod: PodInfo, in snapshot: Snapshot) -> Decision {
    var decision = Decision()
    if !pod.gates.isEmpty {
      decision.isGated = true
      decision.message = "Scheduling is blocked due to non-empty scheduling gates"
      return decision
    }
    let present = snapshot.nodes.filter(\.isPresent)
    if let problem = filter(pod, present, snapshot, into: &decision) {
      decision.prefilter = problem
      decision.message = Messages.text(nodes: present.count, reasons: problem.reasons.map { ($0, nil) })
      preempt(pod, snapshot, present.count, &decision)
      return decision
    }
    if decision.feasible.isEmpty {
      decision.message = Messages.text(rejected: decision.rejected, nodes: present.count)
      preempt(pod, snapshot, present.count, &decision)
      return decision
    }
    let candidates = decision.feasible.compactMap { snapshot.node($0) }
    if candidates.count == 1 {
      decision.tied = decision.feasible
    } else {
      score(pod, candidates, snapshot, into: &decision)
    }
    decision.node = TieBreak.choose(decision.tied, for: pod)
    return decision
  }

  /// Runs the filters; the result is a rejection of the pod as a whole.
  func filter(
    _ pod: PodInfo, _ nodes: [NodeInfo], _ snapshot: Snapshot, into decision: inout Decision
  ) -> Rejection? {
    var wanted = nodes
    if let names = narrowedNames(pod) {
      decision.narrowed = (names.sorted(), ["NodeAffinity"])
      if names.isEmpty {
        return Rejection(
          plugin: "NodeAffinity", isUnresolvable: true,
          reasons: ["pod affinity terms conflict"])
      }
      wanted = nodes.filter { names.contains($0.name) }
      for node in nodes where !names.contains(node.name) {
        decision.rejected[node.name] = Rejection(
          plugin: "NodeAffinity", isUnresolvable: true,
          reasons: ["node(s) didn't satisfy plugin(s) [NodeAffinity]"])
      }
    }
    var problem: Rejection?
    let state = CycleState(pod, snapshot, problem: &problem)
    if let problem { return problem }
    if !pod.nominatedNode.isEmpty, let node = wanted.first(where: { $0.name == pod.nominatedNode }),
      checkWithNominated(pod, node, snapshot, state) == nil
    {
      decision.feasible = [node.name]
      return nil
    }
    for node in wanted {
      if let rejection = checkWithNominated(pod, node, snapshot, state) {
        decision.rejected[node.name] = rejection
      } else {
        decision.feasible.append(node.name)
      }
    }
    return nil
  }

  /// The nodes that a pod names in every one of its terms.
  private func narrowedNames(_ pod: PodInfo) -> Set<String>? {
    guard let terms = pod.requiredNodeTerms, !terms.isEmpty else { return nil }
    var names: Set<String> = []
    for term in terms {
      guard let some = term.nodeNames else { return nil }
      names.formUnion(some)
    }
    return names
  }

  /// Filters a node with the pods that it is being cleared for, and without: a pod must fit in both cases.
  func checkWithNominated(_ pod: PodInfo, _ node: NodeInfo, _ snapshot: Snapshot, _ state: CycleState) -> Rejection? {
    let waiting = (snapshot.nominated[node.name] ?? []).filter { $0.priority >= pod.priority && $0.key != pod.key }
    if !waiting.isEmpty {
      var trial = snapshot
      for other in waiting { trial.place(other, on: node.name) }
      var problem: Rejection?
      let full = CycleState(pod, trial, problem: &problem)
      if let rejection = problem ?? trial.node(node.name).flatMap({ full.check(pod, $0) }) { return rejection }
    }
    return state.check(pod, node)
  }

  private func score(_ pod: PodInfo, _ nodes: [NodeInfo], _ snapshot: Snapshot, into decision: inout Decision) {
    var spreadOf: [String: Int] = [:]
    for image in Set(pod.images.map(NodeScores.normalised)) {
      spreadOf[image] = snapshot.nodes.count { $0.isPresent && $0.images[image] != nil }
    }
    let total = snapshot.nodes.count(where: \.isPresent)
    func each(_ points: (NodeInfo) -> Int64) -> [String: Int64] {
      Dictionary(nodes.map { ($0.name, points($0)) }, uniquingKeysWith: { $1 })
    }
    var plugins: [String: [String: Int64]] = [
      "TaintToleration": NodeScores.normalise(each { NodeScores.unwantedTaints(pod, $0) }, reversed: true),
      "NodeResourcesFit": each { NodeScores.leastAllocated(pod, $0) },
      "ImageLocality": each { NodeScores.images(pod, $0, spreadOf, total) },
    ]
    if pod.hasCPUOrMemoryRequest || !pod.requests.others.isEmpty || pod.requests.ephemeralStorage != 0 {
      plugins["NodeResourcesBalancedAllocation"] = each { NodeScores.balanced(pod, $0) }
    }
    if !pod.preferredNodeTerms.isEmpty {
      plugins["NodeAffinity"] = NodeScores.normalise(each { NodeScores.preferredAffinity(pod, $0) })
    }
    plugins["PodTopologySpread"] = SpreadScore.scores(pod, nodes, snapshot)
    plugins["InterPodAffinity"] = AffinityScore.scores(pod, nodes, snapshot)
    for node in nodes {
      for (plugin, points) in plugins {
        let weighted = (points[node.name] ?? 0) * (Self.weights[plugin] ?? 1)
        decision.scores[node.name, default: [:]][plugin] = weighted
        decision.total[node.name, default: 0] += weighted
      }
    }
    let best = decision.total.values.max() ?? 0
    decision.tied = decision.feasible.filter { decision.total[$0] == best }
  }
}

/// What filters work out once for a pod.
struct CycleState {
  private let spread: SpreadFilter
  private let affinity: AffinityFilter
  private let volumes: VolumeFilter

  init(_ pod: PodInfo, _ snapshot: Snapshot, problem: inout Rejection?) {
    spread = SpreadFilter(pod, snapshot)
    affinity = AffinityFilter(pod, snapshot)
    volumes = VolumeFilter(pod, snapshot, problem: &problem)
  }

  /// The first filter's rejection of a node, in the order of the default profile.
  func check(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    NodeFilters.unschedulable(pod, node) ?? NodeFilters.name(pod, node) ?? NodeFilters.taints(pod, node)
      ?? NodeFilters.affinity(pod, node) ?? NodeFilters.ports(pod, node) ?? NodeFilters.resources(pod, node)
      ?? NodeFilters.disks(pod, node) ?? volumes.check(node) ?? spread.check(node) ?? affinity.check(node)
  }
}

/// Chooses between nodes with equal points: always in the same way for the same pod's workload, so that a plan and what
/// follows it agree.
enum TieBreak {
  static func choose(_ nodes: [String], for pod: PodInfo) -> String? { nodes.min() }
}

/// The words of the condition `PodScheduled`.
enum Messages {
  static func text(rejected: [String: Rejection], nodes: Int) -> String {
    text(nodes: nodes, reasons: rejected.values.flatMap { rejection in rejection.reasons.map { ($0, nil) } })
  }

  static func text(nodes: Int, reasons: [(String, Int?)]) -> String {
    if nodes == 0 { return "no nodes available to schedule pods" }
    return "0/\(nodes) nodes are available: \(histogram(reasons))."
  }

  /// `2 Insufficient cpu, 1 node(s) were unschedulable`
  static func histogram(_ reasons: [(String, Int?)]) -> String {
    var counts: [String: Int] = [:]
    var plain: [String] = []
    for (reason, count) in reasons {
      if reason.contains("persistentvolume") || reason.contains("unbound immediate") || reason.contains("conflict") {
        plain.append(reason)
      } else {
        counts[reason, default: 0] += count ?? 1
      }
    }
    return (counts.map { "\($0.value) \($0.key)" }.sorted() + plain).joined(separator: ", ")
  }
}
