import KCData
import KCScheduler
import Testing

/// Pods that differ in what makes no difference are decided on alike, and those that do are not.
@Suite struct KindTests {
  private func node(_ name: String) -> Value {
    [
      "kind": "Node", "metadata": ["name": .string(name), "labels": ["kubernetes.io/hostname": .string(name)]],
      "status": ["allocatable": ["cpu": "4", "memory": "8Gi", "pods": "10"]],
    ]
  }

  private func pod(_ name: String, labels: Value) -> Value {
    [
      "kind": "Pod", "metadata": ["name": .string(name), "namespace": "d", "labels": labels],
      "spec": ["containers": [["name": "c"]]],
    ]
  }

  @Test func aLabelMattersOnceSomebodyAsksForIt() {
    var snapshot = Snapshot(nodes: [node("n1"), node("n2")], pods: [])
    let first = pod("a-0", labels: ["app": "a", "index": "0"])
    let second = pod("a-1", labels: ["app": "a", "index": "1"])
    let full = Scheduler(detail: .full)
    #expect(full.schedule(first, in: snapshot).feasible.count == 2)
    #expect(full.schedule(second, in: snapshot).feasible.count == 2)
    var guardian = pod("g", labels: [:])
    guardian.set("n1", at: "spec", "nodeName")
    guardian.set(
      [["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["index": "1"]]]], at: "spec",
      "affinity", "podAntiAffinity", RandomCluster.required)
    snapshot.addPod(guardian)
    #expect(full.schedule(first, in: snapshot).feasible.count == 2)
    #expect(full.schedule(second, in: snapshot).feasible == ["n2"])
    snapshot.removePod("d/g")
    #expect(full.schedule(second, in: snapshot).feasible.count == 2)
  }

  @Test func podsOfADaemonSetGoToTheirNodes() {
    let snapshot = Snapshot(nodes: [node("n1"), node("n2")], pods: [])
    for name in ["n1", "n3", "n2", "n4"] {
      var daemon = pod("d-\(name)", labels: ["app": "d"])
      daemon.set(
        [["matchFields": [["key": "metadata.name", "operator": "In", "values": [.string(name)]]]]], at: "spec",
        "affinity", "nodeAffinity", RandomCluster.required, "nodeSelectorTerms")
      #expect(Scheduler().schedule(daemon, in: snapshot).node == (name > "n2" ? nil : name))
    }
  }

  @Test func aServiceThatSelectsByALabelSpreadsByIt() {
    var snapshot = Snapshot(nodes: [node("n1"), node("n2")], pods: [])
    var there = pod("a", labels: ["app": "a", "track": "x"])
    there.set("n1", at: "spec", "nodeName")
    snapshot.addPod(there)
    let next = pod("b", labels: ["app": "a", "track": "x"])
    #expect(Scheduler(detail: .full).schedule(next, in: snapshot).scores["n1"]?["PodTopologySpread"] == nil)
    snapshot.update([
      "kind": "Service", "metadata": ["name": "s", "namespace": "d"], "spec": ["selector": ["track": "x"]],
    ])
    let decision = Scheduler(detail: .full).schedule(next, in: snapshot)
    #expect((decision.scores["n1"]?["PodTopologySpread"] ?? 0) < (decision.scores["n2"]?["PodTopologySpread"] ?? 0))
  }
}
