import KCClient
import KCData
import KCKube
import Testing

@testable import KCApply

@Suite struct LockTests {
  private func lock(_ bench: Bench, _ holder: String, author: String = "") -> ApplyLock {
    var lock = ApplyLock(
      client: bench.client(), project: "shop", namespace: "default", author: author, holder: holder)
    lock.observation = .milliseconds(20)
    return lock
  }

  @Test func theSecondIsToldWhoTheFirstIs() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1", author: "anna@laptop").acquire()
    let failure = await #expect(throws: ApplyFailure.self) { try await lock(bench, "here/2").acquire() }
    guard case .locked(let holder)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(holder.name == "elsewhere/1" && holder.author == "anna@laptop")
    #expect((1...20).contains(holder.secondsLeft ?? 0))
  }

  @Test func aBrokenLockIsNoticedByItsHolder() async throws {
    let bench = try await Bench()
    let first = lock(bench, "elsewhere/1")
    try await first.acquire()
    #expect(try await lock(bench, "here/2", author: "ben@desk").acquire(breaking: true))
    #expect(await first.keep(every: .milliseconds(1)) == "ben@desk")
    // What is not its own any more, it does not give back.
    await first.release()
    #expect(try await bench.client().find(ApplyLock.type, namespace: "default", name: "kc.shop") != nil)
  }

  /// What the other did before it noticed is not in the plan of the one who takes the lock.
  @Test func whoBreaksALockDoesNotApplyWhatNoLongerFits() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    let plan = try await bench.plan([Bench.config("a", "2")])
    var other = ApplyLock(client: bench.client(), project: "shop", namespace: Bench.namespace, holder: "elsewhere/1")
    other.observation = .milliseconds(20)
    try await other.acquire()
    _ = try await bench.client().patch(
      try #require(ResourceTypes.builtin.named("configmaps")), namespace: Bench.namespace, name: "a",
      ["data": ["value": "3"]])
    var options = Bench.options
    options.breaksLock = true
    let failure = await #expect(throws: ApplyFailure.self) {
      try await Applier(client: bench.client(), options: options, report: { _ in })
        .apply(plan, namespace: Bench.namespace)
    }
    guard case .moved? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
  }

  private func age(_ bench: Bench, by seconds: Double) async throws {
    let moment = ApplyLock.now().advanced(by: -seconds).rfc3339Micro
    _ = try await bench.client().patch(
      ApplyLock.type, namespace: "default", name: "kc.shop", ["spec": ["renewTime": .string(moment)]])
  }

  @Test func aDeadLockRunsOut() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1").acquire()
    try await age(bench, by: 60)
    try await lock(bench, "here/2").acquire()
  }

  /// Clocks that differ: a lease that seems to be long over is renewed while it is looked at.
  @Test func aLivingLockWithASlowClockIsKept() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1").acquire()
    try await age(bench, by: 60)
    var patient = lock(bench, "here/2")
    patient.observation = .milliseconds(200)
    let other = patient
    let waiting = Task { try await other.acquire() }
    let (ticks, tick) = AsyncStream<Void>.makeStream()
    let renewal = Task {
      var age = 59.0
      while !Task.isCancelled {
        try? await self.age(bench, by: age)
        age -= 0.1
        tick.yield()
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    for await _ in ticks { break }
    await #expect(throws: ApplyFailure.self) { try await waiting.value }
    renewal.cancel()
  }

  /// A clock that jumped ahead while it wrote: nothing can be told from the lease, and the failure says so.
  @Test func aLeaseFromTheFutureIsNotGuessedAt() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1").acquire()
    try await age(bench, by: -7200)
    let failure = await #expect(throws: ApplyFailure.self) { try await lock(bench, "here/2").acquire() }
    guard case .locked(let holder)? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(holder.secondsLeft == nil)
    try await lock(bench, "here/2").acquire(breaking: true)
  }
}
