public import KCData
internal import KCKube

/// Runs scenarios in the form of the recordings of a real kube-scheduler, and compares.
///
/// A scenario is an object with `nodes`, `namespaces`, `bound` pods and the like, and `pods`: the steps, each with a pod to
/// place and, in a recording, the `result`. Each step starts from what the recorded results before it have left; where a
/// step has none, from what was decided here.
public struct Replay: Sendable {
  /// A decision, and what was recorded.
  public struct Outcome: Sendable {
    /// Scenario and pod.
    public var id: String
    /// The family of the scenario.
    public var family: String
    /// What was decided here.
    public var decision: Decision
    /// In the form of recordings; `ignored`, `bypassed` and the like included.
    public var result: Value
    /// Nil where nothing was recorded.
    public var recorded: Value?
  }

  /// Decides; in full.
  public var scheduler: Scheduler
  /// The cluster after the last step.
  public private(set) var snapshot = Snapshot(forgetsSharedPorts: true)
  /// The decisions, in the order in which they were made.
  public private(set) var outcomes: [Outcome] = []
  /// The scenario, with the results that were found here.
  public private(set) var output: Value
  /// Objects of pods by `namespace/name`, for operations on them.
  private var pods: [String: Value] = [:]
  private let record: Value

  /// Runs a scenario.
  public init(_ scenario: Value, scheduler: Scheduler = Scheduler()) {
    self.scheduler = scheduler
    self.scheduler.detail = .full
    record = scenario
    output = scenario
    for (field, kind) in Self.kinds {
      for var object in record[field]?.array ?? [] {
        object["kind"] = .string(kind)
        snapshot.update(object)
      }
    }
    for pod in record["bound"]?.array ?? [] {
      let pod = completed(pod)
      // Pods that have ended were there first: they are created, and then have their status.
      var running = pod
      running.set(nil, at: "status", "phase")
      add(running)
      add(pod)
    }
    run()
  }

  private static let kinds = [
    ("nodes", "Node"), ("namespaces", "Namespace"), ("services", "Service"), ("replicaSets", "ReplicaSet"),
    ("podDisruptionBudgets", "PodDisruptionBudget"), ("persistentVolumes", "PersistentVolume"),
    ("persistentVolumeClaims", "PersistentVolumeClaim"), ("storageClasses", "StorageClass"), ("csiNodes", "CSINode"),
  ]

  private mutating func run() {
    let steps = record["pods"]?.array ?? []
    var results = steps
    for (position, index) in order(of: steps).enumerated() {
      for operation in steps[index]["before"]?.array ?? [] { perform(operation) }
      results[index] = take(steps[index], position: record["release"] == nil ? nil : position + 1)
    }
    output["pods"] = .array(results)
  }

  /// Where all pods were there from the start, they are taken by priority; else one after the other.
  private func order(of steps: [Value]) -> [Int] {
    guard record["release"] != nil else { return Array(steps.indices) }
    let recorded = steps.map { $0.at("result", "position")?.int }
    if recorded.allSatisfy({ $0 != nil }) {
      return steps.indices.sorted { (recorded[$0] ?? 0, $0) < (recorded[$1] ?? 0, $1) }
    }
    return ownOrder(of: steps)
  }

  /// The order in which the queue gives the pods out, as places in the list.
  public var queueOrder: [Int] { ownOrder(of: record["pods"]?.array ?? []) }

  private func ownOrder(of steps: [Value]) -> [Int] {
    var queue = SchedulingQueue(capacity: steps.count)
    var places: [String: Int] = [:]
    for (place, step) in steps.enumerated() {
      let pod = completed(step["pod"] ?? .null)
      places[SchedulingQueue.id(pod)] = place
      queue.add(pod)
    }
    var order: [Int] = []
    while let pod = queue.pop(now: 0) {
      if let place = places[SchedulingQueue.id(pod)] { order.append(place) }
    }
    return order
  }

  private mutating func take(_ step: Value, position: Int?) -> Value {
    var out = step
    var pod = completed(step["pod"] ?? .null)
    var last = decide(&pod, step["result"], "")
    if let position { last["position"] = Value(position) }
    out["result"] = last
    var truth = step["result"] ?? last
    settle(pod, truth)
    // What was recorded as carried out is carried out; else what was planned.
    let operations = step["after"]?.array ?? (step["then"]?.array ?? []).map { ["op": $0] }
    var after: [Value] = []
    for entry in operations {
      guard let operation = entry["op"], apply(operation, to: &pod, after: truth) else { continue }
      let result = decide(&pod, entry["result"], " after \(operation["op"]?.string ?? "")")
      after.append(["op": operation, "result": result])
      truth = entry["result"] ?? result
      settle(pod, truth)
    }
    out["after"] = after.isEmpty ? nil : .array(after)
    leave(pod, truth)
    return out
  }

