import KCData
import KCScheduler
import Testing

@Suite struct ProfileTests {
  private func node(_ name: String, taint: String? = nil, cpu: String = "4") -> Value {
    var node: Value = [
      "kind": "Node", "metadata": ["name": .string(name), "labels": ["kubernetes.io/hostname": .string(name)]],
      "status": ["allocatable": ["cpu": .string(cpu), "memory": "8Gi", "pods": "10"]],
    ]
    if let taint { node.set([["key": "t", "effect": .string(taint)]], at: "spec", "taints") }
    return node
  }

  private let pod: Value = [
    "kind": "Pod", "metadata": ["name": "p", "namespace": "d"],
    "spec": ["containers": [["name": "c", "resources": ["requests": ["cpu": "1"]]]]],
  ]

  @Test func aFilterThatIsOffRejectsNothing() throws {
    let snapshot = Snapshot(nodes: [node("n1", taint: "NoSchedule")], pods: [])
    #expect(Scheduler(detail: .full).schedule(pod, in: snapshot).node == nil)
    let profile = try Profile(["plugins": ["filter": ["disabled": [["name": "TaintToleration"]]]]])
    #expect(Scheduler(profile: profile, detail: .full).schedule(pod, in: snapshot).node == "n1")
  }

  @Test func weightsChangeTheChoice() throws {
    // The second node is larger, but has a taint that the pod would rather not meet.
    let snapshot = Snapshot(nodes: [node("n1", cpu: "2"), node("n2", taint: "PreferNoSchedule", cpu: "64")], pods: [])
    #expect(Scheduler(detail: .full).schedule(pod, in: snapshot).node == "n1")
    let profile = try Profile([
      "plugins": ["multiPoint": ["enabled": [["name": "NodeResourcesFit", "weight": 100]]]]
    ])
    let decision = Scheduler(profile: profile, detail: .full).schedule(pod, in: snapshot)
    #expect(decision.node == "n2")
    #expect(decision.scores["n1"]?["NodeResourcesFit"] == decision.scores["n1"].map { _ in 7300 })
    let silent = try Profile(["plugins": ["score": ["disabled": [["name": "*"]]]]])
    #expect(Scheduler(profile: silent, detail: .full).schedule(pod, in: snapshot).scores["n1"]?.isEmpty == true)
  }

  @Test func defaultConstraintsOfAProfileAreHeld() throws {
    var labelled = pod
    labelled.set(["app": "web"], at: "metadata", "labels")
    let service: Value = [
      "kind": "Service", "metadata": ["name": "web", "namespace": "d"], "spec": ["selector": ["app": "web"]],
    ]
    var other = labelled
    other.set("q", at: "metadata", "name")
    other.set("n1", at: "spec", "nodeName")
    let snapshot = Snapshot(nodes: [node("n1"), node("n2")], pods: [other], others: [service])
    #expect(Scheduler(detail: .full).schedule(labelled, in: snapshot).feasible.count == 2)
    let profile = try Profile([
      "pluginConfig": [
        [
          "name": "PodTopologySpread",
          "args": [
            "defaultingType": "List",
            "defaultConstraints": [
              ["maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "DoNotSchedule"]
            ],
          ],
        ]
      ]
    ])
    #expect(Scheduler(profile: profile, detail: .full).schedule(labelled, in: snapshot).feasible == ["n2"])
  }

  @Test func whatIsNotKnownIsRefused() {
    let wrong: [Value] = [
      ["plugins": ["filter": ["enabled": [["name": "Magic"]]]]],
      ["plugins": ["score": ["enabled": [["name": "ImageLocality", "weight": -1]]]]],
      ["pluginConfig": [["name": "Magic", "args": [:]]]],
      ["pluginConfig": [["name": "InterPodAffinity", "args": ["hardPodAffinityWeight": 101]]]],
      ["pluginConfig": [["name": "NodeResourcesFit", "args": ["scoringStrategy": ["type": "MostAllocated"]]]]],
    ]
    for value in wrong { #expect(throws: Profile.Problem.self) { try Profile(value) } }
  }
}
