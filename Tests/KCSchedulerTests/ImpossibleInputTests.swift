import KCData
import KCScheduler
import Testing

/// Whatever comes in, a decision comes out.
@Suite struct ImpossibleInputTests {
  private func node(_ name: String, _ allocatable: Value) -> Value {
    [
      "kind": "Node", "metadata": ["name": .string(name), "labels": ["kubernetes.io/hostname": .string(name)]],
      "status": ["allocatable": allocatable],
    ]
  }

  private func pod(_ spec: Value, labels: Value = ["app": "x"], name: String = "p") -> Value {
    ["kind": "Pod", "metadata": ["name": .string(name), "namespace": "default", "labels": labels], "spec": spec]
  }

  private func asking(_ cpu: Value, _ memory: Value) -> Value {
    ["containers": [["name": "c", "resources": ["requests": ["cpu": cpu, "memory": memory]]]]]
  }

  @Test func amountsAtTheEndsOfTheRange() {
    let amounts: [Value] = [
      "-5", "9223372036854775807", "1e300", "-9223372036854775808", "0", "what", true, .null, "9E",
    ]
    for cpu in amounts {
      for memory in amounts {
        var snapshot = Snapshot(
          nodes: [
            node("a", ["cpu": cpu, "memory": memory, "pods": "110"]),
            node("b", ["cpu": memory, "memory": cpu, "pods": "-1"]),
            node("c", ["cpu": "4", "memory": "1Gi", "pods": "9223372036854775807"]),
          ], pods: [])
        for (number, asked) in amounts.enumerated() {
          let info = PodInfo(pod(asking(asked, cpu), name: "p\(number)"))
          let decision = Scheduler().schedule(info, in: snapshot)
          #expect(decision.node != nil || !decision.message.isEmpty)
          snapshot.place(info, on: "a")
        }
        for number in amounts.indices { snapshot.removePod("default/p\(number)") }
        #expect(snapshot.node("a")?.requested.milliCPU == 0)
      }
    }
  }

  @Test func aThousandTermsThatSelectAll() {
    let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": [:], "namespaceSelector": [:]]
    var spec = asking("1m", "1Mi")
    spec.set(.array(Array(repeating: term, count: 1000)), at: "affinity", "podAntiAffinity", RandomCluster.required)
    var snapshot = Snapshot(
      nodes: (0..<5).map { node("n\($0)", ["cpu": "4", "memory": "1Gi", "pods": "110"]) }, pods: [])
    var placed: Set<String> = []
    for number in 0..<7 {
      let info = PodInfo(pod(spec, name: "p\(number)"))
      if let node = Scheduler().schedule(info, in: snapshot).node {
        placed.insert(node)
        snapshot.place(info, on: node)
      }
    }
    #expect(placed.count == 5)
  }

  @Test func weightsAndSkewsPastAllBounds() {
    var spec = asking("1m", "1Mi")
    let term: Value = ["topologyKey": "kubernetes.io/hostname", "labelSelector": [:]]
    spec.set(
      [["weight": .int(.max), "podAffinityTerm": term], ["weight": .int(.min), "podAffinityTerm": term]],
      at: "affinity",
      "podAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
    spec.set(
      [["weight": .int(.max), "preference": ["matchFields": []]], ["weight": .int(.max), "preference": .null]],
      at: "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")
    spec["topologySpreadConstraints"] = [
      ["maxSkew": .int(.max), "topologyKey": "kubernetes.io/hostname", "minDomains": .int(.max), "labelSelector": [:]],
      ["maxSkew": .int(.min), "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway"],
    ]
    var snapshot = Snapshot(
      nodes: (0..<3).map { node("n\($0)", ["cpu": "4", "memory": "1Gi", "pods": "110"]) }, pods: [])
    for number in 0..<5 {
      let info = PodInfo(pod(spec, name: "p\(number)"))
      #expect(Scheduler().schedule(info, in: snapshot).node != nil)
      snapshot.place(info, on: "n\(number % 3)")
    }
  }

  @Test func preemptionInTurnsEnds() {
    // Each pod bars all others, and each is more important than the one before.
    var snapshot = Snapshot(nodes: [node("a", ["cpu": "1", "memory": "1Gi", "pods": "5"])], pods: [])
    var evicted = 0
    for number in 0..<30 {
      var spec = asking("600m", "1Mi")
      spec["priority"] = .int(Int64(number % 3) * (Int64.max / 4))
      let info = PodInfo(pod(spec, name: "p\(number)"))
      let decision = Scheduler().schedule(info, in: snapshot)
      if let node = decision.nominated {
        for victim in decision.victims { snapshot.removePod(victim) }
        evicted += decision.victims.count
        snapshot.place(info, on: node)
      } else if let node = decision.node {
        snapshot.place(info, on: node)
      }
    }
    #expect(evicted > 0)
    #expect(snapshot.node("a")?.pods.count == 1)
  }

  @Test func objectsOfTheWrongShape() {
    let odd: [Value] = [
      .null, 1, "x", [], [:], ["spec": "x"], ["metadata": 1, "spec": ["containers": "x", "affinity": []]],
    ]
    for value in odd {
      var snapshot = Snapshot(nodes: odd, pods: odd)
      snapshot.update(value)
      #expect(Scheduler().schedule(value, in: snapshot).node == nil)
    }
  }
}
