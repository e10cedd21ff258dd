import KCClient
import KCData
import KCKube
import KCPlan
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

  /// Told to stop while it waits for the other to notice: it does not go on, and leaves no lock.
  @Test func whoIsStoppedWhileItBreaksALockGivesItBack() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1").acquire()
    var patient = lock(bench, "here/2")
    patient.observation = .seconds(60)
    let breaking = patient
    let task = Task { try await breaking.acquire(breaking: true) }
    while try await bench.client().find(ApplyLock.type, namespace: "default", name: "kc.shop")?
      .at("spec", "holderIdentity") != "here/2"
    { await Task.yield() }
    task.cancel()
    let failure = await #expect(throws: ApplyFailure.self) { _ = try await task.value }
    guard case .cancelled? = failure else {
      Issue.record("\(failure as Any)")
      return
    }
    #expect(try await bench.client().find(ApplyLock.type, namespace: "default", name: "kc.shop") == nil)
  }

  /// The answer to the taking was lost: the other is waited for all the same.
  @Test func aLostAnswerDoesNotMakeABrokenLockAFreeOne() async throws {
    let bench = try await Bench()
    try await lock(bench, "elsewhere/1").acquire()
    let client = bench.client { _, request in request.method == "PUT" ? .answerLost : .none }
    var breaking = ApplyLock(client: client, project: "shop", namespace: "default", holder: "here/2")
    breaking.observation = .milliseconds(1)
    #expect(try await breaking.acquire(breaking: true))
  }

  /// The lock went to another while this apply was about to fail: the record is the other's by then.
  @Test func whoLostTheLockLeavesTheRecordAlone() async throws {
    let bench = try await Bench()
    try await bench.apply([Bench.config("a", "1")])
    let plan = try await bench.plan([Bench.config("a", "2"), Bench.config("b", "1")])
    let other = ApplyLock(client: bench.client(), project: "shop", namespace: Bench.namespace, holder: "here/2")
    let record = try #require(
      try await bench.client().find(Inventory.type, namespace: Bench.namespace, name: "kc.shop"))
    let transport = Interruption(base: FaultyTransport(bench.server), suffix: "/configmaps/a") {
      var lock = other
      lock.observation = .zero
      _ = try? await lock.acquire(breaking: true)
      var written = record
      for field in ["managedFields", "resourceVersion"] { written.set(nil, at: "metadata", field) }
      written.set("of the other", at: "data", "environment")
      _ = try? await bench.client().apply(written, type: Inventory.type, force: true)
    }
    let applier = Applier(
      client: APIClient(transport: transport, fieldManager: "kc"), options: Bench.options, report: { _ in })
    await #expect(throws: ApplyFailure.self) { try await applier.apply(plan, namespace: Bench.namespace) }
    let after = try await bench.client().find(Inventory.type, namespace: Bench.namespace, name: "kc.shop")
    #expect(after?.at("data", "environment") == "of the other")
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

/// Refuses the patches of one object, after something has happened meanwhile.
private struct Interruption: APITransport {
  let base: FaultyTransport
  let suffix: String
  let happens: @Sendable () async -> Void

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    guard request.method == "PATCH", request[query: "dryRun"] == nil, request.path.hasSuffix(suffix) else {
      return try await base.send(request)
    }
    await happens()
    return APIResponse(
      status: 403, body: .value(APIStatus(code: 403, reason: "Forbidden", message: "not this one").value))
  }
}
