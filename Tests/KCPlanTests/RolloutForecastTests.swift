import KCData
import KCKube
import KCScheduler
import Testing

@testable import KCPlan

/// Where pods of a rollout come up and whom they displace, and what of it is called certain.
@Suite struct RolloutForecastTests {
  /// Two workloads that want one port of the node cannot be side by side: the old one goes first, and says so.
  @Test func whoHasAPortOfTheNodeGoesFirst() throws {
    func holder(_ name: String) -> Value {
      var object = Make.deployment(name, replicas: 1)
      let container: Value = [
        "name": "app", "image": "a:1", "ports": [["containerPort": 80, "hostPort": 9100, "protocol": "TCP"]],
      ]
      object.set([container], at: "spec", "template", "spec", "containers")
      return object
    }
    let old = try Make.applied(holder("old"))
    var pod: Value = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "old-1", "namespace": "shop"]]
    pod["spec"] = old.at("spec", "template", "spec")
    pod.set("a", at: "spec", "nodeName")
    pod.set([["kind": "Deployment", "uid": "uid-1", "controller": true]], at: "metadata", "ownerReferences")
    var live = LiveState(cluster: .init(nodes: [Make.node("a")], pods: [pod]), target: "test")
    live.objects[ObjectKey(old)] = old
    live.inventory = [InventoryEntry(address: "deployment.old", key: ObjectKey(old))]
    let new = Make.desired(holder("new"))
    let plan = Make.plan([new], live)
    #expect(!plan.hasUnplaced, "\(plan.placements)")
    let removal = try #require(plan.steps.first { $0.action == .remove })
    #expect(removal.goesBefore == [new.address])
    #expect(
      removal.effect == "no longer declared; goes before deployment new, which takes its port 9100 of the nodes")
    // Where the old one has only a new name, it stands still meanwhile.
    let renamed = Planner(options: .init(moves: ["deployment.old": new.address])).plan(
      project: "shop", namespace: "shop", environment: nil, desired: [new], live: live)
    #expect(renamed.changes.map(\.effect).first?.contains("made when that is gone, whose port 9100") == true)
    #expect(renamed.changes.last?.risks.map(\.kind) == [.downtime])
  }

  /// A deployment that runs: a pod per name of a node.
  private func running(_ deployment: Value, on nodes: [String], cpu: String = "100m") throws -> LiveState {
    var state = LiveState(
      cluster: .init(nodes: Set(nodes).sorted().map { Make.node($0) }), target: "test")
    state.objects[ObjectKey(deployment)] = try Make.applied(deployment)
    state.now = Timestamp(seconds: 10_000)
    let name = deployment.name ?? ""
    state.cluster.others = [
      [
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": [
          "name": .string("\(name)-1"), "namespace": "shop", "uid": "rs-1",
          "ownerReferences": [["uid": "uid-1", "controller": true]],
        ],
        "spec": ["selector": ["matchLabels": ["app": .string(name), "pod-template-hash": "1"]]],
      ]
    ]
    state.cluster.pods = nodes.enumerated().map { index, node in
      [
        "apiVersion": "v1", "kind": "Pod",
        "metadata": [
          "name": .string("\(name)-1-\(index)"), "namespace": "shop", "uid": .string("pod-\(index)"),
          "labels": ["app": .string(name), "pod-template-hash": "1"],
          "ownerReferences": [
            [
              "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": .string("\(name)-1"), "uid": "rs-1",
              "controller": true,
            ]
          ],
        ],
        "spec": [
          "nodeName": .string(node), "priority": 0,
          "containers": [["name": "app", "image": "i", "resources": ["requests": ["cpu": .string(cpu)]]]],
        ], "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]],
      ]
    }
    return state
  }

  private func roll(_ replicas: Int64, on nodes: [String], _ edit: (inout Value) -> Void = { _ in }) throws -> Placement
  {
    var old = Make.deployment("web", replicas: replicas)
    var new = Make.deployment("web", image: "shop/web:v2", replicas: replicas)
    edit(&old)
    edit(&new)
    return try #require(Make.plan([Make.desired(new)], running(old, on: nodes)).placements.first)
  }

  @Test func aRolloutThatMayEndOtherwiseSaysSo() throws {
    let open = try roll(4, on: ["n1", "n2", "n3", "n1"])
    #expect(open.total == 4 && open.unplaced == 0)
    #expect(!open.isCertain)
    // With a pod on each node, and one after the other, every order ends the same.
    let closed = try roll(2, on: ["n1", "n2"]) { object in
      object.set(
        [
          "podAntiAffinity": [
            "requiredDuringSchedulingIgnoredDuringExecution": [
              ["labelSelector": ["matchLabels": ["app": "web"]], "topologyKey": "kubernetes.io/hostname"]
            ]
          ]
        ], at: "spec", "template", "spec", "affinity")
      object.set(["maxSurge": 0, "maxUnavailable": 1], at: "spec", "strategy", "rollingUpdate")
    }
    #expect(closed.isCertain && closed.nodes.map(\.pods) == [1, 1])
    // What is new is placed as it comes.
    let new = Make.plan(
      [Make.desired(Make.deployment("web", replicas: 5))],
      LiveState(cluster: .init(nodes: ["n1", "n2"].map { Make.node($0) }), target: "test"))
    #expect(new.placements.first?.isCertain == true)
    #expect(PlacementText([open], style: TextStyle()).lines().contains { $0.contains("≈ may come out otherwise") })
    #expect(!PlacementText([closed], style: TextStyle()).lines().contains { $0.contains("≈") })
  }

  @Test func nodesThatAreFullAreEmptiedPodByPod() throws {
    // Four of 900m on two nodes of 2: none fits beside them, so that one must go before one comes.
    let old = Make.deployment("web", replicas: 4, cpu: "900m")
    let new = Make.deployment("web", image: "shop/web:v2", replicas: 4, cpu: "900m")
    let state = try running(old, on: ["n1", "n1", "n2", "n2"], cpu: "900m")
    let placement = try #require(Make.plan([Make.desired(new)], state).placements.first)
    #expect(placement.unplaced == 0 && placement.obstacles.isEmpty, "\(placement)")
    #expect(placement.nodes.map(\.pods) == [2, 2])
  }

  @Test func whoMakesRoomAndFitsNowhereIsTold() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    let low = Make.deployment("low", replicas: 2, cpu: "900m")
    var state = try running(low, on: ["n1", "n1"], cpu: "900m")
    state.cluster.others.append(urgent)
    var high = Make.deployment("high", replicas: 1, cpu: "1500m")
    high.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let plan = Make.plan([Make.desired(high), Make.desired(low)], state)
    let placement = try #require(plan.placements.first { $0.name == "high" })
    #expect(placement.evicts.count == 2 && placement.homeless == placement.evicts)
    #expect(plan.hasUnplaced && plan.displaced == placement.homeless)
    #expect(plan.endangered.map(\.address) == ["deployment.low"])
    #expect(
      PlacementText([placement], style: TextStyle()).lines().contains {
        $0.hasSuffix("✗ evicts shop/low-1-0, shop/low-1-1, which then fit nowhere else")
      })
    // With room elsewhere they come up there, and that is said.
    state.cluster.nodes.append(Make.node("n2"))
    let roomy = Make.plan([Make.desired(high), Make.desired(low)], state)
    #expect(!roomy.hasUnplaced)
    high.set(["kubernetes.io/hostname": "n1"], at: "spec", "template", "spec", "nodeSelector")
    let pinned = Make.plan([Make.desired(high), Make.desired(low)], state)
    let moved = try #require(pinned.placements.first { $0.name == "high" })
    #expect(moved.displaced.count == 2 && !pinned.hasUnplaced)
    #expect(moved.displaced.allSatisfy { $0.fate == .moves(to: "n2") && $0.address == "deployment.low" })
    #expect(
      PlacementText([moved], style: TextStyle()).lines().contains {
        $0.hasSuffix("evicts shop/low-1-0, shop/low-1-1, which then run on n2")
      })
  }

  /// Whose a pod is, it says itself: names that begin alike are no sign.
  @Test func namesThatBeginAlikeAreNotMistaken() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    var state = try running(Make.deployment("low-api", replicas: 2, cpu: "900m"), on: ["n1", "n1"], cpu: "900m")
    state.cluster.others.append(urgent)
    var high = Make.deployment("high", replicas: 1, cpu: "1500m")
    high.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let low = Make.deployment("low", replicas: 0, cpu: "900m")
    let plan = Make.plan([Make.desired(high), Make.desired(low)], state)
    #expect(plan.placements.first { $0.name == "high" }?.homeless.count == 2)
    #expect(plan.displaced.isEmpty && plan.endangered.isEmpty)
    // Without the replica set at hand, too.
    state.cluster.others.removeAll { $0.kind == "ReplicaSet" }
    #expect(Make.plan([Make.desired(high), Make.desired(low)], state).displaced.isEmpty)
    let api = Make.deployment("low-api", replicas: 2, cpu: "900m")
    #expect(
      Make.plan([Make.desired(high), Make.desired(api)], state).endangered.map(\.address) == ["deployment.low-api"])
  }

  /// What this plan makes itself may have to make room, too: it is counted where it ends up.
  @Test func newPodsMayMakeRoom() throws {
    let urgent: Value = [
      "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": ["name": "urgent"], "value": 1000,
    ]
    var high = Make.deployment("z-high", replicas: 1, cpu: "1500m")
    high.set("urgent", at: "spec", "template", "spec", "priorityClassName")
    let low = Make.deployment("a-low", replicas: 1, cpu: "900m")
    let plan = Make.plan(
      [Make.desired(low), Make.desired(high), Make.desired(urgent)],
      LiveState(cluster: .init(nodes: [Make.node("n1")]), target: "test"))
    #expect(plan.placements.first { $0.name == "a-low" }?.unplaced == 1)
    #expect(plan.placements.first { $0.name == "z-high" }?.evicts == ["a new pod of deployment a-low"])
  }
}
