import KCClient
import KCData
import KCKube
import KCPlan
import Synchronization
import Testing

@testable import KCApply

/// Applies that meet trouble, hundreds of them, from seeds: each ends in the declared state in the end, with nothing
/// left over and nothing there twice.
@Suite struct RobustnessTests {
  /// A random project: a few objects, of which some change from one to the next.
  static func project(_ random: inout Seeded) -> [DesiredObject] {
    var out: [DesiredObject] = []
    for index in 0..<Int.random(in: 1...6, using: &random) where Bool.random(using: &random) || index == 0 {
      out.append(Bench.config("c\(index)", String(Int.random(in: 0...3, using: &random))))
    }
    if Bool.random(using: &random) {
      out.append(Bench.secret("s", ["YQ==", "Yg=="].randomElement(using: &random) ?? ""))
    }
    if Bool.random(using: &random) {
      out.append(Bench.service("web", port: Int64.random(in: 80...82, using: &random)))
    }
    return out
  }

  /// What a server holds of the project, by address, and what kc keeps for itself.
  static func check(_ bench: Bench, _ desired: [DesiredObject], _ seed: UInt64) async throws {
    var found: Set<String> = []
    for (plural, kind) in [("configmaps", "config"), ("secrets", "secret"), ("services", "service")] {
      for name in try await bench.objects(plural).keys { found.insert("\(kind).\(name)") }
    }
    #expect(found == Set(desired.map(\.address)), "seed \(seed)")
    #expect(try await bench.plan(desired).isEmpty, "seed \(seed)")
    let owned = try await Inventory.read(project: "shop", namespace: Bench.namespace, from: bench.client()).entries
    #expect(Set(owned.map(\.address)) == Set(desired.map(\.address)), "seed \(seed)")
    let lease = try await bench.client().find(ApplyLock.type, namespace: Bench.namespace, name: "kc.shop")
    #expect(lease == nil, "seed \(seed)")
  }

