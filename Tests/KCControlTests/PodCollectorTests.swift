import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

@Suite struct PodCollectorTests {
  private let simulation = Simulation([PodCollector()])

  private func pod(_ name: String, on node: String) {
    _ = simulation.create([
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
      "spec": ["nodeName": .string(node), "containers": [["name": "c", "image": "i"]]],
    ])
  }

  private func node(_ name: String, taints: [Value] = []) {
    _ = simulation.create(
      [
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)], "spec": ["taints": .array(taints)],
      ], namespace: nil)
  }

  private var pods: Set<String> { Set(simulation.cache.list(.pod).compactMap(\.name)) }

  @Test func podsOfANodeThatIsGoneGoAfterAWhile() async {
    node("n1")
    pod("a", on: "n1")
    pod("b", on: "n2")
    await simulation.settle()
    await simulation.wait(39)
    #expect(pods == ["a", "b"])
    await simulation.wait(2)
    #expect(pods == ["a"])
  }

  @Test func aNodeOutOfServiceLetsItsEndingPodsGo() async {
    node("n1", taints: [["key": .string(PodCollector.outOfService), "effect": "NoExecute"]])
    node("n2")
    for (name, node) in [("a", "n1"), ("b", "n1"), ("c", "n2")] { pod(name, on: node) }
    for name in ["a", "c"] { _ = simulation.api.delete(ObjectKey(.pod, namespace: "ns", name: name), [:]) }
    await simulation.settle()
    #expect(pods == ["b", "c"])
  }
}
