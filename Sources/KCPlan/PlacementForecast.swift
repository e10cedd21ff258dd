internal import KCData
internal import KCKube
internal import KCScheduler

/// Foretells where pods will run, with the scheduler that will place them.
///
/// Workloads are taken in the order of the plan. A rollout is walked step by step, as the deployment controller makes
/// it, so that room which is needed only while it runs is looked for, too.
struct PlacementForecast {
  private let live: LiveState
  private let desired: [String: DesiredObject]
  private var snapshot: Snapshot
  private var podCount = 0
  /// Pods that are told to go, by name.
  private var leaving: [String] = []

  init(live: LiveState, desired: [DesiredObject]) {
    self.live = live
    self.desired = Dictionary(desired.map { ($0.address, $0) }, uniquingKeysWith: { $1 })
    snapshot = Snapshot(
      nodes: live.cluster.nodes, pods: live.cluster.pods, namespaces: live.cluster.namespaces,
      others: live.cluster.others)
    leaving = live.cluster.pods.filter(\.isBeingDeleted).map(\.namespacedName)
    // Services that the plan makes count for how pods are spread by default.
    for object in desired where object.object.kind == "Service" || object.object.kind == "Namespace" {
      snapshot.update(object.object)
    }
  }

  /// More pods than this of one workload are not placed one by one.
  static let podLimit = 5000

  mutating func placements(for steps: [Step]) -> [Placement] {
    if live.cluster.nodes.isEmpty { return [] }
    var out: [Placement] = []
    for step in steps {
      guard step.action != .keep, step.action != .remove, step.refusal == nil, let object = step.object,
        let template = object.at("spec", "template"), let count = Effect.pods(of: object), count <= Self.podLimit
      else { continue }
      let rolls = step.changes.contains { $0.field.path.hasPrefix(FieldPath("spec", "template")) }
      let scales = step.changes.contains { $0.field.path == FieldPath("spec", "replicas") }
      if step.action == .change, !rolls, !scales { continue }
      var placement = Placement(address: step.address, name: object.name ?? "")
      walk(step, object, template, count, rolls: rolls || step.action == .replace, &placement)
      if placement.total > 0 { out.append(placement) }
    }
    return out
  }

  private mutating func walk(
    _ step: Step, _ object: Value, _ template: Value, _ count: Int, rolls: Bool, _ placement: inout Placement
  ) {
    var old = currentPods(of: step)
    let rollout = Rollout(object)
    var placed: [String: Int] = [:]
    if !rolls {
      // Scaling keeps the pods that are there.
      if old.count >= count { return }
      for _ in old.count..<count { place(template, object, step, &placed, &placement) }
      finish(placed, &placement)
      return
    }
    if rollout.recreates || step.action == .replace || object.kind != "Deployment" {
      for pod in old { snapshot.removePod(pod.namespacedName) }
      old = []
    }
    var new = 0
    var stuck = 0
    while new + stuck < count {
      let room = max(0, count + rollout.maxSurge - old.count - new)
      let adds = min(count - new - stuck, old.isEmpty ? count : room)
      var failed: [Value] = []
      for _ in 0..<adds {
        if let problem = place(template, object, step, &placed, &placement) { failed.append(problem) } else { new += 1 }
      }
      // Of the old pods as many may go as leave enough that are ready.
      let spare = max(0, old.count + new - (count - rollout.maxUnavailable))
      let goes = min(old.count, spare)
      for _ in 0..<goes { removeOne(&old, new: placed) }
      if !failed.isEmpty {
        // What found no place tries again when an old pod has made some.
        if goes == 0 { stuck += failed.count } else { placement.unplaced -= failed.count }
        if goes == 0 { placement.onlyDuringRollout = !old.isEmpty }
      } else if adds == 0, goes == 0 {
        break
      }
    }
    for pod in old where stuck == 0 { snapshot.removePod(pod.namespacedName) }
    clearLeaving()
    finish(placed, &placement)
  }

  private func finish(_ placed: [String: Int], _ placement: inout Placement) {
    placement.nodes = placed.sorted { $0.key < $1.key }.map { Placement.Share(node: $0.key, pods: $0.value) }
    if placement.unplaced == 0 {
      placement.obstacles = []
      placement.onlyDuringRollout = false
    }
  }

  /// The pods that a workload has now, through its replica sets.
  private func currentPods(of step: Step) -> [Value] {
    guard let uid = step.liveUID else { return [] }
    let owners = Set(
      live.cluster.others.filter { $0.controllerOwner?["uid"]?.string == uid }.compactMap(\.uid)
    ).union([uid])
    return live.cluster.pods.filter { pod in
      !pod.isBeingDeleted && (pod.controllerOwner?["uid"]?.string.map(owners.contains) ?? false)
        && pod.at("status", "phase") != "Succeeded" && pod.at("status", "phase") != "Failed"
    }
  }

  /// Those that are told to go have gone.
  private mutating func clearLeaving() {
    for name in leaving { snapshot.removePod(name) }
    leaving = []
  }

