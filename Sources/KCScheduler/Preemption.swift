internal import KCData
internal import KCKube

/// DefaultPreemption: which less important pods would have to go.
struct Preemption {
  let attempt: Attempt
  private var pod: PodInfo { attempt.pod }
  private var snapshot: Snapshot { attempt.snapshot }

  init(attempt: Attempt) { self.attempt = attempt }

  /// Of the nodes where evictions help, this share is enough to choose from, and no fewer than this number.
  private static let enough = (percent: 10, number: 100)

  private struct Candidate {
    var name: String
    var victims: [PodInfo]
    var violations: Int
  }

  private enum Trial {
    case helps([PodInfo], violations: Int)
    case fails(Rejection)
  }

  func run(_ view: inout PodView, _ least: [Minimum], _ decision: inout Decision) {
    let before = attempt.profile.filters.contains(.dynamicResources) ? " " + Messages.noClaims : ""
    guard attempt.profile.preempts else {
      decision.message += before
      return
    }
    let separator = before.isEmpty ? " preemption: " : before + ", preemption: "
    if pod.rules.content.neverPreempts {
      decision.message += separator + "not eligible due to preemptionPolicy=Never."
      return
    }
    if isWaitingForVictims(decision) {
      decision.message += separator + "not eligible due to a terminating pod on the nominated node."
      return
    }
    let candidates = candidates(&view, least, &decision)
    decision.candidates = candidates.map {
      Decision.Candidate(node: $0.name, victims: $0.victims.map(\.key), budgetViolations: $0.violations)
    }
    guard !candidates.isEmpty else {
      decision.message += separator + explanation(decision)
      return
    }
    // Where evictions help, the message says no more than why the pod did not fit.
    let best = choose(candidates)
    decision.nominatedTied = best.map(\.name)
    let chosen = pick(best)
    decision.nominated = chosen?.name
    decision.victims = chosen?.victims.map(\.key) ?? []
  }

  private func pick(_ tied: [Candidate]) -> Candidate? {
    if tied.count < 2 { return tied.first }
    let ranks = snapshot.memo.ranks(in: snapshot, seed: attempt.scheduler.seed)
    func rank(_ candidate: Candidate) -> Int32 { snapshot.slot(of: candidate.name).map { ranks[$0] } ?? .max }
    return tied.min { rank($0) < rank($1) }
  }

  private func candidates(
    _ view: inout PodView, _ least: [Minimum], _ decision: inout Decision
  ) -> [Candidate] {
    var out: [Candidate] = []
    let hopeful = snapshot.slots.indices.filter { slot in
      guard let rejection = decision.rejected[snapshot.slots[slot].name] else { return false }
      return !rejection.isUnresolvable
    }
    let enough = max(hopeful.count * Self.enough.percent / 100, Self.enough.number)
    for slot in hopeful {
      let name = snapshot.slots[slot].name
      switch trial(slot, &view, least) {
      case .helps(let victims, let violations):
        out.append(Candidate(name: name, victims: victims, violations: violations))
        if out.count >= enough { return out }
      case .fails(let rejection): decision.dryRun[name] = rejection
      }
    }
    return out
  }

  /// Pods that are on their way out of the nominated node already make room.
  private func isWaitingForVictims(_ decision: Decision) -> Bool {
    guard !pod.nominatedNode.isEmpty, let node = snapshot.node(pod.nominatedNode),
      decision.rejected[node.name]?.isUnresolvable != true
    else { return false }
    return node.pods.contains { $0.isTerminating && $0.isPreempted && $0.priority < pod.priority }
  }

  private func explanation(_ decision: Decision) -> String {
    var reasons = Messages.histogram(decision.dryRun.values)
    let hopeless = snapshot.nodeCount - decision.dryRun.count
    if hopeless > 0 { reasons[Messages.noHelp, default: 0] += hopeless }
    return Messages.unavailable(nodes: snapshot.nodeCount, reasons: reasons)
  }

  // MARK: One node

  private static let nobody = Rejection(
    plugin: "", isUnresolvable: true, reasons: ["No preemption victims found for incoming pod"])

  /// Takes all less important pods from a node, and gives back as many as possible, the most important first.
  private func trial(_ slot: Int, _ view: inout PodView, _ least: [Minimum]) -> Trial {
    var node = snapshot.slots[slot]
    let lower = node.pods.filter { $0.priority < pod.priority }
    if lower.isEmpty { return .fails(Self.nobody) }
    for victim in lower {
      node.remove(victim.key, version: 0)
      view.shift(slot, by: victim.rules, -1, snapshot)
    }
    // What stays taken away at the end is put back into the counts.
    var away = lower
    defer { for victim in away { view.shift(slot, by: victim.rules, 1, snapshot) } }
    if let rejection = attempt.check(slot, node, &view, least) { return .fails(rejection) }
    let (violating, others) = splitByBudgets(lower.sorted(by: Self.isMoreImportant))
    var victims: [PodInfo] = []
    var violations = 0
    away = []
    for (index, candidate) in (violating + others).enumerated() {
      view.shift(slot, by: candidate.rules, 1, snapshot)
      var fuller = node
      fuller.add(candidate, version: 0)
      if attempt.check(slot, fuller, &view, least) == nil {
        node = fuller
      } else {
        view.shift(slot, by: candidate.rules, -1, snapshot)
        victims.append(candidate)
        if index < violating.count { violations += 1 }
      }
    }
    away = victims
    return .helps(victims.sorted(by: Self.isMoreImportant), violations: violations)
  }

  /// Higher priority, then the earlier start.
  static func isMoreImportant(_ left: PodInfo, _ right: PodInfo) -> Bool {
    left.priority != right.priority ? left.priority > right.priority : left.startTime < right.startTime
  }

  /// Pods whose eviction a disruption budget does not allow, in addition to those before them.
  private func splitByBudgets(_ pods: [PodInfo]) -> (violating: [PodInfo], others: [PodInfo]) {
    let budgets = Array(snapshot.context.budgets.values)
    if budgets.isEmpty { return ([], pods) }
    var left = budgets.map(\.allowed)
    var violating: [PodInfo] = []
    var others: [PodInfo] = []
    for pod in pods {
      var isViolating = false
      for (index, budget) in budgets.enumerated() where budget.namespace == pod.namespace && !pod.rules.labels.isEmpty {
        guard let selector = budget.selector, !selector.isEmpty, selector.matches(pod.rules.labels),
          !budget.disrupted.contains(pod.name)
        else { continue }
        left[index] = left[index].minus(1)
        if left[index] < 0 { isViolating = true }
      }
      if isViolating { violating.append(pod) } else { others.append(pod) }
    }
    return (violating, others)
  }

  // MARK: The choice

  /// The candidates that are best by all criteria, in their order.
  private func choose(_ candidates: [Candidate]) -> [Candidate] {
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
