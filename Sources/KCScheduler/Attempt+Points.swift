internal import func Glibc.log

extension Attempt {
  /// Gives points to the feasible nodes and takes the best.
  func choose(_ feasible: [Int], _ view: PodView, _ decision: inout Decision) {
    if feasible.count == 1 {
      decision.node = snapshot.slots[feasible[0]].name
      decision.tied = [snapshot.slots[feasible[0]].name]
      return
    }
    let isFull = scheduler.detail == .full
    let columns = columns(feasible, view, isFull: isFull)
    var totals = isFull ? Array(repeating: 0, count: feasible.count) : feasible.map { view.localPoints[$0] }
    for column in columns where !column.isUniform {
      for index in totals.indices { totals[index] &+= column.points[index] }
    }
    let best = totals.max() ?? 0
    var tied: [Int] = []
    for index in totals.indices where totals[index] == best { tied.append(feasible[index]) }
    decision.node = pick(tied).map { snapshot.slots[$0].name }
    guard isFull else { return }
    decision.tied = tied.map { snapshot.slots[$0].name }
    for (index, slot) in feasible.enumerated() {
      let name = snapshot.slots[slot].name
      var points: [String: Int64] = [:]
      for column in columns { points[column.plugin.name] = column.points[column.isUniform ? 0 : index] }
      decision.scores[name] = points
      decision.total[name] = points.values.reduce(0) { $0.plus($1) }
    }
  }

  private func pick(_ tied: [Int]) -> Int? {
    if tied.count < 2 { return tied.first }
    let ranks = snapshot.memo.ranks(in: snapshot, seed: scheduler.seed)
    return tied.min { ranks[$0] < ranks[$1] }
  }

  /// One plugin's points, weighted, in the order of the feasible nodes.
  struct Column {
    var plugin: Profile.Plugin
    var points: [Int64]
    /// All nodes have the same: it is there once.
    var isUniform = false
  }

  /// The plugins' points; if not in full, without those that nodes have by themselves.
  private func columns(_ feasible: [Int], _ view: PodView, isFull: Bool) -> [Column] {
    var columns: [Column] = []
    func add(_ plugin: Profile.Plugin, _ raw: @autoclosure () -> [Int64]?) {
      guard let weight = profile.weights[plugin], let points = raw() else { return }
      columns.append(Column(plugin: plugin, points: weight == 1 ? points : points.map { $0 &* weight }))
    }
    func addUniform(_ plugin: Profile.Plugin, _ points: Int64) {
      guard let weight = profile.weights[plugin] else { return }
      columns.append(Column(plugin: plugin, points: [points &* weight], isUniform: true))
    }
    func gather(_ all: [Int64]) -> [Int64] { feasible.map { all[$0] } }
    let content = view.rules.content
    if view.unwantedCount > 0, feasible.contains(where: { view.unwanted[$0] != 0 }) {
      add(.taintToleration, NodePoints.normalise(gather(view.unwanted), reversed: true))
    } else {
      addUniform(.taintToleration, 100)
    }
    if isFull {
      add(.nodeResourcesFit, gather(view.fitPoints))
      if view.isBalanced { add(.balancedAllocation, gather(view.balancePoints)) }
      if view.hasImages { add(.imageLocality, gather(view.imagePoints)) } else { addUniform(.imageLocality, 0) }
      addUniform(.dynamicResources, 0)
    }
    if !content.preferredNodeTerms.isEmpty { add(.nodeAffinity, NodePoints.normalise(gather(view.preferred))) }
    add(.podTopologySpread, view.spreadPoints(feasible))
    add(.interPodAffinity, view.affinityPoints(feasible))
    return columns
  }
}

extension PodView {
  /// InterPodAffinity: points for nodes near what is liked and far from what is not; nil where nobody has a preference.
  func affinityPoints(_ feasible: [Int]) -> [Int64]? {
    if touchChannels.allSatisfy({ channels[$0].total == 0 }) { return nil }
    var raw = [Int64](repeating: 0, count: feasible.count)
    for index in pointChannels {
      let domains = axes[channels[index].axis].domain
      let sums = channels[index].sums
      for (place, slot) in feasible.enumerated() {
        let domain = Int(domains[slot])
        if domain >= 0, domain < sums.count { raw[place] &+= sums[domain] }
      }
    }
    let highest = raw.max() ?? 0
    let lowest = raw.min() ?? 0
    let range = Double(highest) - Double(lowest)
    return raw.map { range > 0 ? Int64(clamped: 100 * ((Double($0) - Double(lowest)) / range)) : 0 }
  }

  /// PodTopologySpread: points for nodes in domains with few of the pods; nil where there is nothing to spread.
  func spreadPoints(_ feasible: [Int]) -> [Int64]? {
    if softChannels.isEmpty { return nil }
    var isIgnored = [Bool](repeating: false, count: feasible.count)
    if !isSystemSpread {
      for index in softChannels {
        let domains = axes[channels[index].axis].domain
        for (place, slot) in feasible.enumerated() where domains[slot] < 0 { isIgnored[place] = true }
      }
    }
    let considered = isIgnored.count { !$0 }
    var raw = [Double](repeating: 0, count: feasible.count)
    for (place, index) in softChannels.enumerated() {
      addSpread(soft[place], channels[index], feasible, isIgnored, considered, &raw)
    }
    let scores = raw.map { Int64(clamped: $0.rounded()) }
    var highest: Int64 = 0
    var lowest = Int64.max
    for place in scores.indices where !isIgnored[place] {
      highest = max(highest, scores[place])
      lowest = min(lowest, scores[place])
    }
    return scores.indices.map { place in
      if isIgnored[place] { return 0 }
      return highest == 0 ? 100 : (100 &* (highest.plus(lowest).minus(scores[place]))) / highest
    }
  }

  private func addSpread(
    _ constraint: SpreadConstraint, _ channel: Channel, _ feasible: [Int], _ isIgnored: [Bool], _ considered: Int,
    _ raw: inout [Double]
  ) {
    let domains = axes[channel.axis].domain
    let isByHost = constraint.topologyKey == SpreadRules.hostname
    let allowance = Double(constraint.maxSkew.minus(1))
    var size = considered
    if !isByHost {
      var isSeen = [Bool](repeating: false, count: axes[channel.axis].count + 1)
      // Nodes without the label are a domain, too, where they are not left out.
      for (place, slot) in feasible.enumerated() where !isIgnored[place] { isSeen[Int(domains[slot]) + 1] = true }
      size = isSeen.count { $0 }
    }
    let weight = log(Double(size + 2))
    for (place, slot) in feasible.enumerated() where !isIgnored[place] && domains[slot] >= 0 {
      let count = isByHost ? channel.raw[slot] : channel.sum(domains[slot])
      raw[place] += Double(count) * weight + allowance
    }
  }
}
