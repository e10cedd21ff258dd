import KCData
import KCKube
import KCScheduler
import Testing

@testable import KCPlan

/// Where pods of other workloads than deployments go.
@Suite struct ForecastKindTests {
  private func live(_ nodes: [Value], pods: [Value] = [], others: [Value] = []) -> LiveState {
    var state = LiveState(cluster: .init(nodes: nodes, pods: pods, others: others), target: "test")
    state.knowsStorage = true
    return state
  }

  private func daemonSet(cpu: String = "100m") -> Value {
    var object = Make.deployment("agent", cpu: cpu)
    object["kind"] = "DaemonSet"
    object.set(nil, at: "spec", "replicas")
    return object
  }

  private func nodes() -> [Value] {
    var tainted = Make.node("n3")
    tainted.set(.array([["key": "gpu", "effect": "NoSchedule"]]), at: "spec", "taints")
    var cordoned = Make.node("n4")
    cordoned.set(true, at: "spec", "unschedulable")
    cordoned.set(
      .array([["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"]]), at: "spec", "taints")
    return [Make.node("n1"), Make.node("n2"), tainted, cordoned]
  }

  @Test func aDaemonSetHasAPodOnEachNodeThatItIsMeantFor() throws {
    let plan = Make.plan([Make.desired(daemonSet())], live(nodes()))
    #expect(plan.changes.first?.effect == "new, a pod a node")
    let placement = try #require(plan.placements.first)
    #expect(placement.nodes.map(\.node) == ["n1", "n2", "n4"])
    #expect(placement.unplaced == 0)
  }

