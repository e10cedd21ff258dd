import KCData
import KCKube
import Synchronization

@testable import KCControl

/// Plays one recorded sequence: does its actions to a simulation, and describes what follows as the recording does.
final class Recording {
  let simulation: Simulation
  private let steps: [Value]
  /// Names of replica sets and their numbered form, in the order of their creation.
  private var names: [(name: String, alias: String)] = []
  private var sequence: [String: Int] = [:]
  private var revisions: [String: Int] = [:]
  private var nodeLabels: Value = [:]
  private var logged = 0

  init(_ record: Value, _ reconcilers: [any Reconciler]) {
    simulation = Simulation(reconcilers)
    simulation.binds = record["scheduler"]?.string == "binds at once"
    steps = record["steps"]?.array ?? []
    makeNodes(record)
  }

  /// Daemon sets were recorded on nodes with a label of their own.
  private func makeNodes(_ record: Value) {
    let template = steps.first?.at("body", "spec", "template", "spec", "nodeSelector")
    guard steps.first?.at("body", "kind") == "DaemonSet", let template else { return }
    let single = ["ds_failed_pod/0", "ds_pod_shape/0"].contains(record["id"]?.string)
    nodeLabels = template
    for index in 1...Int(record.at("params", "nodes")?.int ?? (single ? 1 : 2)) { makeNode("node\(index)") }
  }

