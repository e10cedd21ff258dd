import KCData
import KCScheduler
import Testing

/// What must hold for every cluster and pod.
@Suite struct PropertyTests {
  @Test(arguments: 1...40) func aPlacedPodIsWhereItMayBe(seed: UInt64) {
    var cluster = RandomCluster(seed: seed)
    let snapshot = cluster.snapshot(nodes: 6, pods: 15)
    for _ in 0..<5 {
      let pod = cluster.pod(isSpread: cluster.chance(50))
      let full = Scheduler(detail: .full).schedule(pod, in: snapshot)
      let quick = Scheduler(detail: .choice).schedule(pod, in: snapshot)
      #expect(full.node == quick.node)
      #expect(full.message == quick.message)
      #expect(full.feasibleCount == quick.feasibleCount)
      #expect(Set(full.feasible).isDisjoint(with: full.rejected.keys))
      #expect(full.feasible.count + full.rejected.count == snapshot.nodes.count)
      if let node = full.node {
        #expect(full.tied.contains(node) && full.feasible.contains(node))
      } else {
        #expect(full.feasible.isEmpty)
      }
    }
  }

  @Test(arguments: 1...40) func oneMoreNodeTakesNoPlaceAway(seed: UInt64) {
    var cluster = RandomCluster(seed: seed)
    let snapshot = cluster.snapshot(nodes: 5, pods: 12)
    for _ in 0..<5 {
      let pod = cluster.pod(isSpread: false)
      let before = Set(Scheduler(detail: .full).schedule(pod, in: snapshot).feasible)
      var larger = snapshot
      larger.addNode(cluster.node("more"))
      let after = Set(Scheduler(detail: .full).schedule(pod, in: larger).feasible)
      #expect(before.isSubset(of: after))
    }
  }

  @Test(arguments: 1...40) func aRuleLessTakesNoPlaceAway(seed: UInt64) {
    var cluster = RandomCluster(seed: seed)
    let snapshot = cluster.snapshot(nodes: 6, pods: 15)
    for _ in 0..<4 {
      let pod = cluster.pod(isSpread: false)
      let before = Set(Scheduler(detail: .full).schedule(pod, in: snapshot).feasible)
      for path in [
        ["spec", "nodeSelector"], ["spec", "affinity", "podAffinity"], ["spec", "affinity", "podAntiAffinity"],
      ] {
        var freer = pod
        freer.set(nil, at: path[...])
        #expect(before.isSubset(of: Scheduler(detail: .full).schedule(freer, in: snapshot).feasible))
      }
    }
    for _ in 0..<4 {
      // Of constraints on spread, with all nodes in the same domains.
      var pod = cluster.pod(isSpread: true)
      pod.set(nil, at: "spec", "nodeSelector")
      let before = Set(Scheduler(detail: .full).schedule(pod, in: snapshot).feasible)
      pod.set(nil, at: "spec", "topologySpreadConstraints")
      #expect(before.isSubset(of: Scheduler(detail: .full).schedule(pod, in: snapshot).feasible))
    }
  }

  @Test(arguments: 1...30) func changeByChangeIsAsAnew(seed: UInt64) {
    var cluster = RandomCluster(seed: seed)
    var snapshot = Snapshot()
    var nodes: [String: Value] = [:]
    var pods: [(key: String, pod: Value)] = []
    let probes = (0..<4).map { _ in cluster.pod(isSpread: cluster.chance(50)) }
    for step in 0..<60 {
      switch Int.random(in: 0..<10, using: &cluster.generator) {
      case 0...2:
        let node = cluster.node("n\(Int.random(in: 0..<8, using: &cluster.generator))")
        nodes[node.at("metadata", "name")?.string ?? ""] = node
        snapshot.update(node)
      case 3 where !nodes.isEmpty:
        let name = cluster.pick(nodes.keys.sorted())
        nodes[name] = nil
        snapshot.removeNode(name)
      case 4 where !pods.isEmpty:
        let gone = pods.remove(at: Int.random(in: 0..<pods.count, using: &cluster.generator))
        snapshot.removePod(gone.key)
      default:
        var pod = cluster.pod(isSpread: cluster.chance(30))
        pod.set(.string("n\(Int.random(in: 0..<8, using: &cluster.generator))"), at: "spec", "nodeName")
        if cluster.chance(10) { pod.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp") }
        let info = PodInfo(pod)
        pods.append((info.key, pod))
        snapshot.addPod(pod)
      }
      guard step % 6 == 0 else { continue }
      let anew = Snapshot(nodes: nodes.values.map { $0 }, pods: pods.map(\.pod))
      for probe in probes {
        #expect(
          Scheduler(detail: .full).schedule(probe, in: snapshot).result
            == Scheduler(detail: .full).schedule(probe, in: anew).result)
      }
    }
  }

  @Test func aCopyGoesItsOwnWay() {
    var cluster = RandomCluster(seed: 7)
    let pod = cluster.pod(isSpread: false)
    let snapshot = cluster.snapshot(nodes: 4, pods: 4)
    let before = Scheduler(detail: .full).schedule(pod, in: snapshot)
    var copy = snapshot
    for node in snapshot.nodes { copy.removeNode(node.name) }
    #expect(Scheduler(detail: .full).schedule(pod, in: copy).node == nil)
    #expect(Scheduler(detail: .full).schedule(pod, in: snapshot).result == before.result)
  }

  @Test func aSeedDecidesBetweenEqualsAlwaysTheSame() {
    let node = { (name: String) -> Value in
      ["kind": "Node", "metadata": ["name": .string(name)], "status": ["allocatable": ["cpu": "4", "pods": "10"]]]
    }
    let names = (0..<20).map { "n\($0)" }
    let snapshot = Snapshot(nodes: names.map(node), pods: [])
    let reversed = Snapshot(nodes: names.reversed().map(node), pods: [])
    var cluster = RandomCluster(seed: 1)
    var pod = cluster.pod(isSpread: false)
    pod.set(["containers": [["name": "main"]]], at: "spec")
    var chosen: Set<String> = []
    for seed in UInt64(0)..<8 {
      let node = Scheduler(seed: seed).schedule(pod, in: snapshot).node
      #expect(node == Scheduler(seed: seed).schedule(pod, in: reversed).node)
      chosen.insert(node ?? "")
    }
    #expect(chosen.count > 1)
    #expect(Scheduler(detail: .full).schedule(pod, in: snapshot).node == "n0")
  }
}
