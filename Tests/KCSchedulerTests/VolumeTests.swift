import KCData
import KCScheduler
import Testing

@Suite struct VolumeTests {
  private func node(_ name: String, zone: String) -> Value {
    [
      "kind": "Node",
      "metadata": [
        "name": .string(name),
        "labels": ["kubernetes.io/hostname": .string(name), "topology.kubernetes.io/zone": .string(zone)],
      ], "status": ["allocatable": ["cpu": "4", "memory": "8Gi", "pods": "10"]],
    ]
  }

  private func pod(_ name: String, claim: String, on node: String? = nil) -> Value {
    var pod: Value = [
      "kind": "Pod", "metadata": ["name": .string(name), "namespace": "d"],
      "spec": [
        "containers": [["name": "c"]],
        "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": .string(claim)]]],
      ],
    ]
    if let node { pod.set(.string(node), at: "spec", "nodeName") }
    return pod
  }

  private func claim(_ name: String, volume: String? = nil, mode: String = "ReadWriteOnce") -> Value {
    var claim: Value = [
      "kind": "PersistentVolumeClaim", "metadata": ["name": .string(name), "namespace": "d"],
      "spec": [
        "storageClassName": "local", "accessModes": [.string(mode)], "resources": ["requests": ["storage": "2Gi"]],
      ],
    ]
    if let volume {
      claim.set(.string(volume), at: "spec", "volumeName")
      claim.set("yes", at: "metadata", "annotations", "pv.kubernetes.io/bind-completed")
    }
    return claim
  }

  private func volume(
    _ name: String, size: String = "5Gi", on node: String? = nil, zone: String? = nil, driver: String? = nil
  ) -> Value {
    var volume: Value = [
      "kind": "PersistentVolume", "metadata": ["name": .string(name)],
      "spec": [
        "storageClassName": "local", "capacity": ["storage": .string(size)],
        "accessModes": ["ReadWriteOnce", "ReadWriteOncePod"],
      ],
    ]
    if let node {
      volume.set(
        [["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": [.string(node)]]]]],
        at: "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    }
    if let zone { volume.set(.string(zone), at: "metadata", "labels", "topology.kubernetes.io/zone") }
    if let driver { volume.set(["driver": .string(driver), "volumeHandle": .string(name)], at: "spec", "csi") }
    return volume
  }

  private func decide(_ pod: Value, _ others: [Value], pods: [Value] = []) -> Decision {
    Scheduler(detail: .full).schedule(
      pod, in: Snapshot(nodes: [node("n1", zone: "a"), node("n2", zone: "b")], pods: pods, others: others))
  }

  private let waiting: Value = [
    "kind": "StorageClass", "metadata": ["name": "local"], "provisioner": "kubernetes.io/no-provisioner",
    "volumeBindingMode": "WaitForFirstConsumer",
  ]

  @Test func aBoundVolumeHoldsItsPod() {
    let decision = decide(pod("p", claim: "c"), [claim("c", volume: "v"), volume("v", on: "n2")])
    #expect(decision.feasible == ["n2"])
    #expect(decision.rejected["n1"]?.plugin == "VolumeBinding")
  }

  @Test func aVolumeOfAZone() {
    let decision = decide(pod("p", claim: "c"), [claim("c", volume: "v"), volume("v", zone: "x__b")])
    #expect(decision.feasible == ["n2"])
    #expect(decision.rejected["n1"]?.plugin == "VolumeZone")
  }

  @Test func aClaimThatWaitsTakesWhatIsThere() {
    let others = [waiting, claim("c"), volume("small", size: "1Gi", on: "n1"), volume("v", on: "n2")]
    #expect(decide(pod("p", claim: "c"), others).feasible == ["n2"])
    var provisioning = waiting
    provisioning["provisioner"] = "example.com/disks"
    provisioning["allowedTopologies"] = [
      ["matchLabelExpressions": [["key": "topology.kubernetes.io/zone", "values": ["a"]]]]
    ]
    #expect(decide(pod("p", claim: "c"), [provisioning, claim("c")]).feasible == ["n1"])
  }

  @Test func claimsThatCannotBeUsed() {
    #expect(decide(pod("p", claim: "c"), []).prefilter?.plugin == "VolumeRestrictions")
    #expect(
      decide(pod("p", claim: "c"), [claim("c")]).prefilter?.reasons == [
        "pod has unbound immediate PersistentVolumeClaims"
      ])
    let lost = decide(pod("p", claim: "c"), [claim("c", volume: "gone")])
    #expect(lost.rejected["n1"]?.plugin == "VolumeBinding")
  }

  @Test func oneAtATime() {
    let others = [claim("c", volume: "v", mode: "ReadWriteOncePod"), volume("v")]
    let decision = decide(pod("p", claim: "c"), others, pods: [pod("q", claim: "c", on: "n1")])
    #expect(decision.node == nil)
    #expect(decision.rejected["n2"]?.plugin == "VolumeRestrictions")
    var important = pod("p", claim: "c")
    important.set(10, at: "spec", "priority")
    let preempting = decide(important, others, pods: [pod("q", claim: "c", on: "n1")])
    #expect(preempting.nominated == "n1" && preempting.victims == ["d/q"])
  }

  @Test func noMoreVolumesThanANodeTakes() {
    let limit: Value = [
      "kind": "CSINode", "metadata": ["name": "n1"],
      "spec": ["drivers": [["name": "example.com/disks", "allocatable": ["count": 1]]]],
    ]
    let others = [
      limit, claim("a", volume: "va"), claim("b", volume: "vb"), volume("va", driver: "example.com/disks"),
      volume("vb", driver: "example.com/disks"),
    ]
    let decision = decide(pod("p", claim: "b"), others, pods: [pod("q", claim: "a", on: "n1")])
    #expect(decision.feasible == ["n2"])
    #expect(decision.rejected["n1"]?.reasons == ["node(s) exceed max volume count"])
  }
}
