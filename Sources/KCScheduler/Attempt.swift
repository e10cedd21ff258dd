/// One attempt to place one pod.
struct Attempt {
  let pod: PodInfo
  let snapshot: Snapshot
  let scheduler: Scheduler
  var profile: Profile { scheduler.profile }

  func run(_ view: inout PodView) -> Decision {
    // Of pods of one kind, all fail for the same reasons while nothing changes.
    let isRepeatable =
      pod.nominatedNode.isEmpty && pod.nodeName.isEmpty && snapshot.nominated.isEmpty
      && view.rules.content.requiredNodeTerms == pod.rules.content.requiredNodeTerms
    if isRepeatable, let failure = view.failure, failure.seed == scheduler.seed,
      failure.budgetVersion == snapshot.budgetVersion
    {
      return failure.decision
    }
    let decision = decide(&view)
    if isRepeatable, decision.node == nil {
      view.failure = PodView.Failure(
        decision: decision, budgetVersion: snapshot.budgetVersion, seed: scheduler.seed)
    }
    return decision
  }

  private func decide(_ view: inout PodView) -> Decision {
    var decision = Decision()
    let wanted = narrowed(&decision)
    if decision.prefilter == nil { decision.prefilter = prefilter(view) }
    if let problem = decision.prefilter {
      let text = problem.reasons.joined(separator: ", ")
      decision.message = Messages.unavailable(nodes: snapshot.nodeCount, text: text)
      // The plugin that would free claims has no state then, and its failure ends the search for help.
      if profile.filters.contains(.dynamicResources) { decision.message += " not found" }
      return decision
    }
    let least = view.hardMinima()
    let feasible = feasible(&view, least, wanted)
    decision.feasibleCount = feasible.count
    if feasible.isEmpty {
      reject(&view, least, wanted, except: [], &decision)
      var counts = Messages.histogram(decision.rejected.values)
      if let narrowed = decision.narrowed, decision.rejected.count < snapshot.nodeCount {
        let reason = "node(s) didn't satisfy plugin(s) [\(narrowed.plugins.joined(separator: ","))]"
        counts[reason] = snapshot.nodeCount - decision.rejected.count
      }
      decision.message = Messages.unavailable(nodes: snapshot.nodeCount, reasons: counts)
      Preemption(attempt: self).run(&view, least, &decision)
      return decision
    }
    if scheduler.detail == .full {
      decision.feasible = feasible.map { snapshot.slots[$0].name }
      // A nominated node that still fits ends the search at once.
      let isNominated = feasible.count == 1 && snapshot.slots[feasible[0]].name == pod.nominatedNode
      if !isNominated { reject(&view, least, wanted, except: Set(feasible), &decision) }
    }
    choose(feasible, view, &decision)
    return decision
  }

  // MARK: Before nodes are looked at

  /// The nodes that the pod names in every one of its terms; nil where it leaves them open.
  private func narrowed(_ decision: inout Decision) -> Set<String>? {
    guard profile.filters.contains(.nodeAffinity), let terms = pod.rules.content.requiredNodeTerms, !terms.isEmpty
    else { return nil }
    var names: Set<String> = []
    for term in terms {
      guard let some = term.nodeNames else { return nil }
      names.formUnion(some)
    }
    if names.isEmpty {
      decision.prefilter = Rejection(
        plugin: "NodeAffinity", isUnresolvable: true, reasons: ["pod affinity terms conflict"],
        constraint: "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution")
      return nil
    }
    decision.narrowed = (names.sorted(), ["NodeAffinity"])
    return names
  }

  private func prefilter(_ view: PodView) -> Rejection? {
    guard let problem = view.volumes.problem, let plugin = Profile.Plugin(name: problem.plugin) else { return nil }
    return profile.filters.contains(plugin) ? problem : nil
  }

  // MARK: Filters

