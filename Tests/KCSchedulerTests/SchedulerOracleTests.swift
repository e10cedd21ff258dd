import KCData
import KCKube
import KCScheduler
import KCTestSupport
import Testing

/// Runs recorded scenarios: every step starts from the recorded outcome of the one before.
struct Scenario {
  let record: Value
  var snapshot = Snapshot()
  /// Objects by `namespace/name`, for operations on them.
  var pods: [String: Value] = [:]

  init(_ record: Value) {
    self.record = record
    for field in [
      "nodes", "namespaces", "services", "replicaSets", "podDisruptionBudgets", "persistentVolumes",
      "persistentVolumeClaims",
    ] {
      let kind = [
        "nodes": "Node", "namespaces": "Namespace", "services": "Service", "replicaSets": "ReplicaSet",
        "podDisruptionBudgets": "PodDisruptionBudget", "persistentVolumes": "PersistentVolume",
        "persistentVolumeClaims": "PersistentVolumeClaim",
      ][field]
      for var object in record[field]?.array ?? [] {
        object["kind"] = .string(kind ?? "")
        snapshot.update(object)
      }
    }
    for pod in record["bound"]?.array ?? [] { add(completed(pod)) }
  }

  mutating func add(_ pod: Value) {
    pods[pod.namespacedName] = pod
    snapshot.addPod(pod)
  }

  /// A pod with what the API decided about it.
  func completed(_ pod: Value) -> Value {
    var pod = pod
    if pod.namespace == nil { pod.set("default", at: "metadata", "namespace") }
    if let type = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") { Defaulting.apply(to: &pod, type: type) }
    guard let facts = record["facts"]?[pod.namespacedName] else { return pod }
    for (field, value) in facts.object ?? [:] { pod.set(value, at: "spec", field) }
    return pod
  }

  mutating func perform(_ operation: Value) {
    let name = operation["name"]?.string ?? operation["node"]?.string ?? ""
    switch operation["op"]?.string {
    case "addNode"?, "replaceNode"?:
      var node = operation["node"] ?? operation["object"] ?? .null
      node["kind"] = "Node"
      snapshot.update(node)
    case "deleteNode"?: snapshot.removeNode(name)
    case "deletePod"?:
      let key = "\(operation["namespace"]?.string ?? "default")/\(name)"
      pods[key] = nil
      snapshot.removePod(key)
    case "relabelPod"?:
      let key = "\(operation["namespace"]?.string ?? "default")/\(name)"
      guard var pod = pods[key] else { return }
      pod.set(operation["labels"], at: "metadata", "labels")
      add(pod)
    case "relabelNamespace"?:
      snapshot.update(["kind": "Namespace", "metadata": ["name": .string(name), "labels": operation["labels"] ?? [:]]])
    default: break
    }
  }
}

@Suite struct SchedulerOracleTests {
  static let families = [
    "resources", "nodeSelector", "nodeAffinityRequired", "nodeAffinityPreferred", "podAffinity", "podAntiAffinity",
    "topologySpread", "defaultSpread", "taints", "hostPorts", "placement", "preemption", "queueOrder", "imageLocality",
    "schedulingGates", "mixed", "sequence", "edge",
  ]

  @Test(arguments: families) func decisions(family: String) throws {
    guard let records = Oracle.records("schedule/dev-\(family).jsonl.gz") else { return }
    var verdicts = Agreement()
    var scores = Agreement()
    var choice = Agreement()
    var victims = Agreement()
    for record in records {
      var scenario = Scenario(record)
      // Where all pods were there from the start, the results hold in the order of the attempts.
      let steps = (record["pods"]?.array ?? []).enumerated().sorted { left, right in
        let places = (left.element.at("result", "position")?.int ?? 0, right.element.at("result", "position")?.int ?? 0)
        return places.0 != places.1 ? places.0 < places.1 : left.offset < right.offset
      }
      for (_, step) in steps {
        for operation in step["before"]?.array ?? [] { scenario.perform(operation) }
        let pod = scenario.completed(step["pod"] ?? .null)
        let id = "\(record["id"]?.string ?? "") \(pod.name ?? "")"
        var last = step["result"] ?? .null
        compare(pod, last, scenario.snapshot, id, &verdicts, &scores, &choice, &victims)
        var isSettled = false
        settle(pod, last, &scenario, &isSettled)
        for after in step["after"]?.array ?? [] {
          var next = pod
          switch after["op"]?.string ?? after["do"]?.string {
          case "removeVictims"?:
            for victim in last["victims"]?.array ?? [] { scenario.snapshot.removePod(victim.string ?? "") }
            next.set(last["nominated"], at: "status", "nominatedNodeName")
          case "ungate"?:
            next.set(after["keep"], at: "spec", "schedulingGates")
            if let selector = after["nodeSelector"] { next.set(selector, at: "spec", "nodeSelector") }
          default: continue
          }
          guard let result = after["result"] else { continue }
          compare(next, result, scenario.snapshot, id + " after", &verdicts, &scores, &choice, &victims)
          settle(next, result, &scenario, &isSettled)
          last = result
        }
      }
    }
    verdicts.report("\(family): verdicts", shown: 4)
    scores.report("\(family): scores", shown: 4)
    choice.report("\(family): choice", shown: 4)
    if victims.total > 0 { victims.report("\(family): victims", shown: 4) }
    #expect(verdicts.reaches(0.75))
  }