  /// Takes away the pod that the replica set would: from the node with most pods of the workload, old and new, the
  /// youngest by the order of magnitude of its age.
  private mutating func removeOne(_ pods: inout [Value], new: [String: Int]) {
    var perNode = new
    for pod in pods { perNode[pod.at("spec", "nodeName")?.string ?? "", default: 0] += 1 }
    func rank(_ pod: Value) -> [Int] {
      let ready = (pod.at("status", "conditions")?.array ?? []).first {
        $0["type"] == "Ready" && $0["status"] == "True"
      }
      let since = ready?["lastTransitionTime"]?.string.flatMap { Timestamp($0) }
      return [
        ready == nil ? 0 : 1, -(perNode[pod.at("spec", "nodeName")?.string ?? ""] ?? 0), magnitude(since),
        magnitude(pod.creationTimestamp),
      ]
    }
    let ranked = pods.indices.sorted { left, right in
      let (a, b) = (rank(pods[left]), rank(pods[right]))
      return a == b ? (pods[left].uid ?? "") < (pods[right].uid ?? "") : a.lexicographicallyPrecedes(b)
    }
    guard let first = ranked.first else { return }
    // A pod that is told to go holds its place for a while yet: what comes next sees it still.
    var pod = pods.remove(at: first)
    pod.set(.string(live.now.rfc3339), at: "metadata", "deletionTimestamp")
    snapshot.addPod(pod)
    leaving.append(pod.namespacedName)
  }

  private func magnitude(_ time: Timestamp?) -> Int {
    guard let time else { return -1 }
    let seconds = Int(min(max(0, live.now.seconds(since: time)), 1e15))
    return seconds == 0 ? 0 : Int.bitWidth - seconds.leadingZeroBitCount
  }

  /// Places one pod of a template; gives the pod where it finds no place.
  @discardableResult
  private mutating func place(
    _ template: Value, _ object: Value, _ step: Step, _ placed: inout [String: Int], _ placement: inout Placement
  ) -> Value? {
    podCount += 1
    var pod = template
    pod["apiVersion"] = "v1"
    pod["kind"] = "Pod"
    pod.set(.string("\(object.name ?? "")-forecast-\(podCount)"), at: "metadata", "name")
    pod.set(object.at("metadata", "namespace"), at: "metadata", "namespace")
    if let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") { Defaulting.apply(to: &pod, type: type) }
    let info = PodInfo(pod)
    var decision = Scheduler().schedule(info, in: snapshot)
    if decision.node == nil, !leaving.isEmpty {
      clearLeaving()
      decision = Scheduler().schedule(info, in: snapshot)
    }
    if let node = decision.node {
      snapshot.place(info, on: node)
      placed[node, default: 0] += 1
      return nil
    }
    if let node = decision.nominated {
      for victim in decision.victims { snapshot.removePod(victim) }
      snapshot.place(info, on: node)
      placed[node, default: 0] += 1
      placement.evicts += decision.victims
      return nil
    }
    placement.unplaced += 1
    placement.obstacles = obstacles(decision, step)
    return pod
  }

  private func obstacles(_ decision: Decision, _ step: Step) -> [Placement.Obstacle] {
    if let problem = decision.prefilter {
      return [Placement.Obstacle(node: "all nodes", reason: problem.reasons.joined(separator: ", "))]
    }
    return decision.rejected.sorted { $0.key < $1.key }.map { node, rejection in
      Placement.Obstacle(
        node: node, reason: Self.words(rejection), rule: rule(for: rejection.constraint, address: step.address))
    }
  }

  /// The rule in the source that ended up in the part of the pod that bars the node.
  private func rule(for constraint: String?, address: String) -> DesiredObject.Rule? {
    guard let constraint else { return nil }
    return desired[address]?.rules.first { rule in
      rule.path.description.hasSuffix(constraint) || "spec.template.\(constraint)".hasPrefix(rule.path.description)
    }
  }

  /// A rejection in the user's words.
  private static func words(_ rejection: Rejection) -> String {
    if !rejection.shortages.isEmpty { return rejection.shortages.map(shortage).joined(separator: ", ") }
    switch rejection.plugin {
    case "NodeUnschedulable": return "takes no new pods (cordoned)"
    case "TaintToleration": return "has a taint that the pod does not tolerate"
    case "NodeAffinity": return "is not a node the pod asks for"
    case "NodePorts": return "has the port in use"
    case "PodTopologySpread": return "would be spread unevenly"
    case "InterPodAffinity": return "is barred by a rule about other pods"
    default: return rejection.reasons.joined(separator: ", ")
    }
  }

  private static func shortage(_ shortage: Rejection.Shortage) -> String {
    let lack = max(0, shortage.asked - shortage.free)
    switch shortage.resource {
    case "cpu": return "\(lack)m cpu short"
    case "memory": return "\((lack + (1 << 20) - 1) >> 20)Mi memory short"
    case "pods": return "has as many pods as it may"
    default: return "\(lack) \(shortage.resource) short"
    }
  }
}
