internal import KCData
internal import KCKube

/// DefaultPreemption: which less important pods would have to go.
extension Scheduler {
  func preempt(_ pod: PodInfo, _ snapshot: Snapshot, _ nodeCount: Int, _ decision: inout Decision) {
    if pod.neverPreempts {
      decision.message += " no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never."
      return
    }
    if isWaitingForVictims(pod, snapshot, decision) {
      decision.message +=
        " no new claims to deallocate, preemption: not eligible due to a terminating pod on the nominated node."
      return
    }
    var candidates: [(node: NodeInfo, victims: [PodInfo], violations: Int)] = []
    for node in snapshot.nodes where node.isPresent {
      guard decision.prefilter == nil, let rejection = decision.rejected[node.name], !rejection.isUnresolvable else {
        continue
      }
      switch dryRun(pod, node, snapshot) {
      case .success(let found): candidates.append((node, found.victims, found.violations))
      case .failure(let failure): decision.dryRun[node.name] = failure.rejection
      }
    }
    decision.candidates = candidates.map {
      Decision.Candidate(node: $0.node.name, victims: $0.victims.map(\.key), budgetViolations: $0.violations)
    }
    guard let best = choose(candidates) else {
      explain(nodeCount, &decision)
      return
    }
    decision.nominatedTied = best.map(\.node.name)
    decision.nominated = best.map(\.node.name).min()
    decision.victims = best.first { $0.node.name == decision.nominated }?.victims.map(\.key) ?? []
  }

  /// Pods that are on their way out of the nominated node already make room.
  private func isWaitingForVictims(_ pod: PodInfo, _ snapshot: Snapshot, _ decision: Decision) -> Bool {
    guard !pod.nominatedNode.isEmpty, let node = snapshot.node(pod.nominatedNode),
      decision.rejected[node.name]?.isUnresolvable != true
    else { return false }
    return node.pods.contains { $0.isTerminating && $0.priority < pod.priority }
  }

  private func explain(_ nodeCount: Int, _ decision: inout Decision) {
    if nodeCount == 0 {
      decision.message += " no new claims to deallocate, preemption: 0/0 nodes are available: ."
      return
    }
    var reasons: [(String, Int?)] = decision.dryRun.values.flatMap { rejection in rejection.reasons.map { ($0, nil) } }
    let hopeless = nodeCount - decision.dryRun.count
    if hopeless > 0 { reasons.append(("Preemption is not helpful for scheduling", hopeless)) }
    decision.message +=
      " no new claims to deallocate, preemption: 0/\(nodeCount) nodes are available: \(Messages.histogram(reasons))."
  }

  private struct DryRunFailure: Error { var rejection: Rejection }

  /// Takes all less important pods from a node, and gives back as many as possible, the most important first.
  private func dryRun(_ pod: PodInfo, _ node: NodeInfo, _ snapshot: Snapshot)
    -> Result<(victims: [PodInfo], violations: Int), DryRunFailure>
  {
    let lower = node.pods.filter { $0.priority < pod.priority }
    if lower.isEmpty {
      return .failure(
        DryRunFailure(
          rejection: Rejection(
            plugin: "", isUnresolvable: true, reasons: ["No preemption victims found for incoming pod"])))
    }
    var trial = snapshot
    for victim in lower { trial.removePod(victim.key) }
    if let rejection = fits(pod, node.name, trial) { return .failure(DryRunFailure(rejection: rejection)) }
    let ordered = lower.sorted(by: Self.isMoreImportant)
    let (violating, others) = splitByBudgets(ordered, snapshot)
    var victims: [PodInfo] = []
    var violations = 0
    func reprieve(_ candidate: PodInfo) -> Bool {
      var with = trial
      with.place(candidate, on: node.name)
      if fits(pod, node.name, with) != nil { return false }
      trial = with
      return true
    }
    for candidate in violating where !reprieve(candidate) {
      victims.append(candidate)
      violations += 1
    }
    for candidate in others where !reprieve(candidate) { victims.append(candidate) }
    if victims.isEmpty {
      return .failure(
        DryRunFailure(
          rejection: Rejection(
            plugin: "", isUnresolvable: true, reasons: ["No preemption victims found for incoming pod"])))
    }
    return .success((victims.sorted(by: Self.isMoreImportant), violations))
  }

  private func fits(_ pod: PodInfo, _ name: String, _ snapshot: Snapshot) -> Rejection? {
    guard let node = snapshot.node(name) else {
      return Rejection(plugin: "", isUnresolvable: true, reasons: ["the node is gone"])
    }
    var problem: Rejection?
    let state = CycleState(pod, snapshot, problem: &problem)
    return problem ?? checkWithNominated(pod, node, snapshot, state)
  }

  static func isMoreImportant(_ left: PodInfo, _ right: PodInfo) -> Bool {
    left.priority != right.priority ? left.priority > right.priority : left.startTime < right.startTime
  }

  /// Pods whose eviction a disruption budget does not allow, in addition to those before them.
  private func splitByBudgets(_ pods: [PodInfo], _ snapshot: Snapshot) -> (violating: [PodInfo], others: [PodInfo]) {
    let budgets = snapshot.budgets.values.sorted { $0.namespacedName < $1.namespacedName }
    var left = budgets.map { $0.at("status", "disruptionsAllowed")?.int ?? 0 }
    var violating: [PodInfo] = []
    var others: [PodInfo] = []
    for pod in pods {
      var isViolating = false
      for (index, budget) in budgets.enumerated() where budget.namespace == pod.namespace && !pod.labels.isEmpty {
        guard let selector = try? LabelSelector(budget.at("spec", "selector")), !selector.isEmpty,
          selector.matches(pod.labels), budget.at("status", "disruptedPods", pod.name) == nil
        else { continue }
        left[index] -= 1
        if left[index] < 0 { isViolating = true }
      }
      if isViolating { violating.append(pod) } else { others.append(pod) }
    }
    return (violating, others)
  }

  /// The candidates that are best by all criteria, in their order.
  private func choose(_ candidates: [(node: NodeInfo, victims: [PodInfo], violations: Int)])
    -> [(node: NodeInfo, victims: [PodInfo], violations: Int)]?
  {
    guard !candidates.isEmpty else { return nil }
    typealias Candidate = (node: NodeInfo, victims: [PodInfo], violations: Int)
    func keep<Key: Comparable>(_ list: [Candidate], least key: (Candidate) -> Key) -> [Candidate] {
      guard list.count > 1, let best = list.map(key).min() else { return list }
      return list.filter { key($0) == best }
    }
    var list = keep(candidates) { $0.violations }
    list = keep(list) { $0.victims.first?.priority ?? .min }
    list = keep(list) { $0.victims.reduce(Int128(0)) { $0 + Int128($1.priority) + Int128(Int32.max) + 1 } }
    list = keep(list) { $0.victims.count }
    // Of the most important victims' start times, the latest earliest one.
    func earliest(_ candidate: Candidate) -> Timestamp {
      let top = candidate.victims.first?.priority ?? 0
      return candidate.victims.filter { $0.priority == top }.map(\.startTime).min() ?? Timestamp(seconds: 0)
    }
    if list.count > 1, let latest = list.map(earliest).max() { list = list.filter { earliest($0) == latest } }
    return list
  }
}
