internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

extension Applier {
  /// Up to so many workloads are placed one after the other, as the plan foretold it. With more, order matters less than
  /// time: they go side by side.
  static let orderedWorkloads = 24
  /// The same of those that roll, whose turn lasts longer.
  static let orderedRollouts = 4

  /// - Parameter left: what an apply before has left unfinished.
  func perform(_ plan: Plan, _ left: [Step]) async throws(ApplyFailure) {
    var applier = self
    applier.keys = Dictionary(plan.steps.map { ($0.address, $0.key) }, uniquingKeysWith: { first, _ in first })
    try await applier.carry(out: plan, left)
  }

  private func carry(out plan: Plan, _ left: [Step]) async throws(ApplyFailure) {
    let sources = Set(plan.changes.flatMap { $0.deferred.flatMap(\.expression.addresses) })
    let makes = plan.changes.filter { $0.action != .remove }
    let placing = makes.filter(Self.placesPods)
    let isOrdered =
      placing.count <= Self.orderedWorkloads && placing.count { $0.action != .add } <= Self.orderedRollouts
    let early = Self.prerequisites(of: plan)
    let late = Self.late(in: plan)
    var awaited = left.filter { !early.contains($0.address) }.map { Made(step: $0) }
    let first = left.filter { early.contains($0.address) }
    var removals = plan.steps.filter { $0.action == .remove }
    for wave in Set((makes + first).map(\.wave)).sorted() {
      try await waitUntilHealthy(first.filter { $0.wave == wave }.map { Made(step: $0) })
      let steps = makes.filter { $0.wave == wave }
      // What they need is had by something that goes.
      let needing = Set(steps.map(\.address))
      let inTheWay = removals.filter { !needing.isDisjoint(with: $0.goesBefore) }
      removals.removeAll { step in inTheWay.contains { $0.address == step.address } }
      try await removeAll(inTheWay)
      // What services turn to must be ready, whoever made it.
      let turnedTo = Set(steps.flatMap(\.turnsTo))
      let kept = plan.steps.filter { $0.action == .keep && $0.object != nil && turnedTo.contains($0.address) }
      try await waitUntilHealthy(kept.map { Made(step: $0) })
      let ordered = isOrdered ? steps.filter(Self.placesPods) : []
      let free = isOrdered ? steps.filter { !Self.placesPods($0) } : steps
      var made = try await inParallel(free, width: options.width) { step async throws(ApplyFailure) -> Made in
        Made(step: step, object: try await make(step))
      }
      for step in ordered {
        var result = Made(step: step, object: try await make(step))
        result.since = .now
        // A rollout places pods until its end, a job that is there all at once.
        if step.action == .add || step.action == .change && step.key.kind == "Job" {
          result.since = nil
          await waitUntilPlaced(step, result.object)
          made.append(result)
        } else {
          try await waitUntilHealthy(step, result.object, isFirst: true, since: result.since ?? .now)
          made.append(result)
        }
      }
      // What others have values from is waited for at once.
      let isLate = { (item: Made) in late.contains(item.step.address) && !sources.contains(item.step.address) }
      try await waitUntilHealthy(made.filter { !isLate($0) })
      awaited += made.filter(isLate)
    }
    try await waitUntilHealthy(awaited)
    // What was healthy may have had to make room since.
    let endangered = plan.endangered.filter { $0.object != nil && ($0.action != .keep || $0.liveVersion != nil) }
    try await waitUntilHealthy(endangered.map { Made(step: $0) })
    try await removeAll(removals)
  }

  /// What may become healthy only when what this apply makes later is there, so that nothing waits for it before.
  ///
  /// Who makes custom resources healthy may be a workload of the same project: surely where it has their definition, and
  /// possibly where nothing that is made now refers to them.
  static func late(in plan: Plan) -> Set<String> {
    let needed = prerequisites(of: plan)
    let defined = Set(
      plan.steps.compactMap { step -> String? in
        guard step.key.kind == "CustomResourceDefinition", let spec = step.object?["spec"] else { return nil }
        return "\(spec["group"]?.string ?? "")/\(spec.at("names", "kind")?.string ?? "")"
      })
    return Set(
      plan.changes.filter { step in
        let key = step.key
        if Health.comesLate(key.kind) { return true }
        guard Health.isCustom(key.apiVersion) else { return false }
        return !needed.contains(step.address) || defined.contains("\(key.apiVersion.prefix { $0 != "/" })/\(key.kind)")
      }.map(\.address))
  }

