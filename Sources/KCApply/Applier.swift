public import KCClient
internal import KCData
internal import KCKube
public import KCPlan

/// Carries a plan out.
public struct Applier: Sendable {
  public struct Options: Sendable {
    /// How long a step may take to become healthy.
    public var timeout: Duration
    /// Whether fields that other managers own are taken from them.
    public var takeOwnership: Bool
    /// Whether what is there must still be what the plan was made for (saved plans).
    public var exact: Bool

    public init(timeout: Duration = .seconds(120), takeOwnership: Bool = false, exact: Bool = false) {
      self.timeout = timeout
      self.takeOwnership = takeOwnership
      self.exact = exact
    }
  }

  let client: APIClient
  let options: Options
  let watch: HealthWatch
  let report: @Sendable (ApplyEvent) -> Void

  /// - Parameter report: told of what happens, in order.
  public init(client: APIClient, options: Options, report: @escaping @Sendable (ApplyEvent) -> Void) {
    self.client = client
    self.options = options
    self.report = report
    watch = HealthWatch(client: client)
  }

  /// Carries `plan` out and records what the project owns.
  ///
  /// What was done before a failure stands, and the same apply goes on from there.
  /// - Parameter namespace: where the project's record is kept.
  public func apply(_ plan: Plan, namespace: String) async throws(ApplyFailure) {
    try await ensureNamespace(namespace, plan)
    let lock = ApplyLock(client: client, project: plan.project, namespace: namespace)
    try await lock.acquire()
    let failure = await withTaskGroup(of: Void.self, returning: ApplyFailure?.self) { group in
      group.addTask { await lock.keep() }
      group.addTask { await watch.run() }
      let failure = await carryOut(plan, namespace: namespace)
      group.cancelAll()
      return failure
    }
    await lock.release()
    if let failure { throw failure }
  }

  private func carryOut(_ plan: Plan, namespace: String) async -> ApplyFailure? {
    do throws(ApplyFailure) {
      if options.exact { try await checkUnmoved(plan) }
      var inventory = try await request { () async throws(ClientError) in
        try await Inventory.read(project: plan.project, namespace: namespace, from: client)
      }
      inventory.environment = plan.environment
      // Written before anything is made: a crash at any point leaves nothing that is not recorded.
      let kept = plan.steps.filter { $0.action != .remove }
        .map { InventoryEntry(address: $0.address, key: $0.key) }
      let known = Set(kept.map(\.key))
      try await record(kept + inventory.entries.filter { !known.contains($0.key) }, in: &inventory)
      await watch.waitUntilSynced()
      try await perform(plan)
      try await record(kept, in: &inventory)
      return nil
    } catch {
      return error
    }
  }

  private func record(_ entries: [InventoryEntry], in inventory: inout Inventory) async throws(ApplyFailure) {
    if Set(entries) == Set(inventory.entries) { return }
    inventory.entries = entries
    let written = inventory
    try await request { () async throws(ClientError) in try await written.write(to: client) }
  }

  private func perform(_ plan: Plan) async throws(ApplyFailure) {
    let makes = plan.changes.filter { $0.action != .remove }
    for wave in Set(makes.map(\.wave)).sorted() {
      let steps = makes.filter { $0.wave == wave }
      var made: [ObjectKey: Value] = [:]
      for step in steps {
        made[step.key] = try await make(step)
        // Workloads are placed one after the other, as the plan foretold it; a rollout places pods until its end.
        if step.action != .add {
          try await waitUntilHealthy(step, made[step.key])
        } else {
          await waitUntilPlaced(step, made[step.key])
        }
      }
      for step in steps where step.action == .add { try await waitUntilHealthy(step, made[step.key]) }
    }
    for step in plan.steps where step.action == .remove { try await remove(step) }
  }

  /// Makes or changes an object; the result is what it became.
  private func make(_ step: Step) async throws(ApplyFailure) -> Value? {
    guard let object = step.object, let type = client.types.find((object.apiVersion, object.kind)) else { return nil }
    report(.applying(step))
    if step.action == .replace { try await remove(step) }
    let made: Value
    do throws(ClientError) {
      made = try await retrying { () async throws(ClientError) in
        try await client.apply(object, type: type, force: options.takeOwnership || step.action == .add)
      }
    } catch {
      guard case .status(let status) = error else { throw ApplyFailure(error) }
      throw status.isConflict ? .conflict(step: step, status: status) : .refused(step: step, status: status)
    }
    report(.applied(step))
    return made
  }

  /// Repeats a request that may succeed later, with growing pauses, for about ten seconds.
  func retrying<Output: Sendable>(
    _ work: @Sendable () async throws(ClientError) -> Output
  ) async throws(ClientError) -> Output {
    for attempt in 0..<7 {
      do throws(ClientError) {
        return try await work()
      } catch {
        guard error.isTransient, !Task.isCancelled else { throw error }
        let pause = Double(80 << attempt) * Double.random(in: 0.75...1.25)
        try? await Task.sleep(for: .milliseconds(Int(pause)))
      }
    }
    return try await work()
  }

  func request<Output: Sendable>(
    _ work: @Sendable () async throws(ClientError) -> Output
  ) async throws(ApplyFailure) -> Output {
    do throws(ClientError) {
      return try await retrying(work)
    } catch {
      throw ApplyFailure(error)
    }
  }
}
