internal import KCData
internal import KCKube
internal import KCScheduler

/// Foretells where pods will run, with the scheduler that will place them.
///
/// Workloads are taken in the order of the plan. A rollout is walked step by step, as the deployment controller makes
/// it, so that room which is needed only while it runs is looked for, too.
struct PlacementForecast {
  let live: LiveState
  private let desired: [String: DesiredObject]
  var snapshot: Snapshot
  private var podCount = 0
  private var told = ToldRules()
  /// Jobs whose pods are in the snapshot.
  private var jobs: [(pods: [String], wave: Int, isAwaited: Bool)] = []
  /// The pods that were placed, by name, with the workload that they are of.
  var made: [String: (pod: PodInfo, address: String, node: String, profile: Profile)] = [:]
  /// Pods that had to make room, in the order in which they had to.
  var evicted: [String] = []
  /// Pods that are told to go, by name.
  var leaving: [String] = []
  /// What is supposed of what nobody knows beforehand.
  private(set) var timing = RolloutTiming()
  /// Priority classes, by name.
  private let classes: [String: Value]
  /// Storage classes, by name.
  let storageClasses: [String: Value]
  /// The claims that are there or will be, as `namespace/name`.
  var knownClaims: [String: Value] = [:]
  /// Volumes that are there or will be and that no claim has, by name.
  var freeVolumes: [String: Value] = [:]

  init(live: LiveState, desired: [DesiredObject]) {
    self.live = live
    self.desired = Dictionary(desired.map { ($0.address, $0) }, uniquingKeysWith: { $1 })
    snapshot = Snapshot(
      nodes: live.cluster.nodes, pods: live.cluster.pods, namespaces: live.cluster.namespaces,
      others: live.cluster.others)
    leaving = live.cluster.pods.filter(\.isBeingDeleted).map(\.namespacedName)
    let all = live.cluster.others + desired.map(\.object)
    func named(_ kind: String) -> [String: Value] {
      Dictionary(all.filter { $0.kind == kind }.map { ($0.name ?? "", $0) }, uniquingKeysWith: { $1 })
    }
    classes = named("PriorityClass")
    storageClasses = named("StorageClass")
    for claim in live.cluster.others where claim.kind == "PersistentVolumeClaim" {
      knownClaims[claim.namespacedName] = claim
    }
    // Services that the plan makes count for how pods are spread by default; budgets and storage as they will be.
    for object in desired where object.object.kind.map(Self.counted.contains) ?? false {
      snapshot.update(object.object)
    }
    // Volumes that the plan makes are there for claims to take.
    let there = Set(live.cluster.others.filter { $0.kind == "PersistentVolume" }.compactMap(\.name))
    for object in desired where object.object.kind == "PersistentVolume" {
      guard let name = object.object.name, !there.contains(name) else { continue }
      freeVolumes[name] = object.object
      var volume = object.object
      volume.set("Available", at: "status", "phase")
      snapshot.update(volume)
    }
    for volume in live.cluster.others where volume.kind == "PersistentVolume" {
      if volume.at("status", "phase") == "Available", let name = volume.name { freeVolumes[name] = volume }
    }
    for object in desired where object.object.kind == "PersistentVolumeClaim" { expect(object.object) }
  }

  /// The same with something else supposed: the cluster need not be taken in again.
  func supposing(_ timing: RolloutTiming) -> PlacementForecast {
    var forecast = self
    forecast.timing = timing
    if timing.endsPromptly { forecast.clearLeaving() }
    return forecast
  }

  /// Kinds of objects besides pods that scheduling looks at and that are as declared right after an apply.
  private static let counted: Set = ["Service", "Namespace", "StorageClass", "PersistentVolume"]

  /// More pods than this of one workload are not placed one by one.
  static let podLimit = 5000

