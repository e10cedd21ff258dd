internal import KCKube

/// What one kind of pod sees of the cluster: which nodes could take it and what they are worth by themselves, and the
/// counts of other pods that its rules, or theirs, ask about. Brought up to date node by node.
struct PodView: Sendable {
  let rules: PodRules
  let profile: Profile
  private(set) var contextVersion = -1
  private var nodeSetVersion = -1
  private var versions: [Int] = []
  private var objectVersions: [Int] = []

  /// By slot: what of the node's own nature bars the pod.
  private(set) var standing: [Bool] = []
  /// By slot: whether there is room.
  private(set) var fits: [Bool] = []
  private(set) var unwanted: [Int64] = []
  private(set) var preferred: [Int64] = []
  private(set) var imagePoints: [Int64] = []
  private(set) var fitPoints: [Int64] = []
  private(set) var balancePoints: [Int64] = []
  private(set) var hasImages = false
  /// By slot: what the node is worth by itself, weighted.
  private(set) var localPoints: [Int64] = []
  /// How many nodes have taints that the pod would rather not meet.
  private(set) var unwantedCount = 0

  /// The last decision that found no node, while nothing has changed since.
  struct Failure: Sendable {
    var decision: Decision
    var budgetVersion: Int
    var seed: UInt64
  }

  var failure: Failure?
  private(set) var axes: [Axis] = []
  var channels: [Channel] = []
  private var relations: [ObjectIdentifier: Relation] = [:]

  /// What is spread and must be: constraint and place in the pod.
  private(set) var hard: [(constraint: SpreadConstraint, place: Int)] = []
  private(set) var soft: [SpreadConstraint] = []
  /// Whether the constraints are the system's own, so that nodes need not have all labels.
  private(set) var isSystemSpread = false
  private(set) var nearChannels: [Int] = []
  private(set) var apartChannels: [Int] = []
  private(set) var barredChannels: [Int] = []
  private(set) var pointChannels: [Int] = []
  private(set) var touchChannels: [Int] = []
  private(set) var hardChannels: [Int] = []
  private(set) var softChannels: [Int] = []
  private(set) var matchesItself = false
  private(set) var hardSelf: [Int64] = []
  private(set) var volumes = VolumeRules()

  init(_ rules: PodRules, _ profile: Profile) {
    self.rules = rules
    self.profile = profile
  }

  /// Whether the balance of resources counts for the pod.
  var isBalanced: Bool { rules.content.requests.milliCPU != 0 || rules.content.requests.memory != 0 }

  /// Catches up with a snapshot.
  mutating func update(to snapshot: borrowing Snapshot) {
    if contextVersion != snapshot.contextVersion || isBloated(snapshot) {
      reset(snapshot)
      contextVersion = snapshot.contextVersion
    }
    let count = snapshot.slots.count
    if nodeSetVersion != snapshot.nodeSetVersion {
      failure = nil
      resize(to: count)
      nodeSetVersion = snapshot.nodeSetVersion
      updateImages(snapshot)
    }
    for slot in 0..<count where versions[slot] != snapshot.versions[slot] {
      failure = nil
      withdraw(slot)
      refresh(slot, snapshot.slots[slot], snapshot)
    }
  }

  /// Whether it remembers too much of nodes and pods that are long gone.
  private func isBloated(_ snapshot: borrowing Snapshot) -> Bool {
    relations.count > 2 * snapshot.kindCount + 1024 || axes.contains { $0.count > 2 * snapshot.slots.count + 1024 }
  }

  private mutating func reset(_ snapshot: borrowing Snapshot) {
    self = PodView(rules, profile)
    let constraints = SpreadRules(rules, profile, snapshot)
    hard = constraints.hard
    soft = constraints.soft
    isSystemSpread = constraints.isSystem
    volumes = VolumeRules(rules, snapshot.context)
    let content = rules.content
    matchesItself = content.requiredAffinity.allSatisfy { $0.speaks(of: rules, snapshot) }
    nearChannels = content.requiredAffinity.enumerated().map { channel(.near($0), $1.topologyKey, snapshot) }
    apartChannels = content.requiredAntiAffinity.enumerated().map { channel(.apart($0), $1.topologyKey, snapshot) }
    hardChannels = hard.enumerated().map { channel(.spread($0), $1.constraint.topologyKey, snapshot) }
    softChannels = soft.enumerated().map { channel(.spread(hard.count + $0), $1.topologyKey, snapshot) }
    hardSelf = hard.map { $0.constraint.selector.matches(rules.labels) ? 1 : 0 }
  }

  private mutating func resize(to count: Int) {
    while versions.count > count { withdraw(versions.count - 1); removeLast() }
    guard versions.count < count else { return }
    let missing = count - versions.count
    versions += Array(repeating: -1, count: missing)
    objectVersions += Array(repeating: -1, count: missing)
    standing += Array(repeating: false, count: missing)
    fits += Array(repeating: false, count: missing)
    for path in Self.columns { self[keyPath: path] += Array(repeating: 0, count: missing) }
    for axis in axes.indices { axes[axis].domain += Array(repeating: -1, count: missing) }
    for index in channels.indices {
      channels[index].raw += Array(repeating: 0, count: missing)
      channels[index].counts += Array(repeating: false, count: missing)
    }
  }