  /// Carries on from the recorded outcome.
  private func settle(_ pod: Value, _ result: Value, _ scenario: inout Scenario, _ isSettled: inout Bool) {
    var pod = pod
    if let node = result["node"]?.string {
      pod.set(.string(node), at: "spec", "nodeName")
      if let start = result["startTime"] {
        pod.set(start, at: "status", "startTime")
        pod.set("Running", at: "status", "phase")
      }
      scenario.add(pod)
    } else if let nominated = result["nominated"] {
      pod.set(nominated, at: "status", "nominatedNodeName")
      scenario.add(pod)
      for victim in result["victims"]?.array ?? [] {
        guard let key = victim.string, var gone = scenario.pods[key] else { continue }
        gone.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
        scenario.add(gone)
      }
    } else if result["gated"] == nil, result["ignored"] == nil {
      scenario.snapshot.removePod(pod.namespacedName)
    }
  }

  private func compare(
    _ pod: Value, _ result: Value, _ snapshot: Snapshot, _ id: String, _ verdicts: inout Agreement,
    _ scores: inout Agreement, _ choice: inout Agreement, _ victims: inout Agreement
  ) {
    if result["ignored"] != nil || result["bypassed"] != nil || result["apiRejected"] != nil { return }
    let decision = Scheduler().schedule(pod, in: snapshot)
    let feasible = Set(result["feasible"]?.array?.compactMap(\.string) ?? [])
    var isSame = feasible == Set(decision.feasible) && decision.isGated == (result["gated"] != nil)
    var detail = "\(id): feasible \(decision.feasible.sorted()) instead of \(feasible.sorted())"
    if isSame {
      for (node, expected) in result["rejected"]?.object ?? [:] {
        let ours = decision.rejected[node]
        if ours?.plugin != expected["plugin"]?.string || ours?.code != expected["code"]?.string
          || ours?.reasons.sorted() != expected["reasons"]?.array?.compactMap(\.string).sorted()
        {
          isSame = false
          detail = "\(id) \(node): \(ours.map { "\($0)" } ?? "feasible") instead of \(expected)"
        }
      }
    }
    if isSame, let message = result["message"]?.string, message != decision.message {
      isSame = false
      detail = "\(id): “\(decision.message)” instead of “\(message)”"
    }
    verdicts.note(isSame, detail)
    if let expected = result["scores"]?.object {
      var difference: String?
      for (node, plugins) in expected {
        for (plugin, points) in plugins.object ?? [:] where plugin != "DynamicResources" {
          if decision.scores[node]?[plugin] != points.int {
            difference = "\(node) \(plugin) \(decision.scores[node]?[plugin] ?? -1) instead of \(points.int ?? -1)"
          }
        }
      }
      scores.note(difference == nil, "\(id): \(difference ?? "")")
    }
    if let tied = result["tied"]?.array?.compactMap(\.string) {
      choice.note(decision.node.map(tied.contains) ?? false, "\(id): \(decision.node ?? "none") not in \(tied)")
    }
    if let nominated = result["nominatedTied"]?.array?.compactMap(\.string) {
      let expected = result["candidates"]?.object ?? [:]
      let same =
        Set(nominated) == Set(decision.nominatedTied)
        && decision.candidates.allSatisfy { candidate in
          expected[candidate.node]?["victims"]?.array?.compactMap(\.string) == candidate.victims
        }
      victims.note(same, "\(id): \(decision.nominatedTied) instead of \(nominated)")
    }
  }
}