  @Test func aNodeWithoutRoomForTheDaemonIsNamed() throws {
    let placement = try #require(
      Make.plan(
        [Make.desired(daemonSet(cpu: "1500m"))], live([Make.node("n1"), Make.node("small", cpu: "1")])
      ).placements.first)
    #expect(placement.nodes.map(\.node) == ["n1"])
    #expect(placement.unplaced == 1)
    #expect(placement.obstacles.map(\.node) == ["small"])
    #expect(placement.obstacles.first?.reason == "500m cpu short")
  }

  @Test func aPodByItselfIsPlaced() throws {
    let pod: Value = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "one", "namespace": "shop"],
      "spec": ["containers": [["name": "c", "image": "i:1", "resources": ["requests": ["cpu": "1500m"]]]]],
    ]
    let placement = try #require(
      Make.plan([Make.desired(pod)], live([Make.node("n1", cpu: "1"), Make.node("n2")])).placements.first)
    #expect(placement.nodes.map(\.node) == ["n2"])
  }

  /// What a job took is free again for what comes after it.
  @Test func aJobThatIsDoneLeavesItsRoom() throws {
    var job = Make.deployment("migrate", cpu: "800m")
    job["apiVersion"] = "batch/v1"
    job["kind"] = "Job"
    job["spec"] = ["template": job.at("spec", "template") ?? .null]
    job.set("Never", at: "spec", "template", "spec", "restartPolicy")
    let web = Make.deployment("web", replicas: 1, cpu: "800m")
    func unplaced(_ dependencies: [String]) -> [Int] {
      Make.plan(
        [Make.desired(job), Make.desired(web, dependencies: dependencies)], live([Make.node("n1", cpu: "1")])
      ).placements.map(\.unplaced)
    }
    #expect(unplaced(["job.migrate"]) == [0, 0])
    // Side by side they are in each other's way.
    #expect(unplaced([]).reduce(0, +) == 1)
  }

  /// Nobody waits for a job before what stands in its wave is placed: it may be done by then.
  @Test func placesBesideAJobAreNotCertain() throws {
    var job = Make.deployment("once", cpu: "500m")
    job["apiVersion"] = "batch/v1"
    job["kind"] = "Job"
    job["spec"] = ["template": job.at("spec", "template") ?? .null]
    job.set("Never", at: "spec", "template", "spec", "restartPolicy")
    var web = Make.deployment("web", replicas: 1, cpu: "100m")
    web["kind"] = "ReplicaSet"
    func certain(_ dependencies: [String], _ nodes: [Value]) -> [Bool] {
      Make.plan([Make.desired(job), Make.desired(web, dependencies: dependencies)], live(nodes)).placements
        .map(\.isCertain)
    }
    let nodes = [Make.node("n1"), Make.node("n2", cpu: "1900m")]
    #expect(certain([], nodes) == [true, false])
    #expect(certain(["job.once"], nodes) == [true, true])
    #expect(certain([], [Make.node("n1")]) == [true, true])
  }

  @Test func pathsAreReadAsTheyArePrinted() {
    let path = FieldPath("spec", "template").field("containers").key("app").field("ports").index(2).key("a.b/c")
    for path in [path, FieldPath("spec", "replicas"), FieldPath("metadata").key("kc.dev/x"), FieldPath()] {
      #expect(FieldPath(printed: path.description) == path)
    }
  }

  private func statefulSet() -> Value {
    var object = Make.deployment("db")
    object["kind"] = "StatefulSet"
    object.set(
      .array([
        [
          "metadata": ["name": "data"],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        ]
      ]), at: "spec", "volumeClaimTemplates")
    return object
  }

  private func storage(_ mode: String, isDefault: Bool = true) -> Value {
    [
      "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
      "metadata": [
        "name": "standard",
        "annotations": ["storageclass.kubernetes.io/is-default-class": isDefault ? "true" : "false"],
      ], "provisioner": "example.com/disks", "volumeBindingMode": .string(mode),
    ]
  }

  @Test(arguments: ["WaitForFirstConsumer", "Immediate"])
  func claimsGetTheDefaultClass(_ mode: String) throws {
    let plan = Make.plan(
      [Make.desired(statefulSet())], live([Make.node("n1"), Make.node("n2")], others: [storage(mode)]))
    let placement = try #require(plan.placements.first)
    #expect(placement.unplaced == 0)
    #expect(placement.total == 2)
  }

  @Test func withoutAClassClaimsKeepPodsWaiting() throws {
    let plan = Make.plan(
      [Make.desired(statefulSet())],
      live([Make.node("n1")], others: [storage("WaitForFirstConsumer", isDefault: false)]))
    let placement = try #require(plan.placements.first)
    #expect(placement.unplaced == 2)
    #expect(placement.obstacles.first?.reason.contains("unbound immediate PersistentVolumeClaims") == true)
    // Files of nodes and pods alone say nothing of storage: no alarm then.
    var blind = live([Make.node("n1")])
    blind.knowsStorage = false
    #expect(Make.plan([Make.desired(statefulSet())], blind).placements.first?.unplaced == 0)
  }

  /// Volumes of people's own have classes that there is no object of, and stand in the program beside the claims.
  @Test(arguments: [nil, "disk"]) func aClaimGetsTheVolumeThatThePlanMakes(_ named: String?) throws {
    let terms: Value = [
      ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["n2"]]]]
    ]
    let volume: Value = [
      "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "disk"],
      "spec": [
        "storageClassName": "manual", "capacity": ["storage": "1Gi"], "accessModes": ["ReadWriteOnce"],
        "hostPath": ["path": "/data"], "nodeAffinity": ["required": ["nodeSelectorTerms": terms]],
      ],
    ]
    var claim: Value = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "files", "namespace": "shop"],
      "spec": [
        "storageClassName": "manual", "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]],
      ],
    ]
    claim.set(named.map { .string($0) }, at: "spec", "volumeName")
    var web = Make.deployment("web", replicas: 1)
    web.set(
      [["name": "files", "persistentVolumeClaim": ["claimName": "files"]]], at: "spec", "template", "spec", "volumes")
    var state = live([Make.node("n1", cpu: "8"), Make.node("n2")])
    state.lacking = [ObjectKey(apiVersion: "storage.k8s.io/v1", kind: "StorageClass", namespace: "", name: "manual")]
    func plan(_ objects: [Value]) -> Plan { Make.plan(objects.map { Make.desired($0) }, state) }
    let whole = plan([volume, claim, web])
    #expect(whole.placements.first?.nodes.map(\.node) == ["n2"])
    #expect(whole.steps.allSatisfy { $0.risks.isEmpty }, "\(whole.steps.map(\.risks))")
    // Without the volume nothing binds the claim; nor does one that is too small.
    #expect(plan([claim, web]).placements.first?.unplaced == 1)
    var small = volume
    small.set("1Mi", at: "spec", "capacity", "storage")
    if named == nil { #expect(plan([small, claim, web]).placements.first?.unplaced == 1) }
  }

  /// A volume that is there binds its pod to the node where it is.
  @Test func aPodReturnsToItsVolume() throws {
    let claim: Value = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": [
        "name": "data-db-0", "namespace": "shop", "annotations": ["pv.kubernetes.io/bind-completed": "yes"],
      ],
      "spec": ["storageClassName": "standard", "volumeName": "pv-0"], "status": ["phase": "Bound"],
    ]
    let terms: Value = [
      ["matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["n2"]]]]
    ]
    let volume: Value = [
      "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": "pv-0"],
      "spec": [
        "storageClassName": "standard", "claimRef": ["namespace": "shop", "name": "data-db-0"],
        "nodeAffinity": ["required": ["nodeSelectorTerms": terms]],
      ], "status": ["phase": "Bound"],
    ]
    var one = statefulSet()
    one.set(1, at: "spec", "replicas")
    let plan = Make.plan(
      [Make.desired(one)],
      live([Make.node("n1", cpu: "8"), Make.node("n2")], others: [storage("WaitForFirstConsumer"), claim, volume]))
    #expect(plan.placements.first?.nodes.map(\.node) == ["n2"])
  }
}