  private func makeNode(_ name: String) {
    _ = simulation.create(
      ["apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": nodeLabels]], namespace: nil)
  }

  /// `node3 gets a NoSchedule taint`
  private func changeNode(_ words: [String]) -> Bool {
    guard var node = all(.node).first(where: { $0.name == words[0] }), let key = ObjectKey(node) else { return false }
    switch words[1] {
    case "loses": node.set([:], at: "metadata", "labels")
    case "is" where words[2] == "cordoned":
      node.set(true, at: "spec", "unschedulable")
      node.set(
        [["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]], at: "spec", "taints")
    case "gets": node.set([["key": "t", "effect": .string(words[3])]], at: "spec", "taints")
    case "is": node.set([], at: "spec", "taints")
    default: return false
    }
    simulation.api.put(key, node)
    return true
  }

  /// Plays the steps up to the first that cannot be, and calls `compare` after each.
  func play(_ compare: (_ index: Int, _ step: Value, _ scales: [String], _ state: [String: [Value]]) -> Void) async {
    for (index, step) in steps.enumerated() {
      // About as long as the recorder took between two steps.
      simulation.time.advance(by: 2)
      await simulation.settle()
      guard await perform(step) else { return }
      await simulation.settle()
      let scales = takeScales()
      compare(index, step, scales, state())
    }
  }

  private func perform(_ step: Value) async -> Bool {
    let words = (step["do"]?.string ?? "").split(separator: " ").map(String.init)
    if let body = step["body"] { return simulation.create(body) }
    if let patch = step["patch"] { return self.patch(words, patch) }
    let count = Int(step["n"]?.int ?? 1)
    switch words.first {
    case "ready"?: await drive(step, count, where: { $0.isActivePod && !$0.isReadyPod }, to: ready)
    case "unready"?: await drive(step, count, where: { $0.isActivePod && $0.isReadyPod }, to: unready)
    case "fail"?:
      await drive(step, count, where: { $0.isActivePod }) {
        $0["status"] = failure(step)
      }
    case "finish"?: finishDeletion(count)
    case "evict"?:
      guard let pod = pods(of: step).first(where: { $0.isReadyPod }), let key = ObjectKey(pod) else { return false }
      return (simulation.api.evict(key).status == 429) == (step["error"] != nil)
    case "disrupt"?:
      await drive(step, 1, where: { $0.isActivePod }) {
        $0["status"] = ["phase": "Failed", "conditions": [["type": "DisruptionTarget", "status": "True"]]]
      }
    case "succeed"?:
      await drive(step, count, where: { $0.isActivePod }) { $0["status"] = ["phase": "Succeeded"] }
    case "wait"?: await simulation.wait(Double(step["seconds"]?.int ?? 0))
    case "delete"? where words == ["delete", "the", "stuck", "pod"]:
      guard let pod = all(.pod).first(where: { !$0.isReadyPod }), let key = ObjectKey(pod) else { return false }
      _ = simulation.api.delete(key, ["gracePeriodSeconds": 0])
    case "delete"? where words.count > 2: return delete(words)
    case "delete"? where words.count == 2 && words[1] != "pod":
      _ = simulation.api.delete(ObjectKey(.pod, namespace: "ns", name: words[1]), [:])
    case "a"? where words == ["a", "third", "node"]: makeNode("node3")
    case "node1"?, "node2"?, "node3"?: return changeNode(words)
    case "pod"?: return await treatVictim(words)
    case "relabel"? where words == ["relabel", "a", "pod"]:
      return relabel("gone", pods(of: step).first { $0.isReadyPod })
    case "label"?: return relabel("web", all(.pod).first { $0.labels["app"] == "gone" })
    case "relabel"?: return relabel("gone", all(.replicaSet).first)
    case "create"? where words.last == "pod": return simulation.create(barePod("bare", ["app": "other"]))
    case "give"?:
      guard var pod = all(.pod).first(where: { $0.name == "bare" }), let key = ObjectKey(pod) else { return false }
      pod.set(all(.replicaSet).first?.at("spec", "template", "metadata", "labels"), at: "metadata", "labels")
      simulation.api.put(key, pod)
    case "three"?:
      return ["a", "b"].allSatisfy { simulation.create(barePod($0, ["app": "rs"])) }
        && simulation.create(barePod("z", ["app": "other"]))
    case "delete"? where words == ["delete", "pod"]:
      guard let pod = pods(of: step).first(where: { !$0.isBeingDeleted }), let key = ObjectKey(pod) else {
        return false
      }
      _ = simulation.api.delete(key, [:])
    default: return false
    }
    return true
  }

  private func patch(_ words: [String], _ patch: Value) -> Bool {
    let explicit = words.count == 3 && words[0] == "patch"
    let isStateful = simulation.cache.list(.statefulSet).count > 0
    let target = explicit ? words[2].split(separator: "/").map(String.init) : [isStateful ? "db" : "web"]
    let kind = explicit ? words[1] : isStateful ? "StatefulSet" : "Deployment"
    guard let type = ResourceTypes.builtin.named(kind) else { return false }
    let request = APIRequest(
      method: "PATCH", path: type.path(namespace: "ns", name: target[0]), body: .value(patch))
    return simulation.api.handle(request).status < 300
  }

  private func delete(_ words: [String]) -> Bool {
    guard let type = ResourceTypes.builtin.named(words[1]) else { return false }
    let options: Value = words.count > 3 ? ["propagationPolicy": .string(words[3])] : [:]
    return simulation.api.delete(ObjectKey(ObjectKind(type), namespace: "ns", name: words[2]), options).status < 300
  }

  private func barePod(_ name: String, _ labels: [String: String]) -> Value {
    [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "labels": Value(labels)],
      "spec": ["containers": [["name": "c", "image": "i"]]],
    ]
  }

  private func relabel(_ label: String, _ object: Value?) -> Bool {
    guard var object, let key = ObjectKey(object) else { return false }
    object.set(.string(label), at: "metadata", "labels", "app")
    simulation.api.put(key, object)
    return true
  }

  /// `pod 4: ready with a low cost`
  private func treatVictim(_ words: [String]) async -> Bool {
    let sorted = all(.pod).sorted { (sequenceNumber($0), $0.name ?? "") < (sequenceNumber($1), $1.name ?? "") }
    guard let number = Int(words[1].dropLast()), sorted.indices.contains(number - 1) else { return false }
    var pod = sorted[number - 1]
    guard let key = ObjectKey(pod) else { return false }
    if words.contains("bind") { pod.set("n1", at: "spec", "nodeName") }
    if words.contains("ready") { ready(&pod) }
    let cost = words.contains("low") ? "-5" : words.contains("high") ? "5" : nil
    if let cost { pod.set(.string(cost), at: "metadata", "annotations", "controller.kubernetes.io/pod-deletion-cost") }
    simulation.api.put(key, pod)
    return true
  }

  // MARK: Pods

  /// Pods, oldest first, of the newest replica set, the others, or all.
  private func pods(of step: Value) -> [Value] {
    let pods = all(.pod).sorted { (sequenceNumber($0), $0.name ?? "") < (sequenceNumber($1), $1.name ?? "") }
    if let index = step["index"]?.int { return pods.filter { JobPods.index($0) == Int(index) } }
    guard let which = step["of"]?.string else { return pods }
    if which != "new" && which != "old" { return pods.filter { $0.name == which } }
    let newest = all(.replicaSet).max { $0.revision < $1.revision }?.uid
    return pods.filter { ($0.controllerOwner?["uid"]?.string == newest) == (which == "new") }
  }

  private func drive(_ step: Value, _ count: Int, where fits: (Value) -> Bool, to change: (inout Value) -> Void) async {
    for pod in pods(of: step).filter(fits).prefix(count) {
      guard let key = ObjectKey(pod) else { continue }
      var changed = pod
      change(&changed)
      simulation.api.put(key, changed)
      await simulation.settle()
    }
  }

  private func failure(_ step: Value) -> Value {
    let end: Value = [
      "exitCode": step["exitCode"] ?? 1, "finishedAt": .string(simulation.time.now.rfc3339),
    ]
    return ["phase": "Failed", "containerStatuses": [["name": "c", "state": ["terminated": end]]]]
  }

  private func ready(_ pod: inout Value) {
    pod.set("Running", at: "status", "phase")
    pod.set(
      [["type": "Ready", "status": "True", "lastTransitionTime": .string(simulation.time.now.rfc3339)]],
      at: "status", "conditions")
  }

  private func unready(_ pod: inout Value) {
    pod.set(
      [["type": "Ready", "status": "False", "lastTransitionTime": .string(simulation.time.now.rfc3339)]],
      at: "status", "conditions")
  }

  private func finishDeletion(_ count: Int) {
    let going = all(.pod).filter(\.isBeingDeleted).sorted { sequenceNumber($0) < sequenceNumber($1) }
    for pod in going.prefix(count) {
      // What has a finalizer stays, however long ago it ended.
      if let key = ObjectKey(pod), pod.finalizers.isEmpty { simulation.api.remove(key) }
    }
  }

  private func all(_ kind: ObjectKind) -> [Value] {
    simulation.api.state.withLock { state in state.objects.filter { $0.key.kind == kind }.map(\.value) }
  }

  private func sequenceNumber(_ object: Value) -> Int { sequence[object.uid ?? ""] ?? 0 }
}

/// Describing.
extension Recording {
  /// What was scaled since the last call; also numbers new objects.
  private func takeScales() -> [String] {
    let log = simulation.api.state.withLock { $0.log }
    defer { logged = log.count }
    var scales: [String] = []
    for (key, old, new) in log[logged...] {
      if old == nil, let uid = new?.uid { sequence[uid] = sequence.count }
      if key.kind == .controllerRevision, old == nil, !names.contains(where: { $0.name == key.name }) {
        let owner = new?.controllerOwner?["name"]?.string ?? ""
        revisions[owner, default: 0] += 1
        names.append((key.name, "<\(owner).rev\(revisions[owner] ?? 0)>"))
      }
      guard key.kind == .replicaSet else { continue }
      if old == nil, let owner = new?.controllerOwner?["name"]?.string, !names.contains(where: { $0.name == key.name })
      {
        names.append((key.name, "<\(owner).rs\(names.count + 1)>"))
      }
      let name = alias(key.name)
      switch (old, new) {
      case (nil, let new?): scales.append("\(name) created with \(new.specReplicas)")
      case (_?, nil): scales.append("\(name) deleted")
      case (let old?, let new?) where old.specReplicas != new.specReplicas:
        scales.append("\(name) \(old.specReplicas) -> \(new.specReplicas)")
      default: break
      }
    }
    return scales
  }

  private func alias(_ text: String) -> String {
    var text = text
    for (name, alias) in names {
      while let range = text.firstRange(of: name) { text.replaceSubrange(range, with: alias) }
    }
    return text
  }

  private func state() -> [String: [Value]] {
    var state: [String: [Value]] = ["Pod": all(.pod).map(describePod)]
    for kind in [
      ObjectKind.deployment, .replicaSet, .statefulSet, .daemonSet, .job, .controllerRevision, .persistentVolumeClaim,
      .disruptionBudget,
    ] {
      state[kind.name] = all(kind).map(describe)
    }
    return state
  }

  private func describe(_ object: Value) -> Value {
    var out: Value = ["name": .string(alias(object.name ?? ""))]
    let kind = ObjectKind(of: object)
    if object.at("spec", "replicas") != nil { out["replicas"] = Value(object.specReplicas) }
    out["revision"] = object["revision"]
    if kind == .persistentVolumeClaim {
      out["storage"] = object.at("spec", "resources", "requests", "storage")
      out["finalizers"] = object.at("metadata", "finalizers")
    }
    out["minReadySeconds"] = ObjectKind(of: object) == .replicaSet ? object.at("spec", "minReadySeconds") : nil
    if object.isBeingDeleted {
      out["deleting"] = true
      out["finalizers"] = object.at("metadata", "finalizers")
    }
    if kind != .persistentVolumeClaim, let generation = object.generation, generation > 1 {
      out["generation"] = .int(generation)
    }
    var status = object["status"] ?? [:]
    let conditions = status["conditions"]?.array ?? []
    status["conditions"] = nil
    if kind == .job {
      out["suspend"] = object.at("spec", "suspend")
      for field in ["startTime", "completionTime"] where status[field] != nil { status[field] = "<time>" }
      if status == [:] { status = .null }
    }
    for field in ["currentRevision", "updateRevision"] where status[field] != nil {
      status[field] = .string(alias(status[field]?.string ?? ""))
    }
    if kind != .persistentVolumeClaim, object["revision"] == nil, status != .null { out["status"] = status }
    if !conditions.isEmpty {
      out["conditions"] = .array(
        conditions.map { condition in
          var condition = condition
          condition["lastUpdateTime"] = nil
          condition["lastTransitionTime"] = nil
          condition["lastProbeTime"] = nil
          condition["observedGeneration"] = nil
          condition["message"] = .string(alias(condition["message"]?.string ?? ""))
          return condition
        })
    }
    if !object.annotations.isEmpty { out["annotations"] = Value(object.annotations) }
    if !object.labels.isEmpty, kind == .replicaSet || kind == .persistentVolumeClaim {
      var labels = object.labels
      if labels["pod-template-hash"] != nil { labels["pod-template-hash"] = "<hash>" }
      out["labels"] = Value(labels)
    }
    if !object.ownerReferences.isEmpty {
      out["owners"] = .array(
        object.ownerReferences.map { owner in
          let controller = owner["controller"]?.bool == true ? " controller" : ""
          let blocking = owner["blockOwnerDeletion"]?.bool == true ? " blocking" : ""
          return .string("\(owner["kind"]?.string ?? "")/\(owner["name"]?.string ?? "")\(controller)\(blocking)")
        })
    }
    return out
  }

  private func describePod(_ pod: Value) -> Value {
    var state = pod.phase + (pod.isReadyPod && !pod.isFinishedPod ? " ready" : "")
    if pod.isBeingDeleted { state += " terminating" }
    let owner = pod.controllerOwner?["name"]?.string
    var out: Value = ["name": .string(pod.name ?? ""), "is": .string(state)]
    out["owner"] = owner.map { .string(alias($0)) }
    if let label = pod.labels["controller-revision-hash"] {
      out["revision"] = .string(alias(label.contains("-") ? label : "\(owner ?? "")-\(label)"))
    }
    out["node"] = pod.nodeName.map { .string($0) }
    out["index"] = JobPods.index(pod).map { .string("\($0)") }
    if !pod.finalizers.isEmpty { out["finalizers"] = pod.at("metadata", "finalizers") }
    return out
  }
}