  private mutating func decide(_ pod: inout Value, _ recorded: Value?, _ suffix: String) -> Value {
    let id = "\(record["id"]?.string ?? "") \(pod.name ?? "")\(suffix)"
    if let refusal = recorded?["apiRejected"] { return ["apiRejected": refusal] }
    if let node = pod.at("spec", "nodeName")?.string, !node.isEmpty {
      return ["bypassed": true, "node": .string(node)]
    }
    if recorded == nil, let refusal = refusal(of: pod) { return ["apiRejected": refusal] }
    let info = PodInfo(pod)
    if info.schedulerName != scheduler.profile.schedulerName { return ["ignored": true] }
    let decision = scheduler.schedule(info, in: snapshot)
    outcomes.append(
      Outcome(
        id: id, family: record["family"]?.string ?? "", decision: decision, result: decision.result,
        recorded: recorded))
    return decision.result
  }

  /// What the API would say to a pod that is not valid.
  private func refusal(of pod: Value) -> Value? {
    guard let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") else { return nil }
    var pod = pod
    pod.set(nil, at: "spec", "priority")
    guard let cause = Validation.create(pod, type: type).first else { return nil }
    return ["code": 422, "message": .string("Pod \"\(pod.name ?? "")\" is invalid: \(cause.field): \(cause.message)")]
  }

  // MARK: The cluster between decisions

  private mutating func add(_ pod: Value) {
    pods[pod.namespacedName] = pod
    snapshot.addPod(pod)
  }

  private mutating func drop(_ key: String) {
    pods[key] = nil
    snapshot.removePod(key)
  }

  /// A pod with what the API decides about it.
  private func completed(_ pod: Value) -> Value {
    var pod = pod
    if pod.namespace == nil { pod.set("default", at: "metadata", "namespace") }
    if let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") { Defaulting.apply(to: &pod, type: type) }
    if let facts = record["facts"]?[pod.namespacedName] {
      for (field, value) in facts.object ?? [:] { pod.set(value, at: "spec", field) }
    } else if record["facts"] == nil {
      classify(&pod)
    }
    return pod
  }

  /// Takes priority and policy from the pod's class.
  private func classify(_ pod: inout Value) {
    let classes = record["priorityClasses"]?.array ?? []
    let name = pod.at("spec", "priorityClassName")?.string
    guard pod.at("spec", "priority") == nil,
      let chosen = classes.first(where: { name == nil ? $0["globalDefault"] == true : $0.name == name })
    else { return }
    pod.set(chosen["value"], at: "spec", "priority")
    if let policy = chosen["preemptionPolicy"] { pod.set(policy, at: "spec", "preemptionPolicy") }
  }

  /// Carries on from an outcome.
  private mutating func settle(_ pod: Value, _ result: Value) {
    if result["apiRejected"] != nil { return }
    var pod = pod
    if let node = result["node"]?.string {
      pod.set(.string(node), at: "spec", "nodeName")
      if let start = result["startTime"] {
        pod.set(start, at: "status", "startTime")
        pod.set("Running", at: "status", "phase")
      }
      pod.set(nil, at: "status", "nominatedNodeName")
      add(pod)
    } else if let nominated = result["nominated"] {
      pod.set(nominated, at: "status", "nominatedNodeName")
      add(pod)
      for victim in result["victims"]?.array ?? [] { evict(victim.string ?? "") }
    } else {
      add(pod)
    }
  }

  private mutating func evict(_ key: String) {
    guard var victim = pods[key] else { return }
    victim.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
    let condition: Value = ["type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"]
    victim.set(.array((victim.at("status", "conditions")?.array ?? []) + [condition]), at: "status", "conditions")
    add(victim)
  }

  /// A pod that got no node goes, unless a node is being cleared for it, or it is gated, or not ours.
  private mutating func leave(_ pod: Value, _ result: Value) {
    let stays = ["node", "nominated", "gated", "ignored", "bypassed"].contains { result[$0] != nil }
    if !stays { drop(pod.namespacedName) }
  }

  /// - Returns: whether the pod is tried again.
  private mutating func apply(_ operation: Value, to pod: inout Value, after result: Value) -> Bool {
    switch operation["op"]?.string {
    case "removeVictims"?:
      guard let nominated = result["nominated"] else { return false }
      for victim in result["victims"]?.array ?? [] { drop(victim.string ?? "") }
      pod.set(nominated, at: "status", "nominatedNodeName")
      return true
    case "ungate"?:
      pod.set(operation["keep"], at: "spec", "schedulingGates")
      if let keep = operation["keep"]?.array {
        pod.set(
          .array(keep.map { $0.string == nil ? $0 : ["name": $0] }), at: "spec", "schedulingGates")
      }
      if let selector = operation["nodeSelector"] { pod.set(selector, at: "spec", "nodeSelector") }
      return true
    default: return false
    }
  }

  private mutating func perform(_ operation: Value) {
    let name = operation["name"]?.string ?? ""
    let key = "\(operation["namespace"]?.string ?? "default")/\(name)"
    switch operation["op"]?.string {
    case "addNode"?, "replaceNode"?:
      guard var node = operation["node"] else { return }
      node["kind"] = "Node"
      snapshot.update(node)
    case "deleteNode"?: snapshot.removeNode(name)
    case "deletePod"?: drop(key)
    case "relabelPod"?:
      guard var pod = pods[key] else { return }
      pod.set(operation["labels"], at: "metadata", "labels")
      add(pod)
    case "relabelNamespace"?:
      snapshot.update(["kind": "Namespace", "metadata": ["name": .string(name), "labels": operation["labels"] ?? [:]]])
    default: break
    }
  }
}
