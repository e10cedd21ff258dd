internal import KCData
internal import KCKube

/// Filters that look at one node and nothing else.
enum NodeFilters {
  static func unschedulable(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    guard node.isUnschedulable else { return nil }
    let taint = Taint(key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule")
    if pod.tolerations.contains(where: { $0.tolerates(taint) }) { return nil }
    return Rejection(plugin: "NodeUnschedulable", isUnresolvable: true, reasons: ["node(s) were unschedulable"])
  }

  static func name(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    if pod.nodeName.isEmpty || pod.nodeName == node.name { return nil }
    return Rejection(
      plugin: "NodeName", isUnresolvable: true, reasons: ["node(s) didn't match the requested node name"],
      constraint: "spec.nodeName")
  }

  static func taints(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    for taint in node.taints where taint.effect == "NoSchedule" || taint.effect == "NoExecute" {
      if !pod.tolerations.contains(where: { $0.tolerates(taint) }) {
        return Rejection(
          plugin: "TaintToleration", isUnresolvable: true, reasons: ["node(s) had untolerated taint(s)"],
          constraint: "spec.tolerations")
      }
    }
    return nil
  }

  static func matchesAffinity(_ pod: PodInfo, _ node: NodeInfo) -> Bool {
    for (key, value) in pod.nodeSelector where node.labels[key] != value { return false }
    guard let terms = pod.requiredNodeTerms else { return true }
    return terms.contains { $0.matches(node) }
  }

  static func affinity(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    if matchesAffinity(pod, node) { return nil }
    let hasSelector = pod.nodeSelector.contains { node.labels[$0.key] != $0.value }
    return Rejection(
      plugin: "NodeAffinity", isUnresolvable: true, reasons: ["node(s) didn't match Pod's node affinity/selector"],
      constraint: hasSelector
        ? "spec.nodeSelector" : "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution")
  }

  static func ports(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    guard pod.ports.contains(where: node.hasConflict) else { return nil }
    return Rejection(
      plugin: "NodePorts", isUnresolvable: false,
      reasons: ["node(s) didn't have free ports for the requested pod ports"], constraint: "spec.containers")
  }

  static func resources(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    var reasons: [String] = []
    var shortages: [Rejection.Shortage] = []
    var isUnresolvable = false
    if Int64(node.pods.count) + 1 > node.podLimit {
      reasons.append("Too many pods")
      shortages.append(.init(resource: "pods", asked: 1, free: node.podLimit - Int64(node.pods.count)))
      if node.podLimit < 1 { isUnresolvable = true }
    }
    func check(_ resource: String, _ asked: Int64, _ total: Int64, _ used: Int64) {
      guard asked > 0, asked > total.subtractingReportingOverflow(used).partialValue || total < used else { return }
      reasons.append("Insufficient \(resource)")
      shortages.append(.init(resource: resource, asked: asked, free: max(0, total - used)))
      if asked > total { isUnresolvable = true }
    }
    let (asked, total, used) = (pod.requests, node.allocatable, node.requested)
    check("cpu", asked.milliCPU, total.milliCPU, used.milliCPU)
    check("memory", asked.memory, total.memory, used.memory)
    check("ephemeral-storage", asked.ephemeralStorage, total.ephemeralStorage, used.ephemeralStorage)
    for (name, amount) in asked.others.sorted(by: { $0.key < $1.key }) {
      check(name, amount, total.others[name] ?? 0, used.others[name] ?? 0)
    }
    if reasons.isEmpty { return nil }
    return Rejection(
      plugin: "NodeResourcesFit", isUnresolvable: isUnresolvable, reasons: reasons, shortages: shortages,
      constraint: "spec.containers")
  }

  static func disks(_ pod: PodInfo, _ node: NodeInfo) -> Rejection? {
    guard pod.diskIDs.contains(where: { disk in node.pods.contains { $0.diskIDs.contains(disk) } }) else { return nil }
    return Rejection(plugin: "VolumeRestrictions", isUnresolvable: false, reasons: ["node(s) had no available disk"])
  }
}

/// Volumes that are bound to nodes.
struct VolumeFilter {
  private var terms: [[NodeTerm]] = []

  /// - Returns: a rejection where a claim cannot be used at all.
  init(_ pod: PodInfo, _ snapshot: borrowing Snapshot, problem: inout Rejection?) {
    for name in pod.claims {
      guard let claim = snapshot.claims["\(pod.namespace)/\(name)"] else {
        problem = Rejection(
          plugin: "VolumeBinding", isUnresolvable: true, reasons: ["persistentvolumeclaim \"\(name)\" not found"])
        return
      }
      guard let volumeName = claim.at("spec", "volumeName")?.string, !volumeName.isEmpty else {
        problem = Rejection(
          plugin: "VolumeBinding", isUnresolvable: true,
          reasons: ["pod has unbound immediate PersistentVolumeClaims"])
        return
      }
      guard let volume = snapshot.volumes[volumeName] else {
        problem = Rejection(
          plugin: "VolumeBinding", isUnresolvable: true, reasons: ["persistentvolume \"\(volumeName)\" not found"])
        return
      }
      if let list = volume.at("spec", "nodeAffinity", "required", "nodeSelectorTerms")?.array {
        terms.append(list.map { NodeTerm($0) })
      }
    }
  }

  func check(_ node: NodeInfo) -> Rejection? {
    for group in terms where !group.contains(where: { $0.matches(node) }) {
      return Rejection(
        plugin: "VolumeBinding", isUnresolvable: true,
        reasons: ["node(s) didn't match PersistentVolume's node affinity"])
    }
    return nil
  }
}
