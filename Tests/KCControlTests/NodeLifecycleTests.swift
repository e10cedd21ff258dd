import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

@Suite struct NodeLifecycleTests {
  private let simulation: Simulation
  private let key = ObjectKey(.node, namespace: nil, name: "n1")

  init() {
    let start = ManualTime().now
    simulation = Simulation([NodeLifecycle(gracePeriod: 4, since: start)])
    var node: Value = ["apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"]]
    _ = simulation.create(node, namespace: nil)
    node = simulation.cache.get(key) ?? [:]
    node.set([["type": "Ready", "status": "True"]], at: "status", "conditions")
    simulation.api.put(key, node)
  }

  private func pod(_ name: String, toleration seconds: Int?) {
    _ = simulation.create([
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": [
        "nodeName": "n1", "containers": [["name": "c", "image": "i"]],
        "tolerations": seconds.map {
          [
            [
              "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
              "tolerationSeconds": Value($0),
            ]
          ]
        } ?? [],
      ],
    ])
  }

  private func renew() {
    let lease = ObjectKey(.lease, namespace: "kube-node-lease", name: "n1")
    simulation.api.put(
      lease,
      [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": ["name": "n1", "namespace": "kube-node-lease", "uid": "lease"],
        "spec": ["renewTime": .string(simulation.time.now.rfc3339Micro)],
      ])
  }

  private var taints: [String] {
    NodeTaints.list(simulation.cache.get(key) ?? [:]).map { "\($0["key"]?.string ?? ""):\($0["effect"]?.string ?? "")" }
  }

  private func exists(_ name: String) -> Bool {
    simulation.cache.get(ObjectKey(.pod, namespace: "ns", name: name))?.isBeingDeleted == false
  }

  @Test func aNodeThatGivesSignsOfLifeStays() async {
    for _ in 0..<5 {
      renew()
      await simulation.wait(3)
    }
    #expect(simulation.cache.get(key)?.isTrue("Ready") == true)
    #expect(taints.isEmpty)
  }

  @Test func aSilentNodeIsMarkedAndItsPodsGoWhenTheirPatienceEnds() async {
    renew()
    pod("at-once", toleration: nil)
    pod("later", toleration: 5)
    await simulation.wait(3.5)
    #expect(taints.isEmpty)
    await simulation.wait(1)
    #expect(simulation.cache.get(key)?.condition("Ready")?["status"] == "Unknown")
    #expect(
      taints == [
        "node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute",
      ])
    #expect(!exists("at-once"))
    #expect(exists("later"))
    await simulation.wait(6)
    #expect(!exists("later"))
    // It comes back.
    renew()
    var node = simulation.cache.get(key) ?? [:]
    node.set([["type": "Ready", "status": "True"]], at: "status", "conditions")
    simulation.api.put(key, node)
    await simulation.settle()
    #expect(taints.isEmpty)
  }

  @Test func theUsualPatienceCanBeShorter() {
    let now = simulation.time.now
    let taint: Value = [
      "key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "timeAdded": .string(now.rfc3339),
    ]
    func seconds(_ own: Int) -> Double? {
      let toleration: Value = [
        "key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute",
        "tolerationSeconds": Value(own),
      ]
      return NodeTaints.evictionTime(of: ["spec": ["tolerations": [toleration]]], [taint], now, patience: 5)?
        .seconds(since: now)
    }
    #expect(seconds(300) == 5)
    #expect(seconds(60) == 60)
  }

  @Test func silenceBeforeTheControllerBeganDoesNotCount() async {
    let later = simulation.time.now.advanced(by: 1000)
    let outcome = NodeLifecycle(gracePeriod: 4, since: later).reconcile(key, in: simulation.cache, now: later)
    #expect(outcome.steps.isEmpty)
    #expect((outcome.requeueAfter ?? 0) > 3.9)
  }
}