  private static var columns: [WritableKeyPath<PodView, [Int64]>] {
    [\.unwanted, \.preferred, \.imagePoints, \.fitPoints, \.balancePoints, \.localPoints]
  }

  private mutating func removeLast() {
    versions.removeLast()
    objectVersions.removeLast()
    standing.removeLast()
    fits.removeLast()
    unwantedCount -= unwanted.last != 0 ? 1 : 0
    for path in Self.columns { self[keyPath: path].removeLast() }
    for axis in axes.indices { axes[axis].domain.removeLast() }
    for index in channels.indices {
      channels[index].raw.removeLast()
      channels[index].counts.removeLast()
    }
  }

  /// A channel, made where there is none yet.
  private mutating func channel(_ kind: Channel.Kind, _ key: String, _ snapshot: borrowing Snapshot) -> Int {
    let axis = axis(key, snapshot)
    if let known = channels.firstIndex(where: { $0.kind == kind && $0.axis == axis }) { return known }
    channels.append(
      Channel(
        kind: kind, axis: axis, raw: Array(repeating: 0, count: versions.count),
        counts: Array(repeating: false, count: versions.count)))
    let index = channels.count - 1
    switch kind {
    case .barred: barredChannels.append(index)
    case .points: pointChannels.append(index)
    case .touches: touchChannels.append(index)
    default: break
    }
    return index
  }

  private mutating func axis(_ key: String, _ snapshot: borrowing Snapshot) -> Int {
    if let known = axes.firstIndex(where: { $0.key == key }) { return known }
    var axis = Axis(key: key)
    // Slots whose nodes are not looked at yet get their domain when they are.
    for slot in versions.indices {
      let value =
        slot < snapshot.slots.count && objectVersions[slot] == snapshot.slots[slot].objectVersion
        ? snapshot.slots[slot].labels[key] : nil
      axis.domain.append(value.map { axis.id(of: $0) } ?? -1)
    }
    axes.append(axis)
    return axes.count - 1
  }

  // MARK: One node

  /// Takes a node's part out of the sums.
  private mutating func withdraw(_ slot: Int) {
    for index in channels.indices {
      let domain = axes[channels[index].axis].domain[slot]
      guard domain >= 0 else { continue }
      if case .spread = channels[index].kind {
        guard channels[index].counts[slot] else { continue }
        channels[index].populate(-1, domain: domain)
      }
      if channels[index].raw[slot] != 0 { channels[index].add(0 &- channels[index].raw[slot], domain: domain) }
    }
  }

  private mutating func refresh(_ slot: Int, _ node: NodeInfo, _ snapshot: borrowing Snapshot) {
    if objectVersions[slot] != node.objectVersion { refreshObject(slot, node, snapshot) }
    fits[slot] = node.isPresent && Room.allows(rules, node, profile, snapshot)
    fitPoints[slot] = NodePoints.leastAllocated(rules, node)
    balancePoints[slot] = isBalanced ? NodePoints.balanced(rules, node) : 0
    addUp(slot)
    for index in channels.indices { channels[index].raw[slot] = 0 }
    for group in node.groups {
      for share in relation(to: group.rules, snapshot) {
        channels[share.channel].raw[slot] &+= share.amount &* (share.isForLiveOnly ? group.live : group.all)
      }
    }
    versions[slot] = node.version
    for index in channels.indices {
      let domain = axes[channels[index].axis].domain[slot]
      guard domain >= 0 else { continue }
      if case .spread = channels[index].kind {
        guard channels[index].counts[slot] else { continue }
        channels[index].populate(1, domain: domain)
      }
      if channels[index].raw[slot] != 0 { channels[index].add(channels[index].raw[slot], domain: domain) }
    }
  }

  private mutating func refreshObject(_ slot: Int, _ node: NodeInfo, _ snapshot: borrowing Snapshot) {
    objectVersions[slot] = node.objectVersion
    let object = node.object
    for axis in axes.indices {
      axes[axis].domain[slot] = object.labels[axes[axis].key].map { axes[axis].id(of: $0) } ?? -1
    }
    standing[slot] =
      node.isPresent && NodeFilters.standing(rules, object, profile) == nil
      && volumes.rejection(object, profile) == nil
    unwantedCount -= unwanted[slot] != 0 ? 1 : 0
    unwanted[slot] = NodePoints.unwantedTaints(rules, object)
    unwantedCount += unwanted[slot] != 0 ? 1 : 0
    preferred[slot] = NodePoints.preferredAffinity(rules, object)
    imagePoints[slot] = hasImages ? NodePoints.images(rules, object, snapshot) : 0
    let hasHard = hard.allSatisfy { object.labels[$0.constraint.topologyKey] != nil }
    let hasSoft = isSystemSpread || soft.allSatisfy { object.labels[$0.topologyKey] != nil }
    for (place, index) in hardChannels.enumerated() {
      channels[index].counts[slot] =
        node.isPresent && hasHard && SpreadRules.includes(object, hard[place].constraint, rules)
    }
    for (place, index) in softChannels.enumerated() {
      channels[index].counts[slot] = node.isPresent && hasSoft && SpreadRules.includes(object, soft[place], rules)
    }
  }