  /// Killed: from some request on, nothing gets through any more, and what the last one did nobody knows.
  @Test func killedAtAnyRequestAndAppliedAgain() async throws {
    for seed in 0..<120 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let before = Self.project(&random)
      let after = Self.project(&random)
      try await bench.apply(before)
      let end = Int.random(in: 1...40, using: &random)
      let isDone = Bool.random(using: &random)
      let dying = bench.client { number, _ in
        number < end ? .none : number == end && isDone ? .answerLost : .lost
      }
      var options = Bench.options
      options.retries.patience = .zero
      try? await bench.apply(after, client: dying, options)
      // The dead one's lease is in the way until someone breaks it, or it runs out.
      options = Bench.options
      options.breaksLock = true
      try await bench.apply(after, options)
      if try await bench.plan(after).isEmpty { try await bench.settle(after) }
      try await Self.check(bench, after, seed)
    }
  }

  /// A bad line: lost requests, lost answers, 429, 500 and 503, at random. What can be repeated is.
  @Test func aBadLineIsEndured() async throws {
    for seed in 1000..<1080 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let desired = Self.project(&random)
      let client = bench.client { number, _ in
        var dice = Seeded(state: seed &* 1_000_003 &+ UInt64(number))
        return switch Int.random(in: 0..<20, using: &dice) {
        case 0: .lost
        case 1: .answerLost
        case 2: .refused(429)
        case 3: .refused(500)
        case 4: .refused(503)
        default: .none
        }
      }
      var options = Bench.options
      options.retries = .init(patience: .seconds(5), first: .microseconds(200), longest: .milliseconds(2))
      try await bench.apply(desired, client: client, options)
      try await Self.check(bench, desired, seed)
    }
  }

  /// The API goes away in the middle and comes back.
  @Test func theServerComesBack() async throws {
    for seed in 2000..<2030 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let desired = Self.project(&random)
      let start = Int.random(in: 1...20, using: &random)
      let client = bench.client { number, _ in (start..<(start + 8)).contains(number) ? .lost : .none }
      var options = Bench.options
      options.retries = .init(patience: .seconds(5), first: .microseconds(200), longest: .milliseconds(2))
      try await bench.apply(desired, client: client, options)
      try await Self.check(bench, desired, seed)
    }
  }

  /// A saved plan is refused when something moved, whatever moved.
  @Test func whatMovedSinceThePlanIsSaid() async throws {
    for seed in 3000..<3040 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      try await bench.apply([Bench.config("a", "1"), Bench.config("b", "1")])
      let plan = try await bench.plan([Bench.config("a", "2"), Bench.config("c", "1")])
      let type = try #require(ResourceTypes.builtin.named("configmaps"))
      let victim = ["a", "b", "c"].randomElement(using: &random) ?? "a"
      let other = APIClient(transport: FaultyTransport(bench.server), fieldManager: "other")
      if victim == "c" {
        _ = try await other.create(Bench.config("c", "9").object, type: type)
      } else if Bool.random(using: &random) {
        try await other.delete(type, namespace: Bench.namespace, name: victim)
      } else {
        _ = try await other.patch(type, namespace: Bench.namespace, name: victim, ["data": ["more": "x"]])
      }
      var options = Bench.options
      options.exact = true
      let failure = await #expect(throws: ApplyFailure.self) {
        try await Applier(client: bench.client(), options: options, report: { _ in })
          .apply(plan, namespace: Bench.namespace)
      }
      guard case .moved(let list)? = failure else {
        Issue.record("seed \(seed): \(failure as Any)")
        continue
      }
      #expect(list.count == 1, "seed \(seed): \(list)")
    }
  }

  /// Of two applies at once, at most one works at any time, and in the end one of the two states stands whole.
  @Test func twoAtOnce() async throws {
    for seed in 4000..<4030 as Range<UInt64> {
      let bench = try await Bench()
      let first = [Bench.config("a", "1"), Bench.config("b", "1")]
      let second = [Bench.config("a", "2"), Bench.config("b", "2")]
      let plans = (try await bench.plan(first), try await bench.plan(second))
      async let one = Self.outcome(bench, plans.0)
      async let two = Self.outcome(bench, plans.1)
      let outcomes = await [one, two]
      #expect(outcomes.contains("done"), "seed \(seed): \(outcomes)")
      #expect(outcomes.allSatisfy { $0 == "done" || $0 == "locked" }, "seed \(seed): \(outcomes)")
      let values = try await bench.objects("configmaps").values.compactMap { $0.at("data", "value")?.string }
      #expect(Set(values).count == 1, "seed \(seed): \(values)")
    }
  }

  private static func outcome(_ bench: Bench, _ plan: Plan) async -> String {
    do throws(ApplyFailure) {
      try await Applier(client: bench.client(), options: Bench.options, report: { _ in })
        .apply(plan, namespace: Bench.namespace)
      return "done"
    } catch {
      return error.reason
    }
  }

  /// Cancelled in the middle: it stops, gives the lock back, and the same apply goes on.
  @Test func stopsWhenToldTo() async throws {
    for seed in 5000..<5030 as Range<UInt64> {
      var random = Seeded(state: seed)
      let bench = try await Bench()
      let desired = (0..<8).map { Bench.config("c\($0)", "1") }
      let plan = try await bench.plan(desired)
      let stop = Int.random(in: 1...8, using: &random)
      let (steps, made) = AsyncStream<Void>.makeStream()
      var options = Bench.options
      options.width = 1
      let applier = Applier(client: bench.client(), options: options) { event in
        if case .applied = event { made.yield() }
      }
      let task = Task { try await applier.apply(plan, namespace: Bench.namespace) }
      var count = 0
      for await _ in steps {
        count += 1
        if count == stop { break }
      }
      task.cancel()
      _ = await task.result
      try await bench.apply(desired)
      if try await bench.plan(desired).isEmpty { try await bench.settle(desired) }
      try await Self.check(bench, desired, seed)
    }
  }
}

extension Bench {
  /// Carries out a plan without changes: what a user's next `kc apply` with a change would do to the record.
  func settle(_ desired: [DesiredObject]) async throws {
    try await Applier(client: client(), options: Bench.options, report: { _ in })
      .apply(try await plan(desired), namespace: Self.namespace)
  }
}
