import KCData
import KCScheduler

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_f491_4f6c_dd1d
  }
}

/// Random nodes and pods.
struct RandomCluster {
  var generator: SeededGenerator
  private var number = 0

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
  mutating func pick<Element>(_ list: [Element]) -> Element { list[Int.random(in: 0..<list.count, using: &generator)] }

  mutating func node(_ name: String) -> Value {
    var node: Value = [
      "kind": "Node",
      "metadata": [
        "name": .string(name),
        "labels": [
          "kubernetes.io/hostname": .string(name),
          "topology.kubernetes.io/zone": .string(pick(["a", "b", "c"])), "disk": .string(pick(["ssd", "hdd"])),
        ],
      ],
      "status": ["allocatable": ["cpu": .string(pick(["1", "2", "4"])), "memory": "8Gi", "pods": "20"]],
    ]
    if chance(20) {
      let effect = pick(["NoSchedule", "PreferNoSchedule"])
      node.set([["key": "maint", "effect": .string(effect)]], at: "spec", "taints")
    }
    if chance(10) { node.set(true, at: "spec", "unschedulable") }
    return node
  }

  mutating func pod(isSpread: Bool) -> Value {
    number += 1
    let app = pick(["web", "db", "cache"])
    var spec: Value = [
      "priority": .int(pick([0, 0, 10, 100])),
      "containers": [
        [
          "name": "main", "image": "registry.local/x:1",
          "resources": ["requests": ["cpu": .string(pick(["100m", "300m", "700m"])), "memory": "256Mi"]],
        ]
      ],
    ]
    if chance(20) { spec.set(.string(pick(["ssd", "hdd"])), at: "nodeSelector", "disk") }
    if chance(20) { spec["tolerations"] = [["key": "maint", "operator": "Exists"]] }
    if chance(15) { spec.set([["hostPort": .int(pick([80, 443]))]], at: "ports") }
    if chance(30) { spec.set([term()], at: "affinity", "podAntiAffinity", Self.required) }
    if chance(20) { spec.set([term()], at: "affinity", "podAffinity", Self.required) }
    if chance(30) {
      spec.set(
        [["weight": .int(pick([1, 10, 100])), "podAffinityTerm": term()]], at: "affinity", "podAffinity",
        "preferredDuringSchedulingIgnoredDuringExecution")
    }
    if isSpread {
      spec["topologySpreadConstraints"] = .array([constraint(), constraint()])
    }
    return [
      "kind": "Pod", "spec": spec,
      "metadata": [
        "name": .string("p\(number)"), "namespace": "default",
        "labels": ["app": .string(app), "number": .string("\(number)")],
      ],
    ]
  }

  static let required = "requiredDuringSchedulingIgnoredDuringExecution"

  private mutating func term() -> Value {
    if chance(10) {
      return [
        "topologyKey": "kubernetes.io/hostname",
        "labelSelector": [
          "matchExpressions": [["key": "number", "operator": "In", "values": .array((0..<10).map { Value("\($0)") })]]
        ],
      ]
    }
    return [
      "topologyKey": .string(pick(["kubernetes.io/hostname", "topology.kubernetes.io/zone"])),
      "labelSelector": ["matchLabels": ["app": .string(pick(["web", "db", "cache"]))]],
    ]
  }

  private mutating func constraint() -> Value {
    [
      "maxSkew": .int(pick([1, 2])), "whenUnsatisfiable": .string(pick(["DoNotSchedule", "ScheduleAnyway"])),
      "topologyKey": .string(pick(["kubernetes.io/hostname", "topology.kubernetes.io/zone"])),
      "labelSelector": ["matchLabels": ["app": .string(pick(["web", "db", "cache"]))]],
    ]
  }

  /// A cluster with some pods placed.
  mutating func snapshot(nodes: Int, pods: Int) -> Snapshot {
    var snapshot = Snapshot(nodes: (0..<nodes).map { node("n\($0)") }, pods: [])
    for _ in 0..<pods {
      let info = PodInfo(pod(isSpread: chance(30)))
      if let node = Scheduler().schedule(info, in: snapshot).node { snapshot.place(info, on: node) }
    }
    return snapshot
  }
}
