internal import KCData
internal import KCKube

/// What a deletion asks for.
struct Deletion {
  var gracePeriod: Int64?
  var propagation: String?
  var uid: String?
  var resourceVersion: String?

  init(_ body: Value, _ request: APIRequest) {
    gracePeriod = body["gracePeriodSeconds"]?.int ?? request[query: "gracePeriodSeconds"].flatMap { Int64($0) }
    propagation = body["propagationPolicy"]?.string ?? request[query: "propagationPolicy"]
    if body["orphanDependents"]?.bool == true { propagation = "Orphan" }
    uid = body.at("preconditions", "uid")?.string
    resourceVersion = body.at("preconditions", "resourceVersion")?.string
  }

  /// Whether an object that is being deleted can go now.
  static func isDone(_ object: Value, _ type: ResourceType) -> Bool {
    guard object.isBeingDeleted, object.finalizers.isEmpty else { return false }
    switch (type.group, type.kind) {
    case ("", "Namespace"): return (object.at("spec", "finalizers")?.array ?? []).isEmpty
    case ("", "Pod"): return object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0 == 0
    default: return true
    }
  }
}

extension APIServer {
  func delete(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let options = Deletion(try Self.body(request), request)
    let resource = info.type.qualifiedName
    guard let name = info.name else {
      let selection = try Selection(request, info)
      return try await change(request) { state throws(APIStatus) in
        for object in state.list(resource, namespace: info.namespace) where selection.matches(object.value) {
          _ = try self.delete(object.value, info.type, options, in: &state)
        }
        return APIResponse(status: 200, body: .value(["kind": "Status", "apiVersion": "v1", "status": "Success"]))
      }
    }
    return try await change(request) { state throws(APIStatus) in
      guard let object = state.get(resource, info.namespace, name)?.value else { throw .notFound(info.type, name) }
      if let uid = options.uid, uid != object.uid {
        throw .conflict(
          info.type, name, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(object.uid ?? "")")
      }
      if let version = options.resourceVersion, version != object.resourceVersion {
        throw .conflict(info.type, name, "Precondition failed: ResourceVersion in precondition: \(version)")
      }
      let (left, isGone) = try self.delete(object, info.type, options, in: &state)
      if !isGone { return APIResponse(status: 200, body: .value(left)) }
      return APIResponse(
        status: 200,
        body: .value([
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
          "details": [
            "name": .string(name), "group": .string(info.type.group), "kind": .string(info.type.plural),
            "uid": .string(object.uid ?? ""),
          ],
        ]))
    }
  }

  /// Removes an object, or marks it where it cannot go at once.
  private func delete(
    _ object: Value, _ type: ResourceType, _ options: Deletion, in state: inout ObjectState
  ) throws(APIStatus) -> (Value, isGone: Bool) {
    var next = object
    let now = settings.now()
    let grace = gracePeriod(object, type, options)
    if let finalizer = ["Foreground": "foregroundDeletion", "Orphan": "orphan"][options.propagation ?? ""],
      !object.finalizers.contains(finalizer)
    {
      next.set(.array((object.finalizers + [finalizer]).map { .string($0) }), at: "metadata", "finalizers")
    }
    if type.kind == "Namespace", type.group.isEmpty {
      if ["default", "kube-system", "kube-public"].contains(object.name ?? "") {
        throw .forbidden(type, object.name ?? "", "this namespace may not be deleted")
      }
      next.set("Terminating", at: "status", "phase")
    }
    if object.isBeingDeleted {
      // A second deletion can only make it quicker.
      let left = object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0
      if grace < left {
        next.set(.int(grace), at: "metadata", "deletionGracePeriodSeconds")
        next.set(.string(now.advanced(by: Double(grace)).rfc3339), at: "metadata", "deletionTimestamp")
      }
    } else {
      next.set(.string(now.advanced(by: Double(grace)).rfc3339), at: "metadata", "deletionTimestamp")
      next.set(.int(grace), at: "metadata", "deletionGracePeriodSeconds")
      if Self.hasGeneration(type) { next.set(.int((object.generation ?? 1) + 1), at: "metadata", "generation") }
    }
    if Deletion.isDone(next, type) { return (state.remove(type.qualifiedName, next), true) }
    return (next == object ? object : state.put(type.qualifiedName, next), false)
  }

  /// In seconds: only a pod on a node has something to finish.
  private func gracePeriod(_ object: Value, _ type: ResourceType, _ options: Deletion) -> Int64 {
    guard type.kind == "Pod", type.group.isEmpty else { return 0 }
    let isOnNode = !(object.at("spec", "nodeName")?.string ?? "").isEmpty
    let phase = object.at("status", "phase")?.string
    if !isOnNode || phase == "Succeeded" || phase == "Failed" { return 0 }
    return max(0, options.gracePeriod ?? object.at("spec", "terminationGracePeriodSeconds")?.int ?? 30)
  }
}
