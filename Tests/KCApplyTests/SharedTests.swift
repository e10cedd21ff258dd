import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// Several projects on one target, and what was there before them.
@Suite struct SharedTests {
  private static let namespace = DesiredObject(
    address: "namespace.shop", sourceKind: "namespace",
    object: ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]],
    origin: Origin(file: "project.kc", line: 1))

  /// A project on a bench; its record is in the namespace that all have.
  private struct Project {
    var bench: Bench
    var name: String

    func plan(_ desired: [DesiredObject], taking: [String] = []) async throws -> Plan {
      let live = try await LiveReader(client: bench.client(), target: "test").read(
        project: name, namespace: Bench.namespace, desired: desired)
      let plan = Planner().plan(
        project: name, namespace: Bench.namespace, environment: nil, desired: desired, live: live)
      return Applier.Ownership(taking).settling(plan)
    }

    func apply(_ desired: [DesiredObject], taking: [String] = []) async throws {
      var options = Bench.options
      options.ownership = .init(taking)
      try await Applier(client: bench.client(), options: options, report: { _ in })
        .apply(try await plan(desired, taking: taking), namespace: Bench.namespace)
    }

    func removal() async throws -> Plan {
      let reader = LiveReader(client: bench.client(), target: "test")
      var live = try await reader.read(project: name, namespace: Bench.namespace, desired: [])
      let own = Set(live.inventory.map(\.key))
      live.held["shop"] = try await reader.held(in: "shop", project: name, besides: own)
      return Planner().planRemoval(project: name, namespace: Bench.namespace, environment: nil, live: live)
    }

    func destroy() async throws {
      try await Applier(client: bench.client(), options: Bench.options, report: { _ in })
        .apply(try await removal(), namespace: Bench.namespace)
    }
  }

  private func config(_ name: String, of project: String, _ value: String = "1") -> DesiredObject {
    var desired = Bench.config(name, value)
    desired.object.set(.string(project), at: "metadata", "labels", Planner.projectLabel)
    return desired
  }

  @Test func projectsInOneNamespaceAreDestroyedEachByItself() async throws {
    let bench = try await Bench()
    let (a, b) = (Project(bench: bench, name: "a"), Project(bench: bench, name: "b"))
    try await a.apply([Self.namespace, config("of-a", of: "a")])
    try await b.apply([Self.namespace, config("of-b", of: "b")])
    let plan = try await a.removal()
    #expect(plan.steps.map(\.address) == ["config.of-a"] && plan.guarded.isEmpty)
    #expect(plan.stays.map(\.title) == ["namespace shop"])
    try await a.destroy()
    #expect(try await Set(bench.objects("configmaps").keys) == ["of-b"])
    #expect(try await a.removal().isEmpty)
    // The last one takes the namespace away.
    #expect(try await b.removal().steps.map(\.address) == ["config.of-b", "namespace.shop"])
  }

  @Test func aNamespaceThatWasThereStays() async throws {
    let bench = try await Bench()
    let b = Project(bench: bench, name: "b")
    _ = try await bench.client().apply(
      Self.namespace.object, type: try #require(ResourceTypes.builtin.named("namespaces")))
    try await b.apply([Self.namespace, config("of-b", of: "b")])
    try await b.apply([Self.namespace, config("of-b", of: "b", "2")])
    #expect(try await b.removal().stays.first?.reason == "it was there before the project")
    try await b.destroy()
    #expect(try await bench.objects("configmaps").isEmpty)
  }

  /// An apply that dies before it has recorded what it made does not leave that to nobody.
  @Test func aNamespaceOfADeadApplyIsTheProjects() async throws {
    let bench = try await Bench()
    let a = Project(bench: bench, name: "a")
    let desired = [Self.namespace, config("of-a", of: "a")]
    _ = try await Applier(client: bench.client(), options: Bench.options, report: { _ in })
      .ensureNamespace("shop", try await a.plan(desired))
    try await a.apply(desired)
    #expect(try await a.plan(desired).isEmpty)
    #expect(try await a.removal().steps.map(\.address) == ["config.of-a", "namespace.shop"])
  }

  @Test func aNamespaceThatTheProjectMadeGoesWithIt() async throws {
    let bench = try await Bench()
    let a = Project(bench: bench, name: "a")
    try await a.apply([Self.namespace, config("of-a", of: "a")])
    // Another apply does not forget who made it.
    try await a.apply([Self.namespace, config("of-a", of: "a", "2")])
    #expect(try await a.removal().steps.map(\.address) == ["config.of-a", "namespace.shop"])
  }

  @Test func whatAnotherProjectDeclaresIsTakenOnlyWhenAsked() async throws {
    let bench = try await Bench()
    let (a, b) = (Project(bench: bench, name: "a"), Project(bench: bench, name: "b"))
    try await a.apply([config("shared", of: "a")])
    let failure = await #expect(throws: ApplyFailure.self) { try await b.apply([config("shared", of: "b", "2")]) }
    guard case .contested(let steps)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(steps.first?.conflicts.map(\.description) == ["it belongs to project a"])
    #expect(ConflictingField.help(steps).contains("--take-ownership config.shared"))
    #expect(try await bench.objects("configmaps")["shared"]?.at("data", "value") == "1")

    try await b.apply([config("shared", of: "b", "2")], taking: ["config.shared"])
    #expect(try await bench.objects("configmaps")["shared"]?.at("data", "value") == "2")
    #expect(try await b.plan([config("shared", of: "b", "2")]).isEmpty)
    // It is the other's no more, to change or to remove.
    #expect(try await a.removal().isEmpty)
    #expect(try await a.plan([config("shared", of: "a")]).conflicting.count == 1)
  }

  @Test func nothingIsRememberedOfAProjectWhoseObjectsAreGone() async throws {
    let bench = try await Bench()
    let a = Project(bench: bench, name: "a")
    try await a.apply([config("x", of: "a")])
    try await bench.client().delete(Inventory.type, namespace: Bench.namespace, name: "x")
    #expect(try await a.removal().isEmpty)
    let applier = Applier(client: bench.client(), options: Bench.options, report: { _ in })
    #expect(try await applier.forget(project: "a", namespace: Bench.namespace))
    let left = try await bench.client().list(Inventory.type, namespace: Bench.namespace).items.compactMap(\.name)
    #expect(!left.contains { $0.hasPrefix("kc.") }, "\(left)")
    #expect(try await applier.forget(project: "a", namespace: Bench.namespace) == false)
  }

  /// The engine's nodes are parts of a machine: nothing gives their services addresses.
  @Test(arguments: [("kc://node-1", false), ("kind://x", false), ("aws:///eu-1a/i-0", true)])
  func addressesComeFromClouds(_ provider: String, _ gives: Bool) async throws {
    let bench = try await Bench()
    let type = try #require(ResourceTypes.builtin.named("nodes"))
    _ = try await bench.client().create(
      [
        "apiVersion": "v1", "kind": "Node", "metadata": ["name": "n1"], "spec": ["providerID": .string(provider)],
      ], type: type)
    #expect(await AddressGivers(client: bench.client()).give("Service") == gives)
  }
}
