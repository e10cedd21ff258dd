import Glibc
import KCClient
import KCData
import KCKube
import Testing

/// Applies over a real wire, while the API goes away and comes back, and while kc itself is killed.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OutageTests {
  private static let count = 40

  private static func program(_ level: String) -> String {
    (0..<count).map { "config c\($0) { data { LEVEL = \"\(level)\"; NUMBER = \"\($0)\" } }" }.joined(separator: "\n")
      + "\n"
  }

  private func with(_ body: (WireServer) async throws -> Void) async throws {
    try await WireServer.with(project: "away", Self.program("v0"), body)
  }

  /// Numbers that look random and are the same each time.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  /// That the target is just as the program says, and nothing is left of the applies but their record.
  private func check(_ wire: WireServer, _ level: String) async throws {
    let maps = try #require(ResourceTypes.builtin.named("configmaps"))
    let all = try await wire.client().list(maps, namespace: "away", limit: 500).items
    let ours = all.filter { ($0.name ?? "").hasPrefix("c") }
    #expect(ours.count == Self.count)
    #expect(ours.allSatisfy { $0.at("data", "LEVEL")?.string == level })
    let leases = try #require(ResourceTypes.builtin.named("leases"))
    #expect(try await wire.client().find(leases, namespace: "away", name: "kc.away") == nil)
    let plan = await wire.kc("plan --kubeconfig kubeconfig --detailed-exitcode")
    #expect(plan.status == 0, "\(plan.out)\(plan.messages)")
  }

  @Test func theAPIGoesAwayAndComesBack() async throws {
    try await with { wire async throws in
      var dice = Dice(state: 7)
      for round in 1...6 {
        wire.write("main.kc", Self.program("v\(round)"))
        async let outcome = wire.kc("apply --kubeconfig kubeconfig -y")
        for _ in 0..<3 {
          try await Task.sleep(for: .milliseconds(Int.random(in: 20...220, using: &dice)))
          await wire.stop()
          try await Task.sleep(for: .milliseconds(Int.random(in: 50...400, using: &dice)))
          try await wire.restart()
        }
        let ended = await outcome
        // Before anything was asked the API may be said to be out of reach; what is under way is gone on with.
        if ended.status == 3, !ended.messages.contains("applied") {
          let again = await wire.kc("apply --kubeconfig kubeconfig -y")
          #expect(again.status == 0, "round \(round): \(again)")
        } else {
          #expect(ended.status == 0, "round \(round): \(ended)")
        }
        try await check(wire, "v\(round)")
      }
    }
  }

  @Test func killedAtAnyMomentAndAppliedAgain() async throws {
    try await with { wire async throws in
      var dice = Dice(state: 11)
      for round in 1...8 {
        wire.write("main.kc", Self.program("v\(round)"))
        let pause = Double(Int.random(in: 20...260, using: &dice)) / 1000
        await wire.run(
          "\(WireServer.program) apply --kubeconfig kubeconfig -y >/dev/null 2>&1 & p=$!; sleep \(pause); kill -9 $p; wait"
        )
        let again = await wire.kc("apply --kubeconfig kubeconfig -y")
        #expect(again.status == 0, "round \(round): \(again)")
        try await check(wire, "v\(round)")
      }
    }
  }
}
