internal import KCClient
internal import KCData
internal import KCKube
public import KCPlan

extension Applier {
  /// The namespace of the record must be there first; the plan makes it if it declares it.
  ///
  /// - Returns: the namespace, where it was made now.
  func ensureNamespace(_ name: String, _ plan: Plan) async throws(ApplyFailure) -> ObjectKey? {
    guard let type = client.types.find(apiVersion: "v1", kind: "Namespace") else { return nil }
    let declared = plan.steps.first { $0.key.kind == "Namespace" && $0.key.name == name && $0.action != .remove }
    var object = declared?.object ?? ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    // Until it is recorded as the project's, it says so itself: the step that declares it takes that away.
    if declared != nil { object.set(.string(plan.project), at: "metadata", "annotations", Planner.madeForAnnotation) }
    // A project that removes its own namespace needs no new one.
    if declared == nil, plan.steps.allSatisfy({ $0.action == .remove }), !plan.steps.isEmpty { return nil }
    let marked = object
    return try await request { () async throws(ClientError) in
      if try await client.find(type, namespace: nil, name: name) != nil { return nil }
      return ObjectKey(try await client.apply(marked, type: type))
    }
  }

  /// What is no longer as the plan was made for: objects that changed, came or went, and whether it was done already.
  ///
  /// - Parameter own: what this apply has made itself by now.
  public func moved(_ plan: Plan, own: ObjectKey? = nil) async throws(ApplyFailure) -> [String] {
    if let id = plan.id {
      let history = History(client: client, project: plan.project, namespace: plan.recordNamespace)
      let revisions = try await request { () async throws(ClientError) in try await history.list() }
      if let done = revisions.first(where: { $0.plan == id }) {
        return ["this plan was applied already, as revision \(done.number), and a plan is applied once"]
      }
    }
    let found = try await request { () async throws(ClientError) in
      try await LiveReader(client: client, target: plan.target).objects(Set(plan.steps.map(\.key)))
    }
    return plan.steps.compactMap { step in
      let now = found[step.key].map(ObjectDiff.fingerprint)
      if now == step.liveVersion || step.liveVersion == nil && step.key == own { return nil }
      switch (step.liveVersion, now) {
      case (nil, _): return "\(step.title) has been made since"
      case (_, nil): return "\(step.title) has been removed since"
      default: return "\(step.title) has been changed since"
      }
    }
  }

  /// The object as the watch has it, once that is what was made or later: what was before says nothing.
  func current(_ step: Step, _ made: Value?) -> Value? {
    guard let object = watch.object(kind: step.key.kind, namespace: step.key.namespace, name: step.key.name) else {
      return nil
    }
    guard let made else { return object }
    return object.uid == made.uid && (object.generation ?? 0) >= (made.generation ?? 0) ? object : nil
  }

  /// Waits until the pods of a new workload have their nodes, or for as long as that usually takes.
  func waitUntilPlaced(_ step: Step, _ made: Value?) async {
    guard step.key.kind != "Pod", let uid = made?.uid, watch.follows(step.key.kind) else { return }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(2)
    for await _ in watch.ticks(for: uid) {
      if clock.now > deadline { return }
      guard let object = current(step, made), let wanted = Self.wantedPods(object) else { continue }
      let placed = watch.pods(of: object).count { !($0.at("spec", "nodeName")?.string ?? "").isEmpty }
      if placed >= wanted { return }
    }
  }

  /// How many pods a workload makes at once; nil while its controller has not said.
  static func wantedPods(_ object: Value) -> Int64? {
    switch object["kind"]?.string {
    case "DaemonSet": return Health.isObserved(object) ? object.at("status", "desiredNumberScheduled")?.int : nil
    case "Job":
      if object.at("spec", "suspend") == true { return 0 }
      return min(object.at("spec", "parallelism")?.int ?? 1, object.at("spec", "completions")?.int ?? .max)
    default: return object.at("spec", "replicas")?.int ?? 1
    }
  }

  /// Removes an object, with all that it owns, and waits until it is gone.
  func remove(_ step: Step) async throws(ApplyFailure) {
    if Task.isCancelled { throw .cancelled }
    guard let type = client.types.reach(apiVersion: step.key.apiVersion, kind: step.key.kind) else { return }
    if step.action == .remove { report(.removing(step)) }
    do throws(ClientError) {
      try await client.delete(
        type, namespace: step.key.namespace, name: step.key.name, preconditionUID: step.liveUID,
        propagation: Self.ownsOthers(type) ? "Foreground" : "Background")
    } catch {
      guard case .status(let status) = error else { throw ApplyFailure(error) }
      // Gone already, or another one of that name: either way the one that was meant is gone.
      if !status.isNotFound && !status.isConflict { throw .refused(step: step, status: status) }
    }
    try await waitUntilGone(step, type)
    if step.action == .remove { report(.removed(step)) }
  }

  /// Whether the end of an object is that of others too, which are waited for. Others are gone at once.
  private static func ownsOthers(_ type: ResourceType) -> Bool {
    ["apps", "batch"].contains(type.group) || type.group.contains(".") && !type.group.hasSuffix(".k8s.io")
  }

  /// Why an object that is told to go is there still.
  private static func whatHolds(_ object: Value?, pods: Int) -> String {
    guard let object else { return "\(pods) of its pods \(pods == 1 ? "is" : "are") there still" }
    if object.finalizers.isEmpty { return "still being removed" }
    return "held by the finalizer \(object.finalizers.joined(separator: ", "))"
  }

  private func waitUntilGone(_ step: Step, _ type: ResourceType) async throws(ApplyFailure) {
    let clock = ContinuousClock()
    let deadline = clock.now + options.timeout
    var pause = 10
    var last: Value?
    while clock.now < deadline {
      let found = try await request { () async throws(ClientError) -> Value? in
        try await client.find(type, namespace: step.key.namespace, name: step.key.name)
      }
      let pods = step.liveUID.map(watch.remaining) ?? 0
      if found == nil || found?.uid != step.liveUID, pods == 0 { return }
      last = found
      if Task.isCancelled { throw .cancelled }
      try? await Task.sleep(for: .milliseconds(pause))
      pause = min(pause * 2, 250)
    }
    throw .timedOut(step: step, state: Self.whatHolds(last, pods: step.liveUID.map(watch.remaining) ?? 0))
  }
}