  private mutating func updateImages(_ snapshot: borrowing Snapshot) {
    hasImages = rules.content.images.contains { snapshot.images[$0] != nil }
    for slot in versions.indices {
      imagePoints[slot] = hasImages ? NodePoints.images(rules, snapshot.slots[slot].object, snapshot) : 0
      addUp(slot)
    }
  }

  private mutating func addUp(_ slot: Int) {
    localPoints[slot] =
      fitPoints[slot] &* (profile.weights[.nodeResourcesFit] ?? 0)
      &+ balancePoints[slot] &* (profile.weights[.balancedAllocation] ?? 0)
      &+ imagePoints[slot] &* (profile.weights[.imageLocality] ?? 0)
  }

  // MARK: Other pods

  /// What a pod of another kind counts for.
  mutating func relation(to other: PodRules, _ snapshot: borrowing Snapshot) -> [Relation.Share] {
    if isStranger(other) { return [] }
    if let known = relations[ObjectIdentifier(other)] { return known.shares }
    var shares: [Relation.Share] = []
    addFilterShares(other, &shares, snapshot)
    addPointShares(other, &shares, snapshot)
    if other.namespace == rules.namespace {
      let constraints = hard.map(\.constraint) + soft
      for (constraint, index) in zip(constraints, hardChannels + softChannels)
      where !constraint.selector.isEmpty && constraint.selector.matches(other.labels) {
        shares.append(Relation.Share(channel: index, amount: 1, isForLiveOnly: true))
      }
    }
    relations[ObjectIdentifier(other)] = Relation(rules: other, shares: shares)
    return shares
  }

  /// Whether neither of two kinds has a rule about the other: true of most, and quicker seen than looked up.
  private func isStranger(_ other: PodRules) -> Bool {
    if rules.hasAffinity || other.hasAffinity { return false }
    if other.namespace != rules.namespace { return true }
    func counts(_ constraint: SpreadConstraint) -> Bool {
      !constraint.selector.isEmpty && constraint.selector.matches(other.labels)
    }
    // The system's constraints all have the same selector.
    if isSystemSpread { return !(soft.first.map(counts) ?? false) }
    return !hard.contains { counts($0.constraint) } && !soft.contains(where: counts)
  }

  private mutating func addFilterShares(
    _ other: PodRules, _ shares: inout [Relation.Share], _ snapshot: borrowing Snapshot
  ) {
    let content = rules.content
    if !content.requiredAffinity.isEmpty, content.requiredAffinity.allSatisfy({ $0.speaks(of: other, snapshot) }) {
      for index in nearChannels { shares.append(Relation.Share(channel: index, amount: 1, isForLiveOnly: false)) }
    }
    for (term, index) in zip(content.requiredAntiAffinity, apartChannels) where term.speaks(of: other, snapshot) {
      shares.append(Relation.Share(channel: index, amount: 1, isForLiveOnly: false))
    }
    for term in other.content.requiredAntiAffinity where term.matches(rules, snapshot) {
      let index = channel(.barred, term.topologyKey, snapshot)
      shares.append(Relation.Share(channel: index, amount: 1, isForLiveOnly: false))
    }
  }

  private mutating func addPointShares(
    _ other: PodRules, _ shares: inout [Relation.Share], _ snapshot: borrowing Snapshot
  ) {
    let own = rules.content
    let theirs = other.content
    let hasOwn = !own.preferredAffinity.isEmpty || !own.preferredAntiAffinity.isEmpty
    if profile.ignoresPreferredTermsOfOthers, !hasOwn { return }
    var given: [(key: String, weight: Int64)] = []
    for entry in own.preferredAffinity where entry.term.speaks(of: other, snapshot) {
      given.append((entry.term.topologyKey, entry.weight))
    }
    for entry in own.preferredAntiAffinity where entry.term.speaks(of: other, snapshot) {
      given.append((entry.term.topologyKey, 0 &- entry.weight))
    }
    if profile.hardPodAffinityWeight > 0 {
      for term in theirs.requiredAffinity where term.matches(rules, snapshot) {
        given.append((term.topologyKey, profile.hardPodAffinityWeight))
      }
    }
    for entry in theirs.preferredAffinity where entry.term.matches(rules, snapshot) {
      given.append((entry.term.topologyKey, entry.weight))
    }
    for entry in theirs.preferredAntiAffinity where entry.term.matches(rules, snapshot) {
      given.append((entry.term.topologyKey, 0 &- entry.weight))
    }
    for (key, weight) in given {
      let points = channel(.points, key, snapshot)
      shares.append(Relation.Share(channel: points, amount: weight, isForLiveOnly: false))
      let touches = channel(.touches, key, snapshot)
      shares.append(Relation.Share(channel: touches, amount: 1, isForLiveOnly: false))
    }
  }
}
