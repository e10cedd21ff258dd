import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

@Suite struct OwnershipTests {
  private func contested() async throws -> Bench {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "kubectl-edit")
    let type = try #require(ResourceTypes.builtin.named("configmaps"))
    _ = try await other.patch(type, namespace: Bench.namespace, name: "a", ["data": ["value": "9"]])
    return bench
  }

  @Test func theOwnerIsNamed() async throws {
    let bench = try await contested()
    let failure = await #expect(throws: ApplyFailure.self) { try await bench.apply([Bench.config("a", "2")]) }
    guard case .contested(let steps)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(steps.map(\.conflicts) == [[ConflictingField(field: "data.value", owner: "kubectl-edit")]])
  }

  /// All that belongs to others is told at once, and before anything is done.
  @Test func nothingIsChangedWhereSomethingBelongsToOthers() async throws {
    let bench = try await contested()
    try await bench.apply([Bench.config("b", "1"), Bench.config("a", "9")], Self.taking("ALL"))
    let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "kubectl-patch")
    let type = try #require(ResourceTypes.builtin.named("configmaps"))
    for name in ["a", "b"] {
      _ = try await other.patch(type, namespace: Bench.namespace, name: name, ["data": ["value": "7"]])
    }
    let desired = [Bench.config("a", "2"), Bench.config("b", "2"), Bench.config("c", "1")]
    let plan = try await bench.plan(desired)
    #expect(plan.conflicting.map(\.address) == ["config.a", "config.b"])
    let text = PlanText(plan, style: TextStyle()).render()
    #expect(text.contains("✗ needs --take-ownership"))
    #expect(text.contains("config b: data.value is managed by kubectl-patch"))
    #expect(PlanSummary.line(plan).contains(" conflicts=2 "))

    for options in [Bench.options, Self.taking("config.a:data.value")] {
      await #expect(throws: ApplyFailure.self) { try await bench.apply(desired, options) }
      let configs = try await bench.objects("configmaps")
      #expect(configs["a"]?.at("data", "value") == "7" && configs["c"] == nil)
    }
    #expect(Applier.Ownership(["config.a:data"]).settling(plan).conflicting.map(\.address) == ["config.b"])
    try await bench.apply(desired, Self.taking("data.value"))
    #expect(try await bench.plan(desired).isEmpty)
  }

  private static func taking(_ field: String) -> Applier.Options {
    var options = Bench.options
    options.ownership = .init([field])
    return options
  }

  @Test(arguments: ["ALL", "data.value", "data", "config.a:data.value"])
  func isTakenWhenAsked(_ word: String) async throws {
    let bench = try await contested()
    var options = Bench.options
    options.ownership = .init([word])
    try await bench.apply([Bench.config("a", "2")], options)
    #expect(try await bench.objects("configmaps")["a"]?.at("data", "value") == "2")
  }

  @Test(arguments: ["spec", "data.val", "config.b:data.value"])
  func otherFieldsAreNotTaken(_ word: String) async throws {
    let bench = try await contested()
    var options = Bench.options
    options.ownership = .init([word])
    await #expect(throws: ApplyFailure.self) { try await bench.apply([Bench.config("a", "2")], options) }
  }
}
