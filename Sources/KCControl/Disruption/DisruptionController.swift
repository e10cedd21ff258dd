internal import KCData
internal import KCKube

/// Keeps the accounts of disruption budgets: how many of their pods may be evicted now.
struct DisruptionController: Reconciler {
  /// How long an eviction that was allowed may take to show, in seconds.
  static let evictionTime = 120.0

  let name = "disruption-controller"
  let kinds: [ObjectKind] = [.disruptionBudget, .pod, .replicaSet, .deployment, .statefulSet]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    key.kind == .disruptionBudget
      ? [key] : [ObjectKey(.disruptionBudget, namespace: key.namespace, name: ReplicaSetController.everyone)]
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    if key.name == ReplicaSetController.everyone {
      var outcome = Outcome()
      outcome.alsoLookAt = view.list(.disruptionBudget, namespace: key.namespace).compactMap { ObjectKey($0) }
      return outcome
    }
    guard let budget = view.get(key), let selector = try? LabelSelector(budget.at("spec", "selector")) else {
      return Outcome()
    }
    let pods = view.list(.pod, namespace: key.namespace).filter { !$0.isFinishedPod && selector.matches($0.labels) }
    let (expected, desired) = expectation(budget, pods, in: view)
    let disrupted = disruptedPods(budget, pods, now)
    let names = Set(disrupted.object?.keys ?? [])
    let healthy = pods.count { !$0.isBeingDeleted && $0.isReadyPod && !names.contains($0.name ?? "") }
    var outcome = Outcome()
    write(budget, expected: expected, desired: desired, healthy: healthy, disrupted, now, &outcome)
    if !names.isEmpty { outcome.lookAgain(in: Self.evictionTime) }
    return outcome
  }

  /// How many pods there should be, and how many of them healthy.
  private func expectation(_ budget: Value, _ pods: [Value], in view: any ClusterView) -> (expected: Int, desired: Int)
  {
    if let most = budget.at("spec", "maxUnavailable") {
      let expected = scale(of: pods, in: view)
      return (expected, max(0, expected - scaled(most, of: expected, roundingUp: true)))
    }
    let least = budget.at("spec", "minAvailable") ?? 1
    if least.int != nil { return (pods.count, scaled(least, of: pods.count, roundingUp: true)) }
    let expected = scale(of: pods, in: view)
    return (expected, scaled(least, of: expected, roundingUp: true))
  }

  /// The number of pods that their controllers are to have.
  private func scale(of pods: [Value], in view: any ClusterView) -> Int {
    var sizes: [String: Int] = [:]
    for pod in pods {
      guard let uid = pod.controllerOwner?["uid"]?.string, var owner = view.object(uid: uid) else { continue }
      if ObjectKind(of: owner) == .replicaSet, let above = owner.controllerOwner?["uid"]?.string,
        let deployment = view.object(uid: above)
      {
        owner = deployment
      }
      sizes[owner.uid ?? ""] = owner.specReplicas
    }
    return sizes.values.reduce(0, +)
  }

  /// The pods whose eviction was allowed, but has not shown yet.
  private func disruptedPods(_ budget: Value, _ pods: [Value], _ now: Timestamp) -> Value {
    let noted = budget.at("status", "disruptedPods")?.object ?? [:]
    return .object(
      noted.filter { name, time in
        guard let pod = pods.first(where: { $0.name == name }), !pod.isBeingDeleted,
          let moment = time.string.flatMap({ Timestamp($0) })
        else { return false }
        return now.seconds(since: moment) < Self.evictionTime
      })
  }

  private func write(
    _ budget: Value, expected: Int, desired: Int, healthy: Int, _ disrupted: Value, _ now: Timestamp,
    _ outcome: inout Outcome
  ) {
    let allowed = expected == 0 ? 0 : max(0, healthy - desired)
    var conditions = budget.at("status", "conditions")?.array ?? []
    conditions.set(
      allowed > 0
        ? Condition("DisruptionAllowed", "True", "SufficientPods", "")
        : Condition("DisruptionAllowed", "False", "InsufficientPods", ""), now: now)
    if var condition = conditions.first(type: "DisruptionAllowed") {
      condition["observedGeneration"] = budget.generation.map { .int($0) }
      conditions.remove(type: "DisruptionAllowed")
      conditions.append(condition)
    }
    var status: Value = [
      "disruptionsAllowed": Value(allowed), "currentHealthy": Value(healthy), "desiredHealthy": Value(desired),
      "expectedPods": Value(expected), "conditions": .array(conditions),
    ]
    status["observedGeneration"] = budget.generation.map { .int($0) }
    if disrupted != [:] { status["disruptedPods"] = disrupted }
    guard status != budget["status"] else { return }
    var updated = budget
    updated["status"] = status
    outcome.then(.update(updated, subresource: "status"))
  }
}
