internal import KCData
internal import KCKube

extension APIServer {
  /// PUT of an object or of its status.
  func update(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let options = try WriteOptions(request)
    let decoded = try decode(request, info.type, options)
    let writer = ObjectWriter(server: self, info: info, options: options, now: settings.now())
    let name = info.name ?? ""
    if let given = decoded.object.name, !given.isEmpty, given != name {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
    if decoded.object.name ?? "" == "" {
      throw .badRequest("the name of the object (\"\") does not match the name on the URL (\(name))")
    }
    let headers = Self.warningHeader(decoded.warnings)
    return try await change(options.isDryRun) { state throws(APIStatus) in
      var object = decoded.object
      try writer.place(&object)
      guard let old = state.get(info.type.storageKey, info.namespace, name)?.value else {
        guard ObjectWriter.createsOnUpdate.contains(info.type.qualifiedName), info.subresource == nil else {
          throw .notFound(info.type, name)
        }
        if object.resourceVersion ?? "" != "" { throw .notFound(info.type, name) }
        let made = try writer.create(object, in: &state)
        return APIResponse(status: 201, headers: headers, body: .value(made))
      }
      writer.complete(&object, state)
      let stored = try writer.replace(old, object, in: &state)
      return APIResponse(status: 200, headers: headers, body: .value(stored))
    }
  }
}

extension ObjectWriter {
  /// Kinds of which a PUT makes what is not there.
  static let createsOnUpdate: Set<String> = [
    "services", "endpoints", "limitranges", "events", "events.events.k8s.io", "leases.coordination.k8s.io",
    "roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io",
    "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io",
    "runtimeclasses.node.k8s.io",
  ]

  /// Puts a changed object in the place of the old one.
  ///
  /// - Parameters:
  ///   - wanted: in the form that `complete` gives.
  ///   - isApplied: whether its managers have been recorded already.
  /// - Returns: what is stored now, or what was there last where the change ended the object's life.
  func replace(
    _ old: Value, _ wanted: Value, in state: inout ObjectState, isApplied: Bool = false
  ) throws(APIStatus) -> Value {
    let name = old.name ?? ""
    let old = Versions.read(old, as: type, state.catalogue)
    try checkIdentity(wanted, old, state)
    var new = wanted
    if !isApplied {
      ServerSideApply.recordUpdate(
        old: old, new: &new, manager: options.manager, subresource: info.subresource ?? "", type: type, now: now,
        schema: state.catalogue.schema)
      // A scale of nothing says no number, and so none that its writer manages.
      if info.subresource == "scale", ScalePaths(type, state.catalogue).isZero(new) {
        ServerSideApply.forget(manager: options.manager, subresource: "scale", in: &new)
      }
    }
    for field in Self.serverOwned { new.set(old.at("metadata", field), at: "metadata", field) }
    if info.subresource == nil, !state.catalogue.isCustom(type) { Admission.update(&new, type: type) }
    prepare(&new, old, state)
    try ClusterAdmission.checkFinalizers(new, old, type)
    if info.subresource == nil { try ClusterAdmission.checkClaimSize(new, old, type, state) }
    if info.subresource == nil { try checkAllocation(new, old: old, state) }
    let causes =
      Validation.update(new, old: old, type: type, subresource: info.subresource ?? "")
      + customCauses(new, old: old, state)
    if !causes.isEmpty { throw .invalid(type, name, causes) }
    if type.kind == "Service", type.group.isEmpty, info.subresource == nil {
      try ServiceAddresses(settings: server.settings, isDryRun: options.isDryRun).assign(&new, state)
    }
    new.set(old.at("metadata", "resourceVersion"), at: "metadata", "resourceVersion")
    if Deletion.isDone(new, type) {
      if !options.isDryRun { _ = state.remove(resource, new) }
      return new
    }
    if Self.isSame(new, old) { return old }
    if options.isDryRun { return new }
    let stored = state.put(resource, Versions.stored(new, type, state.catalogue))
    return Versions.read(stored, as: type, state.catalogue)
  }

  /// What only the server writes.
  private static let serverOwned = [
    "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
    "generateName", "selfLink",
  ]

  private func checkIdentity(_ new: Value, _ old: Value, _ state: borrowing ObjectState) throws(APIStatus) {
    let name = old.name ?? ""
    if let uid = new.uid, !uid.isEmpty, uid != old.uid {
      throw .conflict(
        type, name,
        "StorageError: invalid object, Code: 4, Key: /registry/\(type.plural)/\(old.namespacedName), "
          + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object "
          + "meta: \(old.uid ?? "")")
    }
    let version = new.resourceVersion ?? ""
    if version.isEmpty {
      guard state.catalogue.isCustom(type), !isPatch else { return }
      throw .invalid(
        type, name,
        [
          .init(
            reason: "FieldValueInvalid", message: "Invalid value: 0: must be specified for an update",
            field: "metadata.resourceVersion")
        ], kind: type.plural)
    }
    if version != old.resourceVersion { throw .conflict(type, name, APIStatus.staleVersion) }
  }

  private var isPatch: Bool { options.kind == "PatchOptions" }

  /// Restores what this kind of write may not touch, and counts generations.
  private func prepare(_ new: inout Value, _ old: Value, _ state: borrowing ObjectState) {
    if state.catalogue.isCustom(type) { return prepareCustom(&new, old) }
    switch (type.qualifiedName, info.subresource) {
    case (_, "status"?): Strategy.prepareForStatusUpdate(&new, old: old, type: type)
    case ("namespaces", "finalize"?):
      let finalizers = new.at("spec", "finalizers")
      let managed = new.at("metadata", "managedFields")
      new = old
      new.set(finalizers, at: "spec", "finalizers")
      new.set(managed, at: "metadata", "managedFields")
      Defaulting.apply(to: &new, type: type)
    case ("namespaces", _):
      new["spec"] = old["spec"]
      new["status"] = old["status"]
      Strategy.prepareForUpdate(&new, old: old, type: type)
    case ("pods", "ephemeralcontainers"?):
      let added = new.at("spec", "ephemeralContainers")
      new["spec"] = old["spec"]
      new.set(added, at: "spec", "ephemeralContainers")
      Strategy.prepareForUpdate(&new, old: old, type: type)
    default: Strategy.prepareForUpdate(&new, old: old, type: type)
    }
  }

  private func prepareCustom(_ new: inout Value, _ old: Value) {
    if info.subresource == "status" {
      let (status, managed) = (new["status"], new.at("metadata", "managedFields"))
      new = old
      new["status"] = status
      new.set(managed, at: "metadata", "managedFields")
      return
    }
    if type.isStatusSubresource { new["status"] = old["status"] }
    func declared(_ object: Value) -> Value {
      var object = object
      object["metadata"] = nil
      if type.isStatusSubresource { object["status"] = nil }
      return object
    }
    if declared(new) != declared(old) { new.set(.int((old.generation ?? 1) &+ 1), at: "metadata", "generation") }
  }

  /// Whether nothing changed but the times of managers: then nothing is written.
  private static func isSame(_ new: Value, _ old: Value) -> Bool {
    if new == old { return true }
    func withoutTimes(_ object: Value) -> Value {
      guard case .array(let entries)? = object.at("metadata", "managedFields") else { return object }
      var object = object
      let plain = entries.map { entry -> Value in
        var entry = entry
        entry["time"] = nil
        return entry
      }
      object.set(.array(plain), at: "metadata", "managedFields")
      return object
    }
    return withoutTimes(new) == withoutTimes(old)
  }
}
