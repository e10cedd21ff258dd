import KCData
import KCKube
import Synchronization
import Testing

@testable import KCControl

/// Owners, namespaces and endpoints over the fake API.
@Suite struct CollectionTests {
  private static let types = ControlPlane.collectable(.builtin)

  private func configMap(_ name: String, owners: [(Value?, blocks: Bool)] = [], finalizers: [Value] = []) -> Value {
    var object: Value = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]]
    let references = owners.map { owner, blocks -> Value in
      [
        "apiVersion": "v1", "kind": "ConfigMap", "name": .string(owner?.name ?? "missing"),
        "uid": .string(owner?.uid ?? "missing"), "blockOwnerDeletion": .bool(blocks),
      ]
    }
    if !references.isEmpty { object.set(.array(references), at: "metadata", "ownerReferences") }
    if !finalizers.isEmpty { object.set(.array(finalizers), at: "metadata", "finalizers") }
    return object
  }

  private func key(_ name: String) -> ObjectKey { ObjectKey(.configMap, namespace: "ns", name: name) }

  private func names(_ simulation: Simulation) -> Set<String> {
    Set(simulation.cache.list(.configMap, namespace: "ns").compactMap(\.name))
  }

  /// a owns b, b owns c, a and b own d.
  private func chain() -> Simulation {
    let simulation = Simulation([GarbageCollector(types: Self.types)])
    _ = simulation.create(configMap("a"))
    let a = simulation.cache.get(key("a"))
    _ = simulation.create(configMap("b", owners: [(a, true)]))
    let b = simulation.cache.get(key("b"))
    _ = simulation.create(configMap("c", owners: [(b, false)]))
    _ = simulation.create(configMap("d", owners: [(a, false), (b, true)]))
    return simulation
  }

  @Test func inTheBackgroundDependentsGoAfterTheirOwners() async {
    let simulation = chain()
    await simulation.settle()
    #expect(names(simulation) == ["a", "b", "c", "d"])
    _ = simulation.api.delete(key("a"), ["propagationPolicy": "Background"])
    #expect(names(simulation) == ["b", "c", "d"])
    await simulation.settle()
    #expect(names(simulation).isEmpty)
    #expect(simulation.failures.isEmpty)
  }

  @Test func orphansStayAndLoseTheReference() async {
    let simulation = chain()
    _ = simulation.api.delete(key("a"), ["propagationPolicy": "Orphan"])
    await simulation.settle()
    #expect(names(simulation) == ["b", "c", "d"])
    #expect(simulation.cache.get(key("b"))?.ownerReferences.isEmpty == true)
    #expect(simulation.cache.get(key("d"))?.ownerReferences.compactMap { $0["name"]?.string } == ["b"])
  }

  @Test func inTheForegroundAnOwnerWaitsForThoseThatBlockIt() async throws {
    let simulation = Simulation([GarbageCollector(types: Self.types)])
    _ = simulation.create(configMap("a"))
    let a = simulation.cache.get(key("a"))
    _ = simulation.create(configMap("slow", owners: [(a, true)], finalizers: ["example.com/x"]))
    _ = simulation.create(configMap("free", owners: [(a, false)], finalizers: ["example.com/x"]))
    _ = simulation.api.delete(key("a"), ["propagationPolicy": "Foreground"])
    await simulation.settle()
    #expect(names(simulation) == ["a", "free", "slow"])
    #expect(simulation.cache.get(key("free"))?.isBeingDeleted == true)
    let type = try #require(ResourceTypes.builtin.named("configmaps"))
    let patch: Value = ["metadata": ["finalizers": .null]]
    _ = simulation.api.handle(
      APIRequest(method: "PATCH", path: type.path(namespace: "ns", name: "slow"), body: .value(patch)))
    await simulation.settle()
    #expect(names(simulation) == ["free"])
  }

  @Test func anObjectWhoseOwnersAreNotThereGoes() async {
    let simulation = Simulation([GarbageCollector(types: Self.types)])
    _ = simulation.create(configMap("live"))
    let live = simulation.cache.get(key("live"))
    _ = simulation.create(configMap("orphan", owners: [(nil, false)]))
    _ = simulation.create(configMap("half", owners: [(live, false), (nil, false)]))
    var unknown = configMap("unknown", owners: [(nil, false)])
    unknown.set([["apiVersion": "x/v1", "kind": "Nope", "name": "x", "uid": "u"]], at: "metadata", "ownerReferences")
    _ = simulation.create(unknown)
    await simulation.settle()
    #expect(names(simulation) == ["live", "half", "unknown"])
    #expect(simulation.cache.get(key("half"))?.ownerReferences.compactMap { $0["name"]?.string } == ["live"])
  }

  @Test func anOwnerThatTheCopyDoesNotShowYetIsNotTakenForGone() async {
    let simulation = Simulation([GarbageCollector(types: Self.types)])
    _ = simulation.create(configMap("a"))
    let a = simulation.cache.get(key("a"))
    // The owner is in the API, but the news of it has not come.
    let behind = ClusterCache()
    let time = ManualTime()
    _ = simulation.create(configMap("b", owners: [(a, false)]))
    if let b = simulation.cache.get(key("b")) { behind.store(b) }
    let outcome = GarbageCollector(types: Self.types).reconcile(key("b"), in: behind, now: time.now)
    let executor = ActionExecutor(
      client: simulation.client, cache: behind,
      events: EventRecorder(client: simulation.client, source: "test", time: time))
    await #expect(throws: (any Error).self) { try await executor.run(outcome.steps) }
    #expect(names(simulation) == ["a", "b"])
    #expect(behind.get(key("a")) != nil)
  }

  @Test func aNamespaceIsEmptiedPodsFirstAndThenGoes() async {
    let simulation = Simulation([NamespaceController(types: Self.types)])
    _ = simulation.create(
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "ns"]], namespace: nil)
    _ = simulation.create(configMap("a"))
    _ = simulation.create(configMap("held", finalizers: ["example.com/x"]))
    _ = simulation.create([
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"],
      "spec": ["nodeName": "n1", "containers": [["name": "c", "image": "i"]]],
    ])
    let namespace = ObjectKey(.namespace, namespace: nil, name: "ns")
    _ = simulation.api.delete(namespace, [:])
    await simulation.settle()
    #expect(names(simulation) == ["a", "held"])
    #expect(
      simulation.cache.get(namespace)?.condition("NamespaceContentRemaining")?["message"]
        == "Some resources are remaining: configmaps has 2 resource instances, pods has 1 resource instances")
    simulation.api.remove(ObjectKey(.pod, namespace: "ns", name: "p"))
    await simulation.settle()
    #expect(names(simulation) == ["held"])
    #expect(
      simulation.cache.get(namespace)?.condition("NamespaceFinalizersRemaining")?["message"]
        == "Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances")
    simulation.api.remove(key("held"))
    await simulation.settle()
    #expect(simulation.cache.get(namespace) == nil)
    #expect(simulation.failures.isEmpty)
  }

  @Test func everyNamespaceHasItsAccountAndCertificate() async {
    let simulation = Simulation([NamespaceDefaults(authority: "PEM")])
    _ = simulation.create(
      ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "ns"]], namespace: nil)
    await simulation.settle()
    let config = simulation.cache.get(key("kube-root-ca.crt"))
    #expect(config?.at("data", "ca.crt") == "PEM")
    let account = ObjectKey(.serviceAccount, namespace: "ns", name: "default")
    #expect(simulation.cache.get(account) != nil)
    simulation.api.remove(account)
    await simulation.settle()
    #expect(simulation.cache.get(account) != nil)
  }
}
