public import KCClient
internal import KCData
internal import KCKube
public import KCPlan

/// Carries a plan out.
public struct Applier: Sendable {
  var client: APIClient
  let options: Options
  let watch: HealthWatch
  let report: @Sendable (ApplyEvent) -> Void
  /// What is not known to be healthy yet of what this apply has taken on.
  let open: OpenSteps
  /// The objects of the plan that is carried out, by their addresses.
  var keys: [String: ObjectKey] = [:]
  /// What keeps others from applying meanwhile.
  private var lock: ApplyLock?

  /// - Parameter report: told of what happens; of one step in order, of several in turns.
  public init(client: APIClient, options: Options, report: @escaping @Sendable (ApplyEvent) -> Void) {
    let patient = RetryingTransport(client.transport, policy: options.retries)
    self.client = APIClient(transport: patient, fieldManager: client.fieldManager, types: client.types)
    self.options = options
    let open = OpenSteps()
    self.open = open
    self.report = { event in
      open.note(event)
      report(event)
    }
    // Follows with a patience of its own, and knows at once that the target is gone.
    watch = HealthWatch(client: client)
  }

  /// Carries `plan` out and records what the project owns.
  ///
  /// What was done before a failure stands, and the same apply goes on from there. Cancelling the task stops it between
  /// two requests.
  /// - Parameter namespace: where the project's record is kept.
  public func apply(_ plan: Plan, namespace: String) async throws(ApplyFailure) {
    let contested = options.ownership.contested(plan)
    if !contested.isEmpty { throw .contested(contested) }
    // Back to a revision go others than the plan knows of.
    if options.onFailure != .rollback { watch.limit(to: Set(plan.steps.map(\.key.kind))) }
    watch.fallBack(on: Set(plan.steps.map(\.key.namespace)).union([namespace]))
    var applier = self
    applier.client = client.adding(plan.steps.compactMap(\.object).flatMap(ResourceType.declared))
    let own = try await applier.ensureNamespace(namespace, plan)
    var lock = ApplyLock(client: applier.client, project: plan.project, namespace: namespace, author: options.author)
    lock.observation = options.lockObservation
    // What the other did before it noticed is not in the plan: then the plan is done exactly, or not at all.
    let isBroken = try await lock.acquire(breaking: options.breaksLock)
    applier.lock = lock
    let failure = await applier.underLock(lock, plan, namespace, own, exact: options.exact || isBroken)
    // Even when this task was cancelled: the lock is given back.
    await Task { await lock.release() }.value
    if let failure { throw failure }
  }

  private enum Ended: Sendable {
    case work(ApplyFailure?)
    case lockLost(by: String)
    case other
  }

  /// Does the work for as long as the lock is held.
  private func underLock(
    _ lock: ApplyLock, _ plan: Plan, _ namespace: String, _ own: ObjectKey?, exact: Bool
  ) async -> ApplyFailure? {
    await withTaskGroup(of: Ended.self, returning: ApplyFailure?.self) { group in
      group.addTask { await lock.keep().map { .lockLost(by: $0) } ?? .other }
      if follows(plan) {
        group.addTask {
          await watch.run()
          return .other
        }
      }
      group.addTask { .work(await carryOutRecorded(plan, namespace: namespace, own: own, exact: exact)) }
      var thief: String?
      while let ended = await group.next() {
        switch ended {
        case .other: continue
        case .lockLost(let other):
          thief = other
          group.cancelAll()
        case .work(let failure):
          group.cancelAll()
          return thief.map { .lockLost(by: $0) } ?? failure
        }
      }
      return .cancelled
    }
  }

  /// Whether workloads may have to be waited for: back from a revision, those, too, that this plan leaves alone.
  private func follows(_ plan: Plan) -> Bool {
    options.onFailure == .rollback || plan.unfinished != nil
      || plan.changes.contains(where: concernsWorkloads)
  }

  /// Whether a step is a workload, or waits for one that may stay as it is.
  private func concernsWorkloads(_ step: Step) -> Bool { watch.follows(step.key.kind) || !step.turnsTo.isEmpty }

  /// Carries the plan out and writes into the history how that went; goes back where it is told to.
  private func carryOutRecorded(
    _ plan: Plan, namespace: String, own: ObjectKey?, exact: Bool
  ) async -> ApplyFailure? {
    let history = History(client: client, project: plan.project, namespace: namespace)
    do throws(ApplyFailure) {
      if exact {
        let moved = try await moved(plan, own: own)
        if !moved.isEmpty { throw ApplyFailure.moved(moved) }
      }
    } catch {
      return error
    }
    let failure = await carryOut(plan, namespace: namespace, history: history, backTo: options.backTo)
    guard let failure, options.onFailure == .rollback, !Task.isCancelled, failure.leavesChanges else { return failure }
    return await goBack(after: failure, plan, namespace: namespace, history: history)
  }

