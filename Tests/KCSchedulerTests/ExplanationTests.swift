import KCData
import KCScheduler
import Testing

@Suite struct ExplanationTests {
  private func node(_ name: String, cpu: String = "2", zone: String = "a") -> Value {
    [
      "kind": "Node",
      "metadata": [
        "name": .string(name),
        "labels": ["kubernetes.io/hostname": .string(name), "topology.kubernetes.io/zone": .string(zone)],
      ], "status": ["allocatable": ["cpu": .string(cpu), "memory": "8Gi", "pods": "110"]],
    ]
  }

  private func pod(_ name: String, cpu: String, on node: String? = nil, owner: String? = nil) -> Value {
    var pod: Value = [
      "kind": "Pod", "metadata": ["name": .string(name), "namespace": "shop", "labels": ["app": "web"]],
      "spec": ["containers": [["name": "c", "resources": ["requests": ["cpu": .string(cpu)]]]]],
    ]
    if let node { pod.set(.string(node), at: "spec", "nodeName") }
    if let owner {
      pod.set([["kind": .string(owner), "name": "o", "controller": true]], at: "metadata", "ownerReferences")
    }
    return pod
  }

  private func explain(_ pod: Value, _ snapshot: Snapshot) -> Explanation {
    Scheduler().explain(Scheduler().schedule(pod, in: snapshot), of: pod, in: snapshot)
  }

  @Test func whatIsShortAndHowMuchLessWouldDo() {
    let snapshot = Snapshot(
      nodes: [node("n1"), node("n2", cpu: "1")], pods: [pod("a", cpu: "1", on: "n1"), pod("b", cpu: "500m", on: "n2")])
    let explanation = explain(pod("c", cpu: "1350m"), snapshot)
    #expect(explanation.nodes.map(\.words) == ["350m cpu short", "850m cpu short"])
    #expect(explanation.changes == [.less(["cpu": 350], node: "n1"), .nodeLike("n1")])
    #expect(explanation.changes.first?.words == "350m cpu less, on n1")
  }

  @Test func theRuleThatBarsAndWhomItIsAbout() {
    let snapshot = Snapshot(nodes: [node("n1")], pods: [pod("a", cpu: "100m", on: "n1")])
    var apart = pod("b", cpu: "100m")
    let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": ["matchLabels": ["app": "web"]]]
    apart.set([term], at: "spec", "affinity", "podAntiAffinity", RandomCluster.required)
    let path = "spec.affinity.podAntiAffinity.\(RandomCluster.required)[0]"
    let explanation = explain(apart, snapshot)
    #expect(explanation.nodes.first?.rejection.constraint == path)
    #expect(explanation.nodes.first?.pods == ["shop/a"])
    #expect(explanation.changes == [.drop([path]), .nodeLike("n1")])
  }

  @Test func aCordonedNodeAndATaint() {
    var cordoned = node("n1")
    cordoned.set(true, at: "spec", "unschedulable")
    var tainted = node("n2")
    tainted.set([["key": "gpu", "value": "yes", "effect": "NoSchedule"]], at: "spec", "taints")
    let explanation = explain(pod("a", cpu: "100m"), Snapshot(nodes: [cordoned, tainted], pods: []))
    #expect(
      explanation.nodes.map(\.words) == [
        "takes no new pods (cordoned)", "has a taint that the pod does not tolerate (gpu=yes:NoSchedule)",
      ])
    #expect(explanation.changes.contains(.uncordon("n1")))
  }

  @Test func whoWouldBeEvicted() {
    let snapshot = Snapshot(nodes: [node("n1", cpu: "1")], pods: [pod("a", cpu: "800m", on: "n1")])
    var important = pod("b", cpu: "800m")
    important.set(100, at: "spec", "priority")
    #expect(explain(important, snapshot).changes.contains(.evict(["shop/a"], node: "n1")))
  }

  // MARK: What if

  @Test func drainingMovesWhatFitsElsewhere() throws {
    let snapshot = Snapshot(
      nodes: [node("n1"), node("n2", cpu: "1")],
      pods: [
        pod("a", cpu: "800m", on: "n1"), pod("b", cpu: "800m", on: "n1"),
        pod("d", cpu: "1m", on: "n1", owner: "DaemonSet"),
      ])
    let outcome = try WhatIf().run(WhatIf.Operation(parsing: "drain n1"), on: snapshot)
    #expect(outcome.moves.map(\.pod) == ["shop/a", "shop/b"])
    #expect(outcome.moves.first?.to == "n2")
    #expect(outcome.stranded.map(\.pod) == ["shop/b"])
    #expect(snapshot.node("n1")?.pods.count == 3)
    #expect(outcome.snapshot.node("n1")?.pods.count == 1)
  }

  @Test func aLostZoneAndANewNode() throws {
    let snapshot = Snapshot(
      nodes: [node("n1"), node("n2", zone: "b")],
      pods: [pod("a", cpu: "1", on: "n1"), pod("b", cpu: "1500m", on: "n2")])
    let lost = try WhatIf().run(WhatIf.Operation(parsing: "lose zone a"), on: snapshot)
    #expect(lost.stranded.map(\.pod) == ["shop/a"])
    let waiting = PodInfo(pod("c", cpu: "3"))
    let more = try WhatIf.Operation(parsing: "add node zone=c cpu=4 memory=16Gi")
    let added = try WhatIf().run(more, on: snapshot, pending: [waiting])
    #expect(added.moves.map(\.to) == ["new"])
  }

  @Test func operationsThatMakeNoSense() {
    let snapshot = Snapshot(nodes: [node("n1")], pods: [])
    for text in ["", "drain", "drain n9", "lose zone q", "lose node n9", "add node cpu=lots", "add node x", "fly n1"] {
      #expect(throws: WhatIf.Problem.self) { try WhatIf().run(WhatIf.Operation(parsing: text), on: snapshot) }
    }
  }
}