  /// A step that was carried out, and what came of it.
  struct Made: Sendable {
    var step: Step
    var object: Value?
    /// When the wait for it began, where it has begun.
    var since: ContinuousClock.Instant?
  }

  private func waitUntilHealthy(_ made: [Made]) async throws(ApplyFailure) {
    _ = try await inParallel(made, width: max(made.count, 1), endsEarly: true) { item async throws(ApplyFailure) in
      try await waitUntilHealthy(item.step, item.object, since: item.since ?? .now)
    }
  }

  /// Objects of one kind go side by side; the plan has them in the order of the kinds.
  private func removeAll(_ steps: [Step]) async throws(ApplyFailure) {
    var rest = steps[...]
    while let kind = rest.first?.key.kind {
      let batch = rest.prefix { $0.key.kind == kind }
      rest = rest.dropFirst(batch.count)
      _ = try await inParallel(Array(batch), width: options.width) { step async throws(ApplyFailure) in
        try await remove(step)
      }
    }
  }

  /// Whether a step makes pods that look for a node.
  static func placesPods(_ step: Step) -> Bool {
    guard ["Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "Pod"].contains(step.key.kind) else {
      return false
    }
    if step.action != .change { return true }
    return step.changes.contains { change in
      ["template", "replicas", "parallelism", "suspend"].contains { change.field.path.hasPrefix(FieldPath("spec", $0)) }
    }
  }

  /// Makes or changes an object; the result is what it became.
  private func make(_ step: Step) async throws(ApplyFailure) -> Value? {
    if Task.isCancelled { throw .cancelled }
    guard let declared = step.object else { return nil }
    let object = step.deferred.isEmpty ? declared : try await known(step, declared)
    guard let type = client.types.find((object.apiVersion, object.kind)) else {
      throw .refused(step: step, status: LiveReader.unknownKind(object, client.types))
    }
    report(.applying(step))
    if step.action == .replace { try await remove(step) }
    var attempts = 0
    while true {
      do throws(ClientError) {
        let made = try await apply(step, object, type)
        report(.applied(step))
        if isDone(step, made) { report(.healthy(step)) }
        return made
      } catch {
        guard case .status(let status) = error else { throw ApplyFailure(error) }
        if status.isConflict {
          let fields = ConflictingField.list(status)
          // Without owners it is no conflict of managers but of moments: another write came between.
          guard fields.isEmpty, attempts < 5 else { throw .conflict(step: step, fields: fields) }
        } else if !Self.mayPass(status, type) || attempts >= 20 {
          throw .refused(step: step, status: status)
        }
        attempts += 1
        do { try await Task.sleep(for: .milliseconds(50 * attempts)) } catch { throw .cancelled }
      }
    }
  }

  /// Applies, and takes the fields that may be taken.
  private func apply(_ step: Step, _ object: Value, _ type: ResourceType) async throws(ClientError) -> Value {
    do throws(ClientError) {
      return try await client.apply(object, type: type, force: options.ownership == .all)
    } catch {
      guard let status = error.status else { throw error }
      if status.code == 422, try await release(object, type) { return try await apply(step, object, type) }
      let conflicts = ConflictingField.list(status)
      guard status.isConflict, !conflicts.isEmpty,
        conflicts.allSatisfy({
          step.takes.contains($0.field) || options.ownership.covers([$0], of: step)
        })
      else { throw error }
      return try await client.apply(object, type: type, force: true)
    }
  }

  /// Takes over what the server filled in and refuses beside what is declared now, so that an apply takes it away.
  ///
  /// - Returns: whether there was something.
  private func release(_ object: Value, _ type: ResourceType) async throws(ClientError) -> Bool {
    guard let current = try await client.find(type, namespace: object.namespace, name: object.name ?? ""),
      let released = Superseded.released(by: object, in: current)
    else { return false }
    var metadata: Value = [:]
    metadata["managedFields"] = released.at("metadata", "managedFields")
    // Whoever writes in between has the last word on who manages what.
    metadata["resourceVersion"] = current.at("metadata", "resourceVersion")
    _ = try await client.patch(
      type, namespace: object.namespace, name: object.name ?? "", ["metadata": metadata])
    return true
  }

  /// Whether a refusal passes by itself: a definition that was established or changed a moment ago is served so a moment
  /// later, and the service account that pods of a new namespace run as is made a moment after it.
  private static func mayPass(_ status: APIStatus, _ type: ResourceType) -> Bool {
    if status.code == 403, Health.passes(status.message) { return true }
    return (status.isMisfit || status.isNotFound && (status.details?.name ?? "").isEmpty) && type.group.contains(".")
      && !type.group.hasSuffix(".k8s.io")
  }
}
