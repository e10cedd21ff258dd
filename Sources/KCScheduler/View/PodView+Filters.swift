/// The least number of pods in a domain of a constraint, and the least without that domain.
struct Minimum: Sendable {
  var domain: Int32 = -1
  var least = Int64(Int32.max)
  var second = Int64(Int32.max)
  var domains = 0

  /// The least, after one domain's count has changed.
  func with(_ changed: Int32, _ sum: Int64) -> Int64 {
    min(domain == changed ? second : least, sum)
  }
}

extension PodView {
  /// For each constraint that must hold, the least number of pods in a domain.
  func hardMinima() -> [Minimum] {
    hardChannels.map { index in
      var minimum = Minimum()
      let channel = channels[index]
      for (domain, nodes) in channel.population.enumerated() where nodes > 0 {
        minimum.domains += 1
        let sum = channel.sums[domain]
        if sum < minimum.least {
          minimum.second = minimum.least
          minimum.least = sum
          minimum.domain = Int32(clamping: domain)
        } else if sum < minimum.second {
          minimum.second = sum
        }
      }
      return minimum
    }
  }

  /// By slot: whether the node passes, pods aside that other nodes are being cleared for.
  func mask(_ least: [Minimum]) -> [Bool] {
    var mask = standing
    for slot in mask.indices { mask[slot] = mask[slot] && fits[slot] }
    if profile.filters.contains(.podTopologySpread) { maskSpread(&mask, least) }
    if profile.filters.contains(.interPodAffinity) { maskAffinity(&mask) }
    return mask
  }

  private func maskSpread(_ mask: inout [Bool], _ least: [Minimum]) {
    for (place, index) in hardChannels.enumerated() {
      let channel = channels[index]
      let domains = axes[channel.axis].domain
      let constraint = hard[place].constraint
      let floor = least[place].domains < constraint.minDomains ? 0 : least[place].least
      let most = constraint.maxSkew.plus(floor).minus(hardSelf[place])
      for slot in mask.indices where mask[slot] {
        let domain = domains[slot]
        mask[slot] = domain >= 0 && channel.sum(domain) <= most
      }
    }
  }

  private func maskAffinity(_ mask: inout [Bool]) {
    for index in apartChannels + barredChannels where channels[index].total != 0 {
      let domains = axes[channels[index].axis].domain
      let sums = channels[index].sums
      for slot in mask.indices where mask[slot] {
        let domain = Int(domains[slot])
        if domain >= 0, domain < sums.count, sums[domain] > 0 { mask[slot] = false }
      }
    }
    if nearChannels.isEmpty { return }
    let isFirst = isFirstOfGroup
    for index in nearChannels {
      let domains = axes[channels[index].axis].domain
      for slot in mask.indices where mask[slot] {
        let domain = domains[slot]
        mask[slot] = domain >= 0 && (isFirst || channels[index].sum(domain) > 0)
      }
    }
  }

  /// Whether nobody is there yet of a group that wants to be together, and the pod is of the group: it may go anywhere.
  private var isFirstOfGroup: Bool { matchesItself && nearChannels.allSatisfy { channels[$0].total == 0 } }

  // MARK: One node, with reasons

  func spreadRejection(_ slot: Int, _ least: [Minimum]) -> Rejection? {
    guard profile.filters.contains(.podTopologySpread) else { return nil }
    for (place, index) in hardChannels.enumerated() {
      let (constraint, number) = hard[place]
      let path = number < 0 ? nil : "spec.topologySpreadConstraints[\(number)]"
      let domain = axes[channels[index].axis].domain[slot]
      guard domain >= 0 else {
        var rejection = Rejection(
          plugin: "PodTopologySpread", isUnresolvable: true,
          reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"], constraint: path)
        rejection.detail = constraint.topologyKey
        return rejection
      }
      let here = channels[index].sum(domain)
      let isPopulated = Int(domain) < channels[index].population.count && channels[index].population[Int(domain)] > 0
      let minimum = least[place]
      let floor =
        minimum.domains < constraint.minDomains
        ? 0 : isPopulated ? minimum.with(domain, here) : minimum.least
      if here.plus(hardSelf[place]).minus(floor) > constraint.maxSkew {
        var rejection = Rejection(
          plugin: "PodTopologySpread", isUnresolvable: false,
          reasons: ["node(s) didn't match pod topology spread constraints"], constraint: path)
        rejection.detail = "\(here) here, \(floor) at least elsewhere, \(constraint.maxSkew) apart at most"
        return rejection
      }
    }
    return nil
  }

  func affinityRejection(_ slot: Int) -> Rejection? {
    guard profile.filters.contains(.interPodAffinity) else { return nil }
    if let place = missingAffinity(slot) {
      return Rejection(
        plugin: "InterPodAffinity", isUnresolvable: true, reasons: ["node(s) didn't match pod affinity rules"],
        constraint: "spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[\(place)]")
    }
    for (place, index) in apartChannels.enumerated() where isOccupied(index, slot) {
      return Rejection(
        plugin: "InterPodAffinity", isUnresolvable: false, reasons: ["node(s) didn't match pod anti-affinity rules"],
        constraint: "spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[\(place)]")
    }
    if barredChannels.contains(where: { isOccupied($0, slot) }) {
      return Rejection(
        plugin: "InterPodAffinity", isUnresolvable: false,
        reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"])
    }
    return nil
  }

  private func isOccupied(_ index: Int, _ slot: Int) -> Bool {
    let domain = axes[channels[index].axis].domain[slot]
    return domain >= 0 && channels[index].sum(domain) > 0
  }

  /// The place of a term that does not hold.
  private func missingAffinity(_ slot: Int) -> Int? {
    var missing: Int?
    for (place, index) in nearChannels.enumerated() {
      let domain = axes[channels[index].axis].domain[slot]
      if domain < 0 { return place }
      if channels[index].sum(domain) <= 0, missing == nil { missing = place }
    }
    return missing != nil && isFirstOfGroup ? nil : missing
  }

  /// Counts a pod in or out of a node, for a trial.
  mutating func shift(_ slot: Int, by other: PodRules, _ sign: Int64, _ snapshot: borrowing Snapshot) {
    for share in relation(to: other, snapshot) {
      let domain = axes[channels[share.channel].axis].domain[slot]
      guard domain >= 0 else { continue }
      if case .spread = channels[share.channel].kind, !channels[share.channel].counts[slot] { continue }
      channels[share.channel].add(share.amount &* sign, domain: domain)
    }
  }
}