  mutating func place(_ steps: [Step]) -> [Placement] {
    if live.cluster.nodes.isEmpty { return [] }
    var out: [Placement] = []
    var yielding: [String: [Step]] = [:]
    for step in steps where step.action == .remove {
      for address in step.goesBefore { yielding[address, default: []].append(step) }
    }
    for step in steps {
      finishJobs(before: step)
      // What is removed before it has given back its room.
      for gone in yielding[step.address] ?? [] {
        for pod in currentPods(of: gone) { snapshot.removePod(pod.namespacedName) }
      }
      guard Self.places(step), !Effect.isPaused(step),
        let object = Effect.scaled(step.object, by: step, live: live.objects[step.key]),
        let template = Self.template(of: object)
      else { continue }
      let rolls = Effect.rolls(step)
      if step.action == .change, !rolls, !Effect.scales(step) { continue }
      var placement = Placement(address: step.address, name: object.name ?? "")
      let isAnew = rolls || step.action == .replace
      let before = podCount
      switch object.kind {
      case "DaemonSet": walkDaemons(step, object, template, &placement)
      case "StatefulSet": walkStateful(step, object, template, isAnew: isAnew, &placement)
      default:
        guard let count = Effect.pods(of: object), count <= Self.podLimit else { continue }
        walk(step, object, template, count, rolls: isAnew, &placement)
      }
      if placement.total > 0 { out.append(placement) }
      guard object.kind == "Job" else { continue }
      let place = object.namespace.map { "\($0)/" } ?? ""
      let pods = (before..<podCount).map { place + podName($0 + 1, of: object) }
      jobs.append((pods, wave: step.wave, isAwaited: step.action == .replace))
    }
    if !evicted.isEmpty { findPlaces(forEvictedIn: &out, steps) }
    return out
  }

  /// Takes away the pods of jobs that are done by then: a job that is replaced is waited for before anything else is
  /// made, a new one before what comes in a later wave. What comes in its own wave may find it done.
  private mutating func finishJobs(before step: Step) {
    func isDone(_ job: (pods: [String], wave: Int, isAwaited: Bool)) -> Bool {
      job.isAwaited || job.wave < step.wave || timing.jobsEnd
    }
    for name in jobs.filter(isDone).flatMap(\.pods) { snapshot.removePod(name) }
    jobs.removeAll(where: isDone)
  }

