import KCClient
import KCData
import KCKube
import KCPlan
import Synchronization
import Testing

@testable import KCApply

/// Says whether something has happened.
private final class Flag: Sendable {
  private let state = Atomic(false)

  var isUp: Bool { state.load(ordering: .relaxed) }
  func raise() { state.store(true, ordering: .relaxed) }
}

/// Rollbacks and removals that die at any request: what they have left is told, and can be gone on with either way.
@Suite struct KilledReturnTests {
  private static let bad = DesiredObject(
    address: "config.UPPER", sourceKind: "config",
    object: ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "UPPER", "namespace": "shop"]],
    origin: Origin(file: "shop.kc", line: 9))

  private static var survivor: Applier.Options {
    var options = Bench.options
    options.breaksLock = true
    return options
  }

  /// A client whose requests get through up to one of them; what becomes of that one nobody knows.
  private static func dying(_ bench: Bench, at end: Int, _ random: inout Seeded) -> APIClient {
    let isDone = Bool.random(using: &random)
    return bench.client { number, _ in number < end ? .none : number == end && isDone ? .answerLost : .lost }
  }

  private static func history(_ bench: Bench) -> History {
    History(client: bench.client(), project: "shop", namespace: Bench.namespace)
  }

  /// As `kc rollback` does.
  ///
  /// - Returns: false where there is nothing to go back to.
  @discardableResult
  private static func rollBack(
    _ bench: Bench, to number: Int? = nil, client: APIClient? = nil, _ options: Applier.Options
  ) async throws -> Bool {
    guard let content = try? await history(bench).content(number) else { return false }
    let restored = try await Restoring.complete(content.objects, from: bench.client())
    if !restored.lost.isEmpty { return false }
    var options = options
    options.backTo = content.revision.number
    let plan = try await bench.plan(restored.objects)
    if plan.isDone { return true }
    try await Applier(client: client ?? bench.client(), options: options, report: { _ in })
      .apply(plan, namespace: Bench.namespace)
    return true
  }

  /// Ends with the record as it should be, as the next apply that changes something would.
  private static func check(_ bench: Bench, _ desired: [DesiredObject], _ seed: UInt64) async throws {
    if try await bench.plan(desired).isEmpty { try await bench.settle(desired) }
    try await RobustnessTests.check(bench, desired, seed)
    #expect(try await bench.plan(desired).isDone, "seed \(seed)")
  }

  /// Does what does not come to its end. Its lease goes: of a process that runs no more, others see that it is dead.
  private static func dies(_ bench: Bench, _ work: () async throws -> Void) async throws {
    try? await work()
    try? await bench.client().delete(ApplyLock.type, namespace: Bench.namespace, name: "kc.shop")
  }

  @Test func whileItGoesBackAfterAFailure() async throws {
    var deaths = 0
    for seed in 6000..<6080 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let (before, after) = (RobustnessTests.project(&random), RobustnessTests.project(&random))
      try await bench.apply(before)
      var options = Bench.options
      options.retries.patience = .zero
      options.onFailure = .rollback
      let goesBack = Flag()
      let client = Self.dying(bench, at: Int.random(in: 10...70, using: &random), &random)
      let plan = try await bench.plan(after + [Self.bad])
      try await Self.dies(bench) {
        try await Applier(client: client, options: options) { event in
          if case .rollingBack = event { goesBack.raise() }
        }.apply(plan, namespace: Bench.namespace)
      }
      let last = try await bench.plan(before).unfinished
      if goesBack.isUp, last?.backTo != nil {
        deaths += 1
        #expect(last?.backTo == 1, "seed \(seed)")
      }
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        try await bench.apply(before, Self.survivor)
        try await Self.check(bench, before, seed)
      case 1:
        try await bench.apply(after, Self.survivor)
        try await Self.check(bench, after, seed)
      default:
        let isGone = try await Self.history(bench).list().count > 1
        guard isGone, try await Self.rollBack(bench, to: last?.backTo, Self.survivor) else { continue }
        try await Self.check(bench, try await Self.kept(bench, before), seed)
      }
    }
    // Enough of them died in the way back for the test to mean something.
    #expect(deaths > 5, "\(deaths)")
  }

  @Test func whileARollbackIsUnderWay() async throws {
    var told = 0
    for seed in 7000..<7080 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let (before, after) = (RobustnessTests.project(&random), RobustnessTests.project(&random))
      try await bench.apply(before)
      try await bench.apply(after)
      let revisions = try await Self.history(bench).list().count
      var options = Bench.options
      options.retries.patience = .zero
      let client = Self.dying(bench, at: Int.random(in: 5...30, using: &random), &random)
      try await Self.dies(bench) { try await Self.rollBack(bench, client: client, options) }
      if let words = try await bench.plan(after).unfinishedWords {
        told += 1
        #expect(words.contains("rollback to revision 1 (revision 3)"), "seed \(seed): \(words)")
        #expect(words.hasSuffix("kc rollback 1 goes on with it"), "seed \(seed): \(words)")
      }
      guard revisions == 2 else { continue }
      if Bool.random(using: &random) {
        guard try await Self.rollBack(bench, to: 1, Self.survivor) else { continue }
        // A secret that the later revision did not have is gone, and with it its values.
        try await Self.check(bench, try await Self.kept(bench, before), seed)
      } else {
        try await bench.apply(after, Self.survivor)
        try await Self.check(bench, after, seed)
      }
    }
    #expect(told > 5, "\(told)")
  }

  /// What was declared, with the values of secrets that are there.
  private static func kept(_ bench: Bench, _ desired: [DesiredObject]) async throws -> [DesiredObject] {
    try await Restoring.complete(desired, from: bench.client()).objects
  }

  @Test func whileAllIsRemoved() async throws {
    var told = 0
    for seed in 8000..<8080 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let before = RobustnessTests.project(&random)
      try await bench.apply(before)
      var options = Bench.options
      options.retries.patience = .zero
      let client = Self.dying(bench, at: Int.random(in: 5...30, using: &random), &random)
      try await Self.dies(bench) { try await bench.destroy(client: client, options) }
      let plan = try await bench.plan(before)
      if let words = plan.unfinishedWords {
        told += 1
        #expect(
          words.hasPrefix("last destroy (revision 2) was not finished: kc destroy goes on with it"), "seed \(seed)")
        let effects = Set(plan.changes.map(\.effect))
        #expect(!effects.contains { $0.contains("removed on the target") }, "seed \(seed): \(effects)")
      }
      if Bool.random(using: &random) {
        try await bench.apply(before, Self.survivor)
        try await Self.check(bench, before, seed)
      } else {
        try await bench.destroy(Self.survivor)
        try await RobustnessTests.check(bench, [], seed)
        #expect(try await Self.history(bench).list().isEmpty, "seed \(seed)")
      }
    }
    #expect(told > 5, "\(told)")
  }

  /// What became of the secrets is said where an apply goes back.
  @Test func theSecretsThatStayAreNamed() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1"), Bench.secret("s", "YQ==")])
    var options = Bench.options
    options.onFailure = .rollback
    let plan = try await bench.plan([Bench.config("a", "2"), Bench.secret("s", "Yg=="), Self.bad])
    let kept = Mutex<[String]>([])
    try? await Applier(client: bench.client(), options: options) { event in
      if case .rollingBack(_, _, let secrets) = event { kept.withLock { $0 = secrets } }
    }.apply(plan, namespace: Bench.namespace)
    #expect(kept.withLock { $0 } == ["secret.s"])
  }
}

extension Bench {
  /// As `kc destroy` does.
  func destroy(client: APIClient? = nil, _ options: Applier.Options) async throws {
    let live = try await LiveReader(client: self.client(), target: "test").read(
      project: "shop", namespace: Self.namespace, desired: [])
    let plan = Planner().planRemoval(project: "shop", namespace: Self.namespace, environment: nil, live: live)
    let applier = Applier(client: client ?? self.client(), options: options) { _ in }
    if plan.isEmpty {
      _ = try await applier.forget(project: "shop", namespace: Self.namespace)
    } else {
      try await applier.apply(plan, namespace: Self.namespace)
    }
  }
}
