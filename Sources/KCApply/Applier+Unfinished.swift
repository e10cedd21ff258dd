internal import KCClient
internal import KCKube
internal import KCPlan

/// What an apply before this one has left unfinished.
extension Applier {
  /// What stays as it is and was not seen healthy when it was made: it is waited for as if this apply had made it.
  static func unfinished(_ plan: Plan, _ last: Unfinished?) -> [Step] {
    guard let last else { return [] }
    return plan.steps.filter { step in
      // What a rollback leaves although it is not declared any more has no object, and nobody needs it healthy.
      // A job that is done may be gone.
      step.action == .keep && step.object != nil && step.liveVersion != nil && last.covers(step.address)
        && Health.isAwaited(step.key.kind, apiVersion: step.key.apiVersion)
    }
  }

  /// What the steps of a plan that are made now come after, directly or through others: of that, what is unfinished is
  /// waited for in its turn, as a job must be done before what needs it.
  ///
  /// The others are waited for at the end: what they lack may be among what this apply makes.
  static func prerequisites(of plan: Plan) -> Set<String> {
    let after = Dictionary(plan.steps.map { ($0.address, $0.after) }, uniquingKeysWith: { first, _ in first })
    var found: Set<String> = []
    var queue = plan.changes.flatMap(\.after)
    while let address = queue.popLast() {
      if found.insert(address).inserted { queue += after[address] ?? [] }
    }
    return found
  }

  /// Begins a revision; or goes on with the last one, where that declared the same and was not finished.
  ///
  /// - Returns: nil where nothing can be written down any more: a namespace that is going takes nothing new.
  func begin(
    _ plan: Plan, _ history: History, _ former: [Revision], backTo: Int?
  ) async throws(ApplyFailure) -> Revision? {
    let last = History.unfinished(former)
    let left = Set(Self.unfinished(plan, last).map(\.address))
    let taken = left.union((plan.changes.filter { $0.action != .remove } + plan.endangered).map(\.address))
    open.begin(taken)
    do throws(ClientError) {
      if plan.isEmpty, let last, var revision = try await history.repeated(plan, last.revision) {
        revision.backTo = backTo
        revision.note = backTo.map(Revision.note)
        return revision
      }
      return try await history.begin(plan, after: former, author: options.author, backTo: backTo, open: taken)
    } catch {
      let isRemoval = plan.steps.allSatisfy { $0.action == .remove }
      if isRemoval, case .status(let status) = error, [403, 404].contains(status.code) { return nil }
      throw ApplyFailure(error)
    }
  }
}
