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
    guard case .conflict(_, let fields)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(fields == [ConflictingField(field: "data.value", owner: "kubectl-edit")])
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
