internal import KCData
internal import KCKube

extension APIServer {
  /// `pods/NAME/binding`: gives a pod its node.
  func bind(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let body = try Self.body(request)
    let name = info.name ?? ""
    guard let node = body.at("target", "name")?.string, !node.isEmpty else {
      throw .badRequest("target.name: Required value: the node to bind to")
    }
    let now = settings.now()
    return try await change(request) { state throws(APIStatus) in
      guard var pod = state.get(info.type.qualifiedName, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      if let bound = pod.at("spec", "nodeName")?.string, !bound.isEmpty {
        throw .conflict(info.type, name, "pod \(name) is already assigned to node \"\(bound)\"")
      }
      if pod.isBeingDeleted {
        throw .conflict(info.type, name, "pod \(name) is being deleted, cannot be assigned to a host")
      }
      pod.set(.string(node), at: "spec", "nodeName")
      var conditions = (pod.at("status", "conditions")?.array ?? []).filter { $0["type"] != "PodScheduled" }
      conditions.append(
        ["type": "PodScheduled", "status": "True", "lastProbeTime": .null, "lastTransitionTime": .string(now.rfc3339)])
      pod.set(.array(conditions), at: "status", "conditions")
      _ = state.put(info.type.qualifiedName, pod)
      return APIResponse(status: 201, body: .value(["kind": "Status", "apiVersion": "v1", "status": "Success"]))
    }
  }

  /// `pods/NAME/eviction`: deletes a pod unless a disruption budget forbids it.
  func evict(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    let pod = try objects.read { state throws(APIStatus) in
      guard let found = state.get(info.type.qualifiedName, info.namespace, name) else {
        throw .notFound(info.type, name)
      }
      for budget in state.list("poddisruptionbudgets.policy", namespace: info.namespace) {
        let selector = try LabelSelector(budget.value.at("spec", "selector"))
        if selector.matches(found.value.labels), budget.value.at("status", "disruptionsAllowed")?.int ?? 0 <= 0 {
          throw APIStatus(
            code: 429, reason: "TooManyRequests",
            message: "Cannot evict pod as it would violate the pod's disruption budget.")
        }
      }
      return found.value
    }
    var inner = request
    inner.body = .value(["preconditions": ["uid": .string(pod.uid ?? "")]])
    var target = info
    target.subresource = nil
    _ = try await delete(target, inner)
    return APIResponse(status: 201, body: .value(["kind": "Status", "apiVersion": "v1", "status": "Success"]))
  }

  private func scaleObject(_ object: Value) -> Value {
    [
      "kind": "Scale", "apiVersion": "autoscaling/v1",
      "metadata": [
        "name": .string(object.name ?? ""), "namespace": .string(object.namespace ?? ""),
        "uid": .string(object.uid ?? ""), "resourceVersion": .string(object.resourceVersion ?? ""),
        "creationTimestamp": object.at("metadata", "creationTimestamp") ?? .null,
      ],
      "spec": ["replicas": object.at("spec", "replicas") ?? 0],
      "status": [
        "replicas": object.at("status", "replicas") ?? 0,
        "selector": .string(
          stringMap(object.at("spec", "selector", "matchLabels")).sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: ",")),
      ],
    ]
  }

  func scale(_ info: RequestInfo) throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    return try objects.read { state throws(APIStatus) in
      guard let object = state.get(info.type.qualifiedName, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      return APIResponse(status: 200, body: .value(scaleObject(object)))
    }
  }

  func setScale(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let body = try Self.body(request)
    let name = info.name ?? ""
    let manager = Self.manager(request)
    return try await change(request) { state throws(APIStatus) in
      guard let old = state.get(info.type.qualifiedName, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      guard let replicas = body.at("spec", "replicas") else { throw .badRequest("spec.replicas: Required value") }
      var new = old
      new.set(replicas, at: "spec", "replicas")
      let put = try self.replace(old, new, info, in: &state, manager: manager)
      return APIResponse(status: 200, body: .value(self.scaleObject(put)))
    }
  }
}

/// A pod's class of service: how sure it is of its resources.
enum QualityOfService {
  static func of(_ pod: Value) -> String {
    let containers =
      (pod.at("spec", "containers")?.array ?? []) + (pod.at("spec", "initContainers")?.array ?? [])
    var isGuaranteed = true
    var hasAny = false
    for container in containers {
      for name in ["cpu", "memory"] {
        let limit = container.at("resources", "limits", name)?.string.flatMap { Quantity($0) }
        let request = container.at("resources", "requests", name)?.string.flatMap { Quantity($0) } ?? limit
        if limit != nil || request != nil { hasAny = true }
        if limit == nil || limit != request { isGuaranteed = false }
      }
    }
    return !hasAny ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
  }
}
