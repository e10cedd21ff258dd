internal import KCData
internal import KCKube

extension APIServer {
  /// `pods/NAME/binding`, and `bindings`: gives a pod its node.
  func bind(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let options = try WriteOptions(request)
    let body = try Self.body(request)
    let name = info.name ?? body.name ?? ""
    if body.name != name { throw .badRequest("name in URL does not match name in Binding object") }
    if let kind = body.at("target", "kind")?.string, !["Node", ""].contains(kind) {
      throw .plain(500, "target.kind: Unsupported value: \"\(kind)\": supported values: \"Node\", \"<empty>\"")
    }
    guard let node = body.at("target", "name")?.string, !node.isEmpty else {
      throw .plain(500, "target.name: Required value")
    }
    guard let pods = ResourceTypes.builtin.find(apiVersion: "v1", kind: "Pod") else { throw .notServed }
    let now = settings.now()
    return try await change(options.isDryRun) { state throws(APIStatus) in
      guard let old = state.get(pods.qualifiedName, info.namespace, name)?.value else { throw .notFound(pods, name) }
      try Self.checkBindable(old, body, pods)
      var pod = old
      pod.set(.string(node), at: "spec", "nodeName")
      Self.merge(&pod, body, "labels")
      Self.merge(&pod, body, "annotations")
      var conditions = (pod.at("status", "conditions")?.array ?? []).filter { $0["type"] != "PodScheduled" }
      conditions.append([
        "type": "PodScheduled", "status": "True", "lastProbeTime": .null, "lastTransitionTime": .string(now.rfc3339),
      ])
      pod.set(.array(conditions), at: "status", "conditions")
      _ = state.put(pods.qualifiedName, pod)
      return Self.created()
    }
  }

  /// The answer of subresources that make no object.
  static func created() -> APIResponse {
    APIResponse(
      status: 201,
      body: .value(["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201]))
  }

  private static func merge(_ pod: inout Value, _ binding: Value, _ field: String) {
    for (key, value) in binding.at("metadata", field)?.object ?? [:] { pod.set(value, at: "metadata", field, key) }
  }

  private static func checkBindable(_ pod: Value, _ binding: Value, _ type: ResourceType) throws(APIStatus) {
    let name = pod.name ?? ""
    func refused(_ why: String) -> APIStatus { .conflict(type, name, why, kind: "pods/binding") }
    if let uid = binding.uid, !uid.isEmpty, uid != pod.uid {
      throw .conflict(
        type, name,
        "StorageError: invalid object, Code: 4, Key: /registry/pods/\(pod.namespacedName), ResourceVersion: 0, "
          + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: \(pod.uid ?? "")"
      )
    }
    if pod.isBeingDeleted { throw refused("pod \(name) is being deleted, cannot be assigned to a host") }
    if let node = pod.at("spec", "nodeName")?.string, !node.isEmpty {
      throw refused("pod \(name) is already assigned to node \"\(node)\"")
    }
    if !(pod.at("spec", "schedulingGates")?.array ?? []).isEmpty {
      throw refused("pod \(name) has non-empty .spec.schedulingGates")
    }
  }
}