  func carryOut(_ plan: Plan, namespace: String, history: History, backTo: Int?) async -> ApplyFailure? {
    var revision: Revision?
    var inventory = Inventory(project: plan.project, namespace: namespace)
    var isRecorded = false
    var former: [Revision] = []
    let failure: ApplyFailure?
    do throws(ApplyFailure) {
      async let all = outcome { () async throws(ClientError) in try await history.list() }
      inventory = try await request { () async throws(ClientError) in
        try await Inventory.read(project: plan.project, namespace: namespace, from: client)
      }
      let listed = await all
      former = try await request { () async throws(ClientError) in try listed.get() }
      let last = History.unfinished(former)
      // Another apply has finished it since the plan was made.
      if plan.isEmpty, plan.unfinished != nil, last == nil { return nil }
      // Written before anything is made: a crash at any point leaves nothing that is not recorded.
      let left = follows(plan) ? Self.unfinished(plan, last) : []
      let kept = inventory.entries(of: plan, open: Set((plan.changes + left).map(\.address)))
      try await record(kept + inventory.others(than: kept), of: plan, in: &inventory)
      isRecorded = true
      revision = try await begin(plan, history, former, backTo: backTo)
      if (plan.changes + left).contains(where: concernsWorkloads) {
        let isKnown: Bool
        do throws(ClientError) {
          isKnown = try await watch.waitUntilSynced(within: max(options.retries.patience, .seconds(1)))
        } catch {
          throw .blind("\(error)")
        }
        if Task.isCancelled { throw .cancelled }
        if !isKnown { throw .unreachable("the target does not say what runs on it") }
        watch.remember()
      }
      try await perform(plan, left)
      let before = inventory.entries
      try await record(inventory.entries(of: plan, open: []), of: plan, in: &inventory)
      let others = OtherRecords(client: client, project: plan.project, namespace: namespace)
      try await settle(with: others, plan, before, kept)
      if kept.isEmpty {
        try await request { () async throws(ClientError) in try await history.removeAll() }
        revision = nil
      }
      failure = nil
    } catch {
      failure = error
      if isRecorded { await recordDone(plan, inventory) }
    }
    if var revision {
      revision.outcome = failure == nil ? .applied : .failed
      revision.open = failure == nil ? nil : open.left
      if let failure {
        revision.note = failure.brief
        if !plan.isEmpty { revision.summary = Revision.summary(of: plan, done: open.done) }
      }
      let (written, former) = (revision, former)
      // A history that cannot be written is no reason to call an apply failed that was done.
      await Task { try? await history.end(written, limit: options.historyLimit, after: former) }.value
    }
    return failure
  }

  /// Settles with other projects what is whose: what was taken is theirs no more, and what is left is.
  private func settle(
    with others: OtherRecords, _ plan: Plan, _ former: [InventoryEntry], _ kept: [InventoryEntry]
  ) async throws(ApplyFailure) {
    let own = Set(kept.map(\.key))
    let removed = Set(plan.steps.filter { $0.action == .remove }.map(\.key))
    let left = former.filter { $0.key.kind == "Namespace" && !$0.isFound }.map(\.key)
      .filter { !own.contains($0) && !removed.contains($0) }
    try await request { () async throws(ClientError) in
      if options.ownership != .none { try await others.release(own.filter { $0.kind != "Namespace" }) }
      if !left.isEmpty { try await others.handOver(Set(left)) }
    }
    // What comes back finds that it made them: they were not there before.
    for key in left {
      guard let type = client.types.find(apiVersion: key.apiVersion, kind: key.kind) else { continue }
      _ = try? await client.patch(
        type, namespace: nil, name: key.name,
        ["metadata": ["annotations": .object([Planner.madeForAnnotation: .string(plan.project)])]])
    }
  }

  /// Writes down what of a failed apply was done all the same, and need not be done again.
  ///
  /// The record is whose the lock is: one that took it from this apply may have written already.
  private func recordDone(_ plan: Plan, _ inventory: Inventory) async {
    let now = inventory.entries(of: plan, open: open.left)
    let entries = now + inventory.others(than: now)
    // Where that fails, too, a job may run once more: what it failed with is told already.
    await Task {
      guard await lock?.isHeld() ?? true else { return }
      var inventory = inventory
      try? await record(entries, of: plan, in: &inventory)
    }.value
  }

  private func record(
    _ entries: [InventoryEntry], of plan: Plan, in inventory: inout Inventory
  ) async throws(ApplyFailure) {
    // An object is the same in each version: the record keeps up with the one that is declared.
    func versions(_ entries: [InventoryEntry]) -> Set<[String]> {
      Set(entries.map { [$0.address, $0.key.apiVersion] })
    }
    if Set(entries) == Set(inventory.entries), versions(entries) == versions(inventory.entries),
      inventory.environment == plan.environment || entries.isEmpty
    {
      return
    }
    inventory.entries = entries
    inventory.environment = plan.environment
    let written = inventory
    try await request { () async throws(ClientError) in try await written.write(to: client) }
  }

  func request<Output: Sendable>(
    _ work: () async throws(ClientError) -> Output
  ) async throws(ApplyFailure) -> Output {
    do throws(ClientError) {
      return try await work()
    } catch {
      throw ApplyFailure(error)
    }
  }
}
