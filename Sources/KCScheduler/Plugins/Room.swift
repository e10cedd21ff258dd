/// Filters that look at what a node has left: ports, resources, disks.
enum Room {
  /// Whether none of them rejects the node.
  static func allows(_ rules: PodRules, _ node: NodeInfo, _ profile: Profile, _ snapshot: borrowing Snapshot) -> Bool {
    if profile.filters.contains(.nodeResourcesFit), !hasResources(rules, node) { return false }
    if profile.filters.contains(.nodePorts), !rules.ports.isEmpty, rules.ports.contains(where: node.hasConflict) {
      return false
    }
    return volumes(rules, node, profile, snapshot) == nil
  }

  /// The first rejection by NodePorts and NodeResourcesFit.
  static func rejection(_ rules: PodRules, _ node: NodeInfo, _ profile: Profile) -> Rejection? {
    if profile.filters.contains(.nodePorts), let rejection = ports(rules, node) { return rejection }
    return profile.filters.contains(.nodeResourcesFit) ? resources(rules, node) : nil
  }

  private static func ports(_ rules: PodRules, _ node: NodeInfo) -> Rejection? {
    if rules.ports.isEmpty { return nil }
    guard let port = rules.ports.first(where: { node.hasConflict(with: $0) }) else { return nil }
    var rejection = Rejection(
      plugin: "NodePorts", isUnresolvable: false,
      reasons: ["node(s) didn't have free ports for the requested pod ports"], constraint: "spec.containers")
    rejection.detail = "\(port.transport) \(port.port)"
    return rejection
  }

  private static func hasResources(_ rules: PodRules, _ node: NodeInfo) -> Bool {
    if Int64(node.pods.count) >= node.podLimit { return false }
    let (asked, total, used) = (rules.content.requests, node.object.allocatable, node.requested)
    func has(_ asked: Int64, _ total: Int64, _ used: Int64) -> Bool { asked <= 0 || asked <= total.minus(used) }
    return has(asked.milliCPU, total.milliCPU, used.milliCPU) && has(asked.memory, total.memory, used.memory)
      && has(asked.ephemeralStorage, total.ephemeralStorage, used.ephemeralStorage)
      && (asked.others.isEmpty
        || asked.others.allSatisfy { has($0.value, total.others[$0.key] ?? 0, used.others[$0.key] ?? 0) })
  }

  private static func resources(_ rules: PodRules, _ node: NodeInfo) -> Rejection? {
    if hasResources(rules, node) { return nil }
    var rejection = Rejection(
      plugin: "NodeResourcesFit", isUnresolvable: false, reasons: [], constraint: "spec.containers")
    if Int64(node.pods.count) >= node.podLimit {
      rejection.reasons.append("Too many pods")
      rejection.shortages.append(
        .init(resource: "pods", asked: 1, free: max(0, node.podLimit.minus(Int64(node.pods.count)))))
    }
    func check(_ resource: String, _ asked: Int64, _ total: Int64, _ used: Int64) {
      guard asked > 0, asked > total.minus(used) else { return }
      rejection.reasons.append("Insufficient \(resource)")
      rejection.shortages.append(.init(resource: resource, asked: asked, free: max(0, total.minus(used))))
      if asked > total { rejection.isUnresolvable = true }
    }
    let (asked, total, used) = (rules.requests, node.allocatable, node.requested)
    check("cpu", asked.milliCPU, total.milliCPU, used.milliCPU)
    check("memory", asked.memory, total.memory, used.memory)
    check("ephemeral-storage", asked.ephemeralStorage, total.ephemeralStorage, used.ephemeralStorage)
    for (name, amount) in asked.others.sorted(by: { $0.key < $1.key }) {
      check(name, amount, total.others[name] ?? 0, used.others[name] ?? 0)
    }
    return rejection
  }

  /// The first rejection by VolumeRestrictions and NodeVolumeLimits.
  static func volumes(
    _ rules: PodRules, _ node: NodeInfo, _ profile: Profile, _ snapshot: borrowing Snapshot
  ) -> Rejection? {
    if rules.content.disks.isEmpty, rules.content.claims.isEmpty { return nil }
    if profile.filters.contains(.volumeRestrictions), let rejection = disks(rules, node) { return rejection }
    return profile.filters.contains(.nodeVolumeLimits) ? VolumeLimits.rejection(rules, node, snapshot.context) : nil
  }

  /// VolumeRestrictions: disks that may not be shared.
  private static func disks(_ rules: PodRules, _ node: NodeInfo) -> Rejection? {
    if rules.content.disks.isEmpty { return nil }
    for group in node.groups where !group.rules.content.disks.isEmpty {
      if rules.content.disks.contains(where: { disk in group.rules.content.disks.contains { disk.conflicts(with: $0) } }
      ) {
        return Rejection(
          plugin: "VolumeRestrictions", isUnresolvable: false, reasons: ["node(s) had no available disk"],
          constraint: "spec.volumes")
      }
    }
    return nil
  }
}
