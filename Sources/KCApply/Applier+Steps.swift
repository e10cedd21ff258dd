internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

extension Applier {
  /// The namespace of the record must be there first; the plan makes it if it declares it.
  func ensureNamespace(_ name: String, _ plan: Plan) async throws(ApplyFailure) {
    guard let type = client.types.find(apiVersion: "v1", kind: "Namespace") else { return }
    let declared = plan.steps.first { $0.key.kind == "Namespace" && $0.key.name == name && $0.action != .remove }
    let object = declared?.object ?? ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    // A project that removes its own namespace needs no new one.
    if declared == nil, plan.steps.allSatisfy({ $0.action == .remove }), !plan.steps.isEmpty { return }
    try await request { () async throws(ClientError) in
      if try await client.find(type, namespace: nil, name: name) == nil {
        _ = try await client.apply(object, type: type)
      }
    }
  }

  /// Refuses when an object is no longer what the plan was made for.
  func checkUnmoved(_ plan: Plan) async throws(ApplyFailure) {
    var moved: [String] = []
    for step in plan.steps {
      guard let type = client.types.find(apiVersion: step.key.apiVersion, kind: step.key.kind) else { continue }
      let found = try await request { () async throws(ClientError) -> String? in
        try await client.find(type, namespace: step.key.namespace, name: step.key.name).map(ObjectDiff.fingerprint)
      }
      if found == step.liveVersion { continue }
      switch (step.liveVersion, found) {
      case (nil, _): moved.append("\(step.title) has been made since")
      case (_, nil): moved.append("\(step.title) has been removed since")
      default: moved.append("\(step.title) has been changed since")
      }
    }
    if !moved.isEmpty { throw .moved(moved) }
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
    guard step.key.kind != "Pod", let wanted = step.object?.at("spec", "replicas")?.int, watch.follows(step.key.kind)
    else { return }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(2)
    for await _ in watch.ticks() {
      if clock.now > deadline { return }
      guard let object = current(step, made) else { continue }
      let placed = watch.pods(of: object).count { !($0.at("spec", "nodeName")?.string ?? "").isEmpty }
      if placed >= wanted { return }
    }
  }

  /// The last lines that a failing pod wrote; none where they cannot be had.
  func lastLines(_ pod: String?, _ namespace: String) async -> [String] {
    guard let pod, let type = client.types.find(apiVersion: "v1", kind: "Pod") else { return [] }
    for previous in ["true", "false"] {
      let answer = try? await client.transport.send(
        APIRequest(
          method: "GET", path: type.path(namespace: namespace, name: pod, subresource: "log"),
          query: [("tailLines", "5"), ("previous", previous)]))
      if let answer, answer.status == 200, case .bytes(let bytes) = answer.body, !bytes.isEmpty {
        return String(decoding: bytes.suffix(2000), as: UTF8.self).split(separator: "\n").map(String.init)
      }
    }
    return []
  }

  /// Removes an object, with all that it owns, and waits until it is gone.
  func remove(_ step: Step) async throws(ApplyFailure) {
    if Task.isCancelled { throw .cancelled }
    guard let type = client.types.find(apiVersion: step.key.apiVersion, kind: step.key.kind) else { return }
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

  private func waitUntilGone(_ step: Step, _ type: ResourceType) async throws(ApplyFailure) {
    let clock = ContinuousClock()
    let deadline = clock.now + options.timeout
    var pause = 10
    while clock.now < deadline {
      let found = try await request { () async throws(ClientError) -> Value? in
        try await client.find(type, namespace: step.key.namespace, name: step.key.name)
      }
      let pods = step.liveUID.map { watch.remaining(owner: $0, namespace: step.key.namespace) } ?? 0
      if found == nil || found?.uid != step.liveUID, pods == 0 { return }
      if Task.isCancelled { throw .cancelled }
      try? await Task.sleep(for: .milliseconds(pause))
      pause = min(pause * 2, 250)
    }
    throw .timedOut(step: step, state: "still being removed")
  }
}
