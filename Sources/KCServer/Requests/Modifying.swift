internal import KCData
internal import KCKube

extension APIServer {
  /// PUT and PATCH, of objects and of their status.
  func modify(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    guard let name = info.name else { throw .badRequest("a name is expected in the path") }
    let body = try Self.body(request)
    let manager = Self.manager(request)
    let isApply = request.contentType?.hasPrefix("application/apply-patch") ?? false
    if request.method == "PUT" || isApply { try checkKind(body, info) }
    if isApply, request[query: "fieldManager"] == nil {
      throw .badRequest("fieldManager is required for apply patch")
    }
    if let given = body.name, given != name, request.method == "PUT" || isApply {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
    return try await change(request) { state throws(APIStatus) in
      guard let old = state.get(info.type.qualifiedName, info.namespace, name)?.value else {
        guard isApply, info.subresource == nil else { throw .notFound(info.type, name) }
        var config = body
        config.set(.string(name), at: "metadata", "name")
        if config.at("metadata", "uid") != nil { throw .conflict(info.type, name, "uid mismatch") }
        let made = try self.make(
          config, info, in: &state, manager: manager, isApply: true, force: request[query: "force"] == "true")
        return APIResponse(status: 201, body: .value(made))
      }
      let new = try self.changed(old, body, request, info, manager: manager)
      return APIResponse(
        status: 200, body: .value(try self.replace(old, new, info, in: &state, manager: isApply ? nil : manager)))
    }
  }

  /// What a request wants an object to become.
  private func changed(
    _ old: Value, _ body: Value, _ request: APIRequest, _ info: RequestInfo, manager: String
  ) throws(APIStatus) -> Value {
    if request.method == "PUT" { return body }
    switch request.contentType?.split(separator: ";").first.map(String.init) {
    case "application/apply-patch+yaml"?, "application/apply-patch+json"?:
      if body.at("metadata", "managedFields")?.array?.isEmpty == false {
        throw .badRequest("metadata.managedFields must be nil")
      }
      return try ServerSideApply.apply(
        body, to: old, manager: manager, force: request[query: "force"] == "true", subresource: info.subresource ?? "",
        type: info.type, now: settings.now())
    case "application/merge-patch+json"?: return JSONMergePatch.apply(body, to: old)
    case "application/json-patch+json"?: return try JSONPatch.apply(body, to: old)
    case "application/strategic-merge-patch+json"?:
      return try StrategicMergePatch.apply(body, to: old, type: info.type)
    case let other:
      throw APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format (\(other ?? "none"))")
    }
  }

  /// Puts a changed object in the place of the old one.
  ///
  /// - Parameter manager: who changed it; nil where the record of managers has been kept already.
  func replace(
    _ old: Value, _ wanted: Value, _ info: RequestInfo, in state: inout ObjectState, manager: String?
  ) throws(APIStatus) -> Value {
    let type = info.type
    let name = old.name ?? ""
    if let version = wanted.resourceVersion, !version.isEmpty, version != old.resourceVersion {
      throw .conflict(type, name, APIStatus.staleVersion)
    }
    if let uid = wanted.uid, uid != old.uid { throw .conflict(type, name, "the uid in the object differs") }
    var new = wanted
    new["apiVersion"] = .string(type.apiVersion)
    new["kind"] = .string(type.kind)
    for field in [
      "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
      "generateName",
    ] { new.set(old.at("metadata", field), at: "metadata", field) }
    if info.subresource == "status" {
      // Only the status changes; and finalizers and labels stay what they are.
      var object = old
      object["status"] = new["status"]
      object.set(new.at("metadata", "managedFields"), at: "metadata", "managedFields")
      new = object
    } else if type.isStatusSubresource, info.subresource == nil {
      new["status"] = old["status"]
    }
    Defaulting.apply(to: &new, type: type)
    try Admission(server: self, type: type).update(&new, old: old, state: &state)
    if info.subresource != "status" {
      let causes = Validation.unknownFields(new, type: type) + Validation.update(new, old: old, type: type)
      if !causes.isEmpty { throw .invalid(type, name, causes) }
    }
    if Self.hasGeneration(type), Self.declared(new) != Self.declared(old) {
      new.set(.int((old.generation ?? 1) + 1), at: "metadata", "generation")
    }
    if let manager {
      ServerSideApply.recordUpdate(
        old: old, new: &new, manager: manager, subresource: info.subresource ?? "", type: type, now: settings.now())
    }
    new.set(old.at("metadata", "resourceVersion"), at: "metadata", "resourceVersion")
    if Deletion.isDone(new, type) { return state.remove(type.qualifiedName, new) }
    if Self.isSame(new, old) { return old }
    return state.put(type.qualifiedName, new)
  }

  /// Everything but metadata and status.
  private static func declared(_ object: Value) -> Value {
    var object = object
    object["metadata"] = nil
    object["status"] = nil
    return object
  }

  /// Whether nothing changed but the times of managers: then nothing is written.
  private static func isSame(_ new: Value, _ old: Value) -> Bool {
    if new == old { return true }
    func withoutTimes(_ object: Value) -> Value {
      var object = object
      let entries = (object.at("metadata", "managedFields")?.array ?? []).map { entry -> Value in
        var entry = entry
        entry["time"] = nil
        return entry
      }
      object.set(.array(entries), at: "metadata", "managedFields")
      return object
    }
    return withoutTimes(new) == withoutTimes(old)
  }
}
