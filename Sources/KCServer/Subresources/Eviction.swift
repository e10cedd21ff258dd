internal import KCData
internal import KCKube

extension APIServer {
  /// `pods/NAME/eviction`: deletes a pod unless a disruption budget forbids it.
  func evict(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let body = try Self.body(request)
    let name = info.name ?? ""
    if let given = body.name, given != name { throw .badRequest("name in URL does not match name in Eviction object") }
    var options = try DeleteOptions(body["deleteOptions"] ?? [:], request)
    if try WriteOptions(request).isDryRun { options.isDryRun = true }
    var target = info
    target.subresource = nil
    return try await change(options.isDryRun) { state throws(APIStatus) in
      guard let pod = state.get(info.type.qualifiedName, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      if Self.isGuarded(pod) { try self.spend(pod, options, in: &state) }
      var options = options
      try self.check(options, pod, info.type)
      if !options.isDryRun {
        self.markEvicted(pod, in: &state)
        options.resourceVersion = nil
      }
      _ = try self.delete(target, options, in: &state)
      return Self.created()
    }
  }

  /// Pods that have ended, have not begun or are going already are not what budgets are for.
  private static func isGuarded(_ pod: Value) -> Bool {
    let phase = pod.at("status", "phase")?.string ?? ""
    return !["Succeeded", "Failed", "Pending"].contains(phase) && !pod.isBeingDeleted
  }

  /// Takes one disruption from the budget of a pod.
  private func spend(
    _ pod: Value, _ options: DeleteOptions, in state: inout ObjectState
  ) throws(APIStatus) {
    let resource = "poddisruptionbudgets.policy"
    var budgets: [Value] = []
    for budget in state.list(resource, namespace: pod.namespace) {
      if try LabelSelector(budget.value.at("spec", "selector")).matches(pod.labels) { budgets.append(budget.value) }
    }
    if budgets.count > 1 {
      throw .plain(
        500, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
    }
    guard var budget = budgets.first else { return }
    let status = budget["status"] ?? [:]
    func number(_ field: String) -> Int64 { status[field]?.int ?? 0 }
    let isReady = (pod.at("status", "conditions")?.array ?? []).contains {
      $0["type"] == "Ready" && $0["status"] == "True"
    }
    if !isReady, number("observedGeneration") >= budget.generation ?? 1 {
      let always = budget.at("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow"
      if always || (number("currentHealthy") >= number("desiredHealthy") && number("desiredHealthy") > 0) { return }
    }
    if number("observedGeneration") < budget.generation ?? 1 {
      throw Self.tooMany(
        "The disruption budget \(budget.name ?? "") is still being processed by the server.", retry: 10)
    }
    guard number("disruptionsAllowed") > 0 else {
      throw Self.tooMany(
        "The disruption budget \(budget.name ?? "") needs \(number("desiredHealthy")) healthy pods and has "
          + "\(number("currentHealthy")) currently")
    }
    if options.isDryRun { return }
    let old = budget
    let now = settings.now()
    budget.set(.int(number("disruptionsAllowed") - 1), at: "status", "disruptionsAllowed")
    budget.set(.string(now.rfc3339), at: "status", "disruptedPods", pod.name ?? "")
    if number("disruptionsAllowed") == 1 { Self.exhaust(&budget, now) }
    if let type = ResourceTypes.builtin.find((budget.apiVersion, budget.kind)) {
      ServerSideApply.recordUpdate(
        old: old, new: &budget, manager: Self.component, subresource: "status", type: type, now: now)
    }
    _ = state.put(resource, budget)
  }

  /// Says in a budget's conditions that nothing more may be disrupted.
  private static func exhaust(_ budget: inout Value, _ now: Timestamp) {
    var conditions = budget.at("status", "conditions")?.array ?? []
    let wasExhausted = conditions.contains { $0["type"] == "DisruptionAllowed" && $0["status"] == "False" }
    let since = conditions.first { $0["type"] == "DisruptionAllowed" }?["lastTransitionTime"]
    conditions.removeAll { $0["type"] == "DisruptionAllowed" }
    conditions.append([
      "type": "DisruptionAllowed", "status": "False", "observedGeneration": .int(budget.generation ?? 1),
      "lastTransitionTime": wasExhausted ? since ?? .string(now.rfc3339) : .string(now.rfc3339),
      "reason": "InsufficientPods", "message": "",
    ])
    budget.set(.array(conditions), at: "status", "conditions")
  }

  /// Tells who looks at a pod why it goes.
  private func markEvicted(_ pod: Value, in state: inout ObjectState) {
    var next = pod
    var conditions = (pod.at("status", "conditions")?.array ?? []).filter { $0["type"] != "DisruptionTarget" }
    conditions.append([
      "type": "DisruptionTarget", "status": "True", "lastProbeTime": .null,
      "lastTransitionTime": .string(settings.now().rfc3339), "reason": "EvictionByEvictionAPI",
      "message": "Eviction API: evicting",
    ])
    next.set(.array(conditions), at: "status", "conditions")
    _ = state.put("pods", next)
  }

  private static func tooMany(_ why: String, retry: Int? = nil) -> APIStatus {
    APIStatus(
      code: 429, reason: "TooManyRequests",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      details: .init(
        causes: [.init(reason: "DisruptionBudget", message: why, field: "")], retryAfterSeconds: retry))
  }
}
