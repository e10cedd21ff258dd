import KCClient
import KCData
import KCKube
import KCPlan
import Synchronization
import Testing

@testable import KCApply

@Suite struct HistoryTests {
  private func history(_ bench: Bench) -> History {
    History(client: bench.client(), project: "shop", namespace: Bench.namespace)
  }

  @Test func revisionsAreRememberedAndReturnedTo() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1"), Bench.config("b", "1")])
    try await bench.apply([Bench.config("a", "2"), Bench.config("c", "1")])
    let all = try await history(bench).list()
    #expect(all.map(\.number) == [2, 1])
    #expect(all.allSatisfy { $0.outcome == .applied && $0.author == "test" })
    #expect(all[0].summary == "1 added, 1 changed, 1 removed")

    let content = try await history(bench).content(nil)
    #expect(content.revision.number == 1)
    try await bench.apply(content.objects)
    let configs = try await bench.objects("configmaps")
    #expect(configs.keys.sorted() == ["a", "b"])
    #expect(configs["a"]?.at("data", "value") == "1")
    // The law without noise holds after a rollback as well.
    #expect(try await bench.plan([Bench.config("a", "1"), Bench.config("b", "1")]).isEmpty)
  }

  @Test func onlySoManyAreKept() async throws {
    let bench = try await Bench()
    var options = Bench.options
    options.historyLimit = 3
    for round in 1...6 { try await bench.apply([Bench.config("a", String(round))], options) }
    #expect(try await history(bench).list().map(\.number) == [6, 5, 4])
  }

  @Test func secretsAreNotInTheHistory() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.secret("key", "Zmlyc3Q="), Bench.config("a", "1")])
    try await bench.apply([Bench.secret("key", "c2Vjb25k"), Bench.config("a", "2")])
    let type = try #require(ResourceTypes.builtin.named("configmaps"))
    let stored = try await bench.client().list(type, namespace: Bench.namespace).items
    #expect(!stored.contains { "\($0)".contains("Zmlyc3Q=") || "\($0)".contains("c2Vjb25k") })

    let content = try await history(bench).content(1)
    let restored = try await Restoring.complete(content.objects, from: bench.client())
    #expect(restored.lost.isEmpty)
    try await bench.apply(restored.objects)
    // What is not known is left as it is.
    #expect(try await bench.objects("secrets")["key"]?.at("data", "value") == "c2Vjb25k")
    #expect(try await bench.objects("configmaps")["a"]?.at("data", "value") == "1")
  }

  @Test func aSecretThatIsGoneIsSaidToBeLost() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.secret("key", "Zmlyc3Q="), Bench.config("a", "1")])
    try await bench.apply([Bench.config("a", "1")])
    let content = try await history(bench).content(1)
    #expect(try await Restoring.complete(content.objects, from: bench.client()).lost == ["secret key"])
  }

  @Test func whatDoesNotFitOneObjectIsSpread() async throws {
    let bench = try await Bench()
    let many = (0..<12).map { Bench.config("big-\($0)", String(repeating: "ü", count: 60_000)) }
    try await bench.apply(many)
    let content = try await history(bench).content(1)
    #expect(content.revision.parts == 3)
    #expect(content.objects.map(\.object.name) == many.map(\.object.name).sorted { $0 ?? "" < $1 ?? "" })
    try await bench.apply([])
    let type = try #require(ResourceTypes.builtin.named("configmaps"))
    let left = try await bench.client().list(type, namespace: Bench.namespace).items.compactMap(\.name)
    #expect(!left.contains { $0.hasPrefix("kc.") })
  }

  @Test func textIsCutBetweenCharacters() {
    let text = "aüöäx€y"
    for size in 1...12 {
      let parts = RevisionCodec.cut(Array(text.utf8), size: max(size, 4))
      #expect(parts.joined() == text)
    }
  }

  /// A rollback that was asked for and is not possible is told.
  @Test func withoutAGoodRevisionNothingIsGoneBackTo() async throws {
    let bench = try await Bench()
    var options = Bench.options
    options.onFailure = .rollback
    let bad = DesiredObject(
      address: "config.UPPER", sourceKind: "config",
      object: ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "UPPER", "namespace": "shop"]],
      origin: Origin(file: "shop.kc", line: 9))
    let told = Mutex<[String]>([])
    // The plan knows that it would be refused; an apply of it that is asked for all the same is.
    let plan = try await bench.plan([bad])
    let failure = await #expect(throws: ApplyFailure.self) {
      try await Applier(client: bench.client(), options: options) { event in
        if case .notRolledBack(let why) = event { told.withLock { $0.append(why) } }
      }.apply(plan, namespace: Bench.namespace)
    }
    guard case .refused? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(told.withLock { $0 } == ["no revision before this one was applied in full"])
  }

  @Test func afterAFailureTheLastGoodOneIsMeant() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    var options = Bench.options
    options.onFailure = .rollback
    let bad = DesiredObject(
      address: "config.UPPER", sourceKind: "config",
      object: [
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "UPPER", "namespace": "shop"],
        "data": ["a": "1"],
      ], origin: Origin(file: "shop.kc", line: 9))
    let failure = await #expect(throws: ApplyFailure.self) {
      try await bench.apply([Bench.config("a", "2"), bad], options)
    }
    guard case .rolledBack(_, let number, let second)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(number == 1 && second == nil)
    #expect(try await bench.objects("configmaps")["a"]?.at("data", "value") == "1")
    let all = try await history(bench).list()
    #expect(all.map(\.outcome) == [.applied, .failed, .applied])
  }
}
