internal import KCData
internal import KCKube

/// The end of objects' lives.
enum Deletion {
  /// Whether an object that is being deleted can go now.
  static func isDone(_ object: Value, _ type: ResourceType) -> Bool {
    guard object.isBeingDeleted, object.finalizers.isEmpty else { return false }
    if type.qualifiedName == "namespaces" { return (object.at("spec", "finalizers")?.array ?? []).isEmpty }
    return object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0 == 0
  }

  /// Kinds that answer with what was deleted; others say that it is.
  static let returnsObject: Set<String> = [
    "pods", "services", "serviceaccounts", "persistentvolumeclaims", "persistentvolumes", "podtemplates",
    "resourcequotas", "storageclasses.storage.k8s.io", "volumeattachments.storage.k8s.io", "csinodes.storage.k8s.io",
    "csidrivers.storage.k8s.io", "csistoragecapacities.storage.k8s.io", "volumeattributesclasses.storage.k8s.io",
  ]
}

/// What became of an object that was to be deleted.
struct DeletionOutcome {
  /// As it is now, or was last.
  var object: Value
  var isGone: Bool
}

extension APIServer {
  func delete(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    var options = try DeleteOptions(try Self.body(request), request)
    var headers: [String: String] = [:]
    if info.type.qualifiedName == "jobs.batch", options.propagation == nil {
      options.propagation = "Orphan"
      headers = Self.warningHeader([
        "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them "
          + "or set propagationPolicy=Orphan to suppress this warning"
      ])
    }
    guard info.name != nil else { return try await deleteCollection(info, request, options) }
    return try await change(options.isDryRun) { [options, headers] state throws(APIStatus) in
      let outcome = try self.delete(info, options, in: &state)
      if !outcome.isGone || Deletion.returnsObject.contains(info.type.qualifiedName) {
        return APIResponse(status: 200, headers: headers, body: .value(outcome.object))
      }
      var details: Value = ["name": .string(info.name ?? "")]
      if !info.type.group.isEmpty { details["group"] = .string(info.type.group) }
      details["kind"] = .string(info.type.plural)
      details["uid"] = .string(outcome.object.uid ?? "")
      return APIResponse(
        status: 200,
        body: .value([
          "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details,
        ]))
    }
  }

  private func deleteCollection(
    _ info: RequestInfo, _ request: APIRequest, _ options: DeleteOptions
  ) async throws(APIStatus) -> APIResponse {
    let selection = try listOptions(request, info)
    return try await change(options.isDryRun) { state throws(APIStatus) in
      let page = try Page(info, selection, state)
      for object in page.items {
        var one = info
        one.name = object.name
        one.namespace = object.namespace
        _ = try self.delete(one, options, in: &state)
      }
      return APIResponse(status: 200, body: .value(page.list(info.type, isCustom: page.isCustom)))
    }
  }

  /// Deletes one object, or marks it where it cannot go at once.
  func delete(
    _ info: RequestInfo, _ options: DeleteOptions, in state: inout ObjectState
  ) throws(APIStatus) -> DeletionOutcome {
    let name = info.name ?? ""
    guard let stored = state.get(info.type.storageKey, info.namespace, name)?.value else {
      throw .notFound(info.type, name)
    }
    try check(options, stored, info.type)
    try ClusterAdmission.checkDeletion(stored, info.type)
    let object = Versions.read(stored, as: info.type, state.catalogue)
    switch info.type.qualifiedName {
    case "namespaces": return try deleteNamespace(object, info.type, options, in: &state)
    case "pods": return deletePod(object, info.type, options, in: &state)
    default: return deletePlain(object, info.type, options, in: &state)
    }
  }

  func check(_ options: DeleteOptions, _ object: Value, _ type: ResourceType) throws(APIStatus) {
    let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    if let uid = options.uid, uid != object.uid {
      throw .conflict(
        type, object.name ?? "",
        "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid ?? "")). The object might "
          + "have been deleted and then recreated", kind: kind)
    }
    if let version = options.resourceVersion, version != object.resourceVersion {
      throw .conflict(
        type, object.name ?? "",
        "the ResourceVersion in the precondition (\(version)) does not match the ResourceVersion in record "
          + "(\(object.resourceVersion ?? "")). The object might have been modified", kind: kind)
    }
  }

  /// The finalizers by which the garbage collector is told what to do with dependents.
  private func finalizers(_ object: Value, _ options: DeleteOptions) -> [String] {
    guard let propagation = options.propagation else { return object.finalizers }
    var list = object.finalizers.filter { $0 != "foregroundDeletion" && $0 != "orphan" }
    if propagation == "Foreground" { list.append("foregroundDeletion") }
    if propagation == "Orphan" { list.append("orphan") }
    return list
  }