  /// The slots of the nodes that pass all filters.
  private func feasible(_ view: inout PodView, _ least: [Minimum], _ wanted: Set<String>?) -> [Int] {
    if !pod.nominatedNode.isEmpty, wanted?.contains(pod.nominatedNode) ?? true,
      let slot = snapshot.slot(of: pod.nominatedNode), snapshot.slots[slot].isPresent,
      check(slot, &view, least) == nil
    {
      return [slot]
    }
    var mask = view.mask(least)
    if let wanted {
      for slot in mask.indices where mask[slot] { mask[slot] = wanted.contains(snapshot.slots[slot].name) }
    }
    if profile.filters.contains(.nodeName), !pod.nodeName.isEmpty {
      for slot in mask.indices where mask[slot] { mask[slot] = snapshot.slots[slot].name == pod.nodeName }
    }
    if isBarredByClaims(view) { mask = Array(repeating: false, count: mask.count) }
    for name in snapshot.nominated.keys {
      guard let slot = snapshot.slot(of: name), mask[slot] else { continue }
      mask[slot] = check(slot, &view, least) == nil
    }
    var out: [Int] = []
    out.reserveCapacity(mask.count)
    for slot in mask.indices where mask[slot] { out.append(slot) }
    return out
  }

  private func reject(
    _ view: inout PodView, _ least: [Minimum], _ wanted: Set<String>?, except feasible: Set<Int>,
    _ decision: inout Decision
  ) {
    decision.rejected.reserveCapacity(snapshot.nodeCount)
    for slot in snapshot.slots.indices where snapshot.slots[slot].isPresent && !feasible.contains(slot) {
      let name = snapshot.slots[slot].name
      if let wanted, !wanted.contains(name) { continue }
      if let rejection = check(slot, &view, least) { decision.rejected[name] = rejection }
    }
  }

  /// Filters a node with the pods that it is being cleared for, and without: a pod must fit in both cases.
  func check(_ slot: Int, _ view: inout PodView, _ least: [Minimum]) -> Rejection? {
    check(slot, snapshot.slots[slot], &view, least)
  }

  /// The same for a node as it would be.
  func check(_ slot: Int, _ node: NodeInfo, _ view: inout PodView, _ least: [Minimum]) -> Rejection? {
    let waiting =
      snapshot.nominated.isEmpty
      ? []
      : (snapshot.nominated[node.name] ?? []).filter {
        $0.priority >= pod.priority && $0.key != pod.key
      }
    if !waiting.isEmpty {
      var fuller = node
      for other in waiting {
        fuller.add(other, version: 0)
        view.shift(slot, by: other.rules, 1, snapshot)
      }
      let rejection = firstRejection(slot, fuller, view, least)
      for other in waiting { view.shift(slot, by: other.rules, -1, snapshot) }
      if let rejection { return rejection }
    }
    return firstRejection(slot, node, view, least)
  }

  /// The first filter's rejection of a node, in the order of the default profile.
  private func firstRejection(_ slot: Int, _ node: NodeInfo, _ view: PodView, _ least: [Minimum]) -> Rejection? {
    let rules = pod.rules
    if profile.filters.contains(.nodeName), let rejection = NodeFilters.name(pod, node.object) {
      // NodeUnschedulable comes before it.
      if let other = NodeFilters.standing(rules, node.object, profile), other.plugin == "NodeUnschedulable" {
        return other
      }
      return rejection
    }
    return NodeFilters.standing(rules, node.object, profile) ?? Room.rejection(rules, node, profile)
      ?? claimRejection(view, without: node) ?? Room.volumes(rules, node, profile, snapshot)
      ?? view.volumes.rejection(node.object, profile) ?? view.spreadRejection(slot, least)
      ?? view.affinityRejection(slot)
  }

  // MARK: Claims that one pod at a time may use

  private func isBarredByClaims(_ view: PodView) -> Bool {
    guard profile.filters.contains(.volumeRestrictions) else { return false }
    return view.volumes.exclusive.contains { (snapshot.claimUse[$0] ?? 0) > 0 }
  }

  private func claimRejection(_ view: PodView, without node: NodeInfo) -> Rejection? {
    guard !view.volumes.exclusive.isEmpty, isBarredByClaims(view) else { return nil }
    // In a trial, pods of this node may have been taken away.
    let now = snapshot.slot(of: node.name).map { snapshot.slots[$0] }
    func uses(_ node: NodeInfo?, _ key: String) -> Int64 {
      (node?.groups ?? []).reduce(0) { sum, group in
        group.rules.content.claims.contains { "\(group.rules.namespace)/\($0)" == key } ? sum + group.all : sum
      }
    }
    for key in view.volumes.exclusive {
      let gone = uses(now, key) - uses(node, key)
      guard Int64(snapshot.claimUse[key] ?? 0) - gone > 0 else { continue }
      return Rejection(
        plugin: "VolumeRestrictions", isUnresolvable: false,
        reasons: [
          "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
        ], constraint: "spec.volumes")
    }
    return nil
  }
}