  /// Whether a step may give pods a place; without one, nothing of the cluster need be known.
  static func places(_ step: Step) -> Bool {
    step.action != .keep && step.action != .remove && step.refusal == nil
      && ["Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "Pod"].contains(step.key.kind)
  }

  /// What the pods of a workload are made from; a pod that is declared by itself is its own.
  private static func template(of object: Value) -> Value? {
    guard object.kind == "Pod" else { return object.at("spec", "template") }
    var template: Value = [:]
    template["metadata"] = object["metadata"]
    template["spec"] = object["spec"]
    return template
  }

  private mutating func walk(
    _ step: Step, _ object: Value, _ template: Value, _ count: Int, rolls: Bool, _ placement: inout Placement
  ) {
    var old = currentPods(of: step)
    var placed: [String: Int] = [:]
    let template = owned(template, by: object, current: old, rolls: rolls)
    if !rolls {
      // Scaling keeps the pods that are there.
      if old.count >= count { return }
      for _ in old.count..<count { place(template, object, step, &placed, &placement) }
      finish(placed, &placement)
      return
    }
    if Rollout(object).recreates || step.action == .replace || object.kind != "Deployment" {
      for pod in old { snapshot.removePod(pod.namespacedName) }
      old = []
    }
    if !old.isEmpty {
      roll(step, object, template, &old, &placed, &placement)
    } else {
      for _ in 0..<count { place(template, object, step, &placed, &placement) }
    }
    clearLeaving()
    finish(placed, &placement)
  }

  /// Pods of a stateful set keep their names and claims: each goes before its successor comes, the last first.
  private mutating func walkStateful(
    _ step: Step, _ object: Value, _ template: Value, isAnew: Bool, _ placement: inout Placement
  ) {
    guard let count = Effect.pods(of: object), count <= Self.podLimit else { return }
    let old = Dictionary(currentPods(of: step).map { ($0.name ?? "", $0) }, uniquingKeysWith: { $1 })
    let template = owned(template, by: object, current: Array(old.values), rolls: isAnew)
    var placed: [String: Int] = [:]
    let missing = (0..<count).filter { old["\(object.name ?? "")-\($0)"] == nil }
    let rolling = isAnew ? (0..<count).reversed().filter { !missing.contains($0) } : []
    // Of one that is replaced, all are gone before the first new one comes.
    let isGone = step.action == .replace
    if isGone { for pod in old.values { snapshot.removePod(pod.namespacedName) } }
    for ordinal in isGone ? Array(0..<count) : missing + rolling {
      if let pod = old["\(object.name ?? "")-\(ordinal)"] { snapshot.removePod(pod.namespacedName) }
      place(claimed(template, by: object, ordinal: ordinal), object, step, &placed, &placement)
    }
    finish(placed, &placement)
  }

  private func finish(_ placed: [String: Int], _ placement: inout Placement) {
    placement.nodes = placed.sorted { $0.key < $1.key }.map { Placement.Share(node: $0.key, pods: $0.value) }
    if placement.unplaced == 0 {
      placement.obstacles = []
      placement.remedies = []
      placement.onlyDuringRollout = false
    }
  }

  /// The pods that a workload has now, through its replica sets.
  func currentPods(of step: Step) -> [Value] {
    if step.key.kind == "Pod" {
      return live.cluster.pods.filter { $0.name == step.key.name && $0.namespace == step.key.namespace }
    }
    guard let uid = step.liveUID else { return [] }
    let owners = Set(
      live.cluster.others.filter { $0.controllerOwner?["uid"]?.string == uid }.compactMap(\.uid)
    ).union([uid])
    return live.cluster.pods.filter { pod in
      !pod.isBeingDeleted && (pod.controllerOwner?["uid"]?.string.map(owners.contains) ?? false)
        && pod.at("status", "phase") != "Succeeded" && pod.at("status", "phase") != "Failed"
    }
  }

  /// Places one pod of a template; gives the pod where it finds no place.
  @discardableResult
  mutating func place(
    _ template: Value, _ object: Value, _ step: Step, _ placed: inout [String: Int], _ placement: inout Placement
  ) -> Value? {
    let pod = pod(of: template, object)
    // Another scheduler's decisions cannot be told.
    guard let profile = live.scheduling.profile(for: pod) else { return nil }
    let scheduler = Scheduler(profile: profile)
    let info = PodInfo(pod)
    var decision = scheduler.schedule(info, in: snapshot)
    if decision.node == nil, !leaving.isEmpty {
      clearLeaving()
      decision = scheduler.schedule(info, in: snapshot)
    }
    if take(decision, info, profile, &placed, &placement) { return nil }
    placement.unplaced += 1
    if placement.obstacles.isEmpty { explain(scheduler.explain(decision, of: info, in: snapshot), step, &placement) }
    return pod
  }

  /// Places a pod that is meant for one node.
  ///
  /// - Returns: why it cannot go there, if so.
  mutating func placeDaemon(
    _ template: Value, _ object: Value, _ step: Step, on node: String, _ placed: inout [String: Int],
    _ placement: inout Placement
  ) -> Rejection? {
    let pod = pod(of: template, object)
    guard let profile = live.scheduling.profile(for: pod) else { return nil }
    let info = PodInfo(pod)
    let decision = Scheduler(profile: profile).schedule(info, in: snapshot)
    if take(decision, info, profile, &placed, &placement) { return nil }
    return decision.rejected[node] ?? decision.prefilter
      ?? Rejection(plugin: "NodeAffinity", isUnresolvable: true, reasons: [])
  }

  /// Does as the scheduler decided; false where it found no place.
  private mutating func take(
    _ decision: Decision, _ info: PodInfo, _ profile: Profile, _ placed: inout [String: Int],
    _ placement: inout Placement
  ) -> Bool {
    guard let node = decision.node ?? decision.nominated else { return false }
    if decision.node == nil {
      for victim in decision.victims { snapshot.removePod(victim) }
      // What becomes of them is known when all have their place.
      placement.displaced += decision.victims.map { Placement.Displaced(pod: $0, fate: .unknown) }
      evicted += decision.victims
    }
    snapshot.place(info, on: node)
    made[info.key] = (info, placement.address, node, profile)
    placed[node, default: 0] += 1
    return true
  }

  private func podName(_ number: Int, of object: Value) -> String { "\(object.name ?? "")-forecast-\(number)" }

  /// A pod as the API server would hold it.
  private mutating func pod(of template: Value, _ object: Value) -> Value {
    podCount += 1
    var pod = template
    pod["apiVersion"] = "v1"
    pod["kind"] = "Pod"
    pod.set(.string(podName(podCount, of: object)), at: "metadata", "name")
    pod.set(object.at("metadata", "namespace"), at: "metadata", "namespace")
    setPriority(of: &pod)
    if let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") { Defaulting.apply(to: &pod, type: type) }
    return withoutSettledClaims(pod)
  }

  /// What the API server makes of the class that a pod names.
  private func setPriority(of pod: inout Value) {
    let standard = classes.values.first { $0["globalDefault"] == true }
    switch pod.at("spec", "priorityClassName")?.string {
    case "system-cluster-critical": pod.set(2_000_000_000, at: "spec", "priority")
    case "system-node-critical": pod.set(2_000_001_000, at: "spec", "priority")
    case let name:
      guard let found = name.flatMap({ classes[$0] }) ?? (name == nil ? standard : nil) else { return }
      pod.set(found["value"], at: "spec", "priority")
      if let policy = found["preemptionPolicy"] { pod.set(policy, at: "spec", "preemptionPolicy") }
    }
  }

  private mutating func explain(_ explanation: Explanation, _ step: Step, _ placement: inout Placement) {
    if let problem = explanation.problem {
      placement.obstacles = [
        Placement.Obstacle(
          node: "all nodes", reason: problem.reasons.joined(separator: ", "),
          rule: rule(for: problem.constraint, address: step.address), plugin: problem.plugin)
      ]
    } else {
      placement.obstacles = explanation.nodes.map { node in
        Placement.Obstacle(
          node: node.name, reason: node.words, rule: rule(for: node.rejection.constraint, address: step.address),
          plugin: node.rejection.plugin)
      }
    }
    placement.remedies = explanation.changes.map { change in
      guard case .drop(let paths) = change else { return change.words }
      let names = paths.flatMap { path in
        let sources = rules(under: path, address: step.address)
        return sources.isEmpty ? [path] : sources.map { "`\($0.text)` (\($0.origin.place))" }
      }
      return "without \(names.joined(separator: " and "))"
    }
  }

  /// The rule in the source that ended up in the part of the pod that bars the node.
  mutating func rule(for constraint: String?, address: String) -> DesiredObject.Rule? {
    guard let constraint else { return nil }
    return rules(under: constraint, address: address).first
  }

  /// The rules in the source that a part of the pod was made of.
  private mutating func rules(under constraint: String, address: String) -> [DesiredObject.Rule] {
    // Each node that a pod does not fit asks, mostly for the same: a workload's rules are found by a walk through it.
    if told.address != address { told = ToldRules(address: address, all: desired[address]?.rules ?? []) }
    if let known = told.byConstraint[constraint] { return known }
    let part = "spec.template.\(constraint)"
    func holds(_ outer: String, _ inner: String) -> Bool {
      inner.hasPrefix(outer) && (inner.utf8.dropFirst(outer.utf8.count).first.map { $0 == 0x2e || $0 == 0x5b } ?? true)
    }
    let found = told.all.filter { rule in
      let path = rule.path.description
      return holds(path, part) || holds(part, path)
    }
    told.byConstraint[constraint] = found
    return found
  }
}

/// The rules of the workload that was explained last.
struct ToldRules {
  var address: String?
  var all: [DesiredObject.Rule] = []
  /// By the part of the pod that they are asked for.
  var byConstraint: [String: [DesiredObject.Rule]] = [:]
}