  private func withFinalizers(_ object: Value, _ options: DeleteOptions) -> Value {
    let list = finalizers(object, options)
    if list == object.finalizers { return object }
    var out = object
    out.set(list.isEmpty ? nil : .array(list.map { .string($0) }), at: "metadata", "finalizers")
    return out
  }

  private func mark(_ object: Value, grace: Int64?) -> Value {
    var out = object
    let end = settings.now().advanced(by: Double(grace ?? 0))
    out.set(.string(end.rfc3339), at: "metadata", "deletionTimestamp")
    if let grace { out.set(.int(grace), at: "metadata", "deletionGracePeriodSeconds") }
    if let generation = object.generation, generation > 0 {
      out.set(.int(generation &+ 1), at: "metadata", "generation")
    }
    return out
  }

  private func deletePlain(
    _ object: Value, _ type: ResourceType, _ options: DeleteOptions, in state: inout ObjectState
  ) -> DeletionOutcome {
    var next = withFinalizers(object, options)
    if next.finalizers.isEmpty {
      if !options.isDryRun {
        if type.qualifiedName == Catalogue.definitionResource { Self.removeInstances(of: next, in: &state) }
        _ = state.remove(type.storageKey, next)
      }
      return DeletionOutcome(object: object, isGone: true)
    }
    if !next.isBeingDeleted { next = mark(next, grace: 0) }
    if next == object || options.isDryRun { return DeletionOutcome(object: next, isGone: false) }
    return DeletionOutcome(
      object: state.put(type.storageKey, Versions.stored(next, type, state.catalogue)), isGone: false)
  }

  /// Without their definition, custom resources cannot be reached any more.
  private static func removeInstances(of definition: Value, in state: inout ObjectState) {
    guard let resource = definition.name else { return }
    for object in state.list(resource, namespace: nil) { _ = state.remove(resource, object.value) }
  }

  private func deleteNamespace(
    _ object: Value, _ type: ResourceType, _ options: DeleteOptions, in state: inout ObjectState
  ) throws(APIStatus) -> DeletionOutcome {
    let name = object.name ?? ""
    if ["default", "kube-system", "kube-public"].contains(name) {
      throw .forbidden(type, name, "this namespace may not be deleted")
    }
    var next = withFinalizers(object, options)
    if object.isBeingDeleted {
      if Deletion.isDone(next, type) {
        if !options.isDryRun { _ = state.remove(type.storageKey, next) }
        return DeletionOutcome(object: object, isGone: true)
      }
    } else {
      next = mark(next, grace: nil)
      next.set("Terminating", at: "status", "phase")
    }
    if next == object || options.isDryRun { return DeletionOutcome(object: next, isGone: false) }
    return DeletionOutcome(
      object: state.put(type.storageKey, Versions.stored(next, type, state.catalogue)), isGone: false)
  }

  /// A pod on a node has something to finish: it is marked, and goes when its node says that it is done.
  private func deletePod(
    _ object: Value, _ type: ResourceType, _ options: DeleteOptions, in state: inout ObjectState
  ) -> DeletionOutcome {
    var next = withFinalizers(object, options)
    let grace = gracePeriod(object, options)
    if object.isBeingDeleted {
      // A second deletion can only make it quicker.
      let left = object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0
      if grace < left {
        next.set(.int(grace), at: "metadata", "deletionGracePeriodSeconds")
        if let end = object.deletionTimestamp {
          next.set(.string(end.advanced(by: Double(grace - left)).rfc3339), at: "metadata", "deletionTimestamp")
        }
      }
    } else {
      next = mark(next, grace: grace)
    }
    let isGone = Deletion.isDone(next, type)
    if options.isDryRun { return DeletionOutcome(object: next, isGone: isGone) }
    if next != object { next = state.put(type.storageKey, Versions.stored(next, type, state.catalogue)) }
    if isGone { _ = state.remove(type.storageKey, next) }
    return DeletionOutcome(object: next, isGone: isGone)
  }

  /// In seconds.
  private func gracePeriod(_ pod: Value, _ options: DeleteOptions) -> Int64 {
    let isOnNode = !(pod.at("spec", "nodeName")?.string ?? "").isEmpty
    let phase = pod.at("status", "phase")?.string
    if !isOnNode || phase == "Succeeded" || phase == "Failed" { return 0 }
    let own = pod.at("spec", "terminationGracePeriodSeconds")?.int ?? 30
    return min(max(0, options.gracePeriod ?? own), 366 * 86400)
  }
}
