internal import KCData
internal import KCKube

extension APIServer {
  func create(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let options = try WriteOptions(request)
    let decoded = try decode(request, info.type, options)
    let writer = ObjectWriter(server: self, info: info, options: options, now: settings.now())
    let headers = Self.warningHeader(decoded.warnings + Unsupported.warnings(decoded.object, info.type))
    return try await change(options.isDryRun) { state throws(APIStatus) in
      let object = try writer.create(decoded.object, in: &state)
      return APIResponse(status: 201, headers: headers, body: .value(object))
    }
  }

  /// Runs a change; a dry run's is taken back.
  func change(
    _ isDryRun: Bool, _ body: (inout ObjectState) throws(APIStatus) -> APIResponse
  ) async throws(APIStatus) -> APIResponse {
    if isDryRun {
      return try objects.read { state throws(APIStatus) in
        var trial = copy state
        return try body(&trial)
      }
    }
    let now = settings.now()
    return try await objects.write { state throws(APIStatus) in
      let first = state.pending.count
      let response = try body(&state)
      if state.pending.count > first { Quotas.follow(&state, from: first, now: now) }
      return response
    }
  }

  /// Five letters and digits without vowels, as Kubernetes makes names.
  static func randomSuffix() -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).map { _ in letters[Int.random(in: letters.indices)] })
  }
}

/// One write of an object: from what was sent to what is stored.
struct ObjectWriter {
  let server: APIServer
  let info: RequestInfo
  let options: WriteOptions
  let now: Timestamp

  var type: ResourceType { info.type }
  var resource: String { info.type.storageKey }

  /// Makes a new object: admission, defaults, validation.
  ///
  /// - Parameter isApplied: whether the object comes from server-side apply, with its managers.
  func create(_ body: Value, in state: inout ObjectState, isApplied: Bool = false) throws(APIStatus) -> Value {
    var object = body
    try Unsupported.check(object, type)
    try place(&object)
    if type.namespaced { try ClusterAdmission.checkNamespace(object, type, state) }
    let managed = object.at("metadata", "managedFields")
    complete(&object, state)
    if object.name ?? "" == "", let prefix = object.at("metadata", "generateName")?.string, !prefix.isEmpty {
      object.set(.string(String(prefix.prefix(58)) + APIServer.randomSuffix()), at: "metadata", "name")
    }
    if !isApplied {
      ServerSideApply.recordUpdate(
        old: nil, new: &object, manager: options.manager, type: type, now: now, schema: state.catalogue.schema)
    } else {
      object.set(managed, at: "metadata", "managedFields")
    }
    // A name that was made now is in the label, too, but nobody's.
    if type.qualifiedName == "namespaces" {
      object.set(.string(object.name ?? ""), at: "metadata", "labels", "kubernetes.io/metadata.name")
    }
    for field in ["uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"] {
      object.set(nil, at: "metadata", field)
    }
    object.set(.string(newUID()), at: "metadata", "uid")
    object.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
    if state.catalogue.isCustom(type) {
      for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] { object.set(nil, at: "metadata", field) }
      if type.isStatusSubresource { object["status"] = nil }
      object.set(1, at: "metadata", "generation")
    } else {
      let context = ClusterAdmission.context(for: object, type, state, server.settings)
      try Admission.create(&object, type: type, context: context)
      try LimitRanger(object, type, state).apply(to: &object)
      try ClusterAdmission.checkPriorityClass(object, type, state)
      Strategy.prepareForCreate(&object, type: type, now: now)
    }
    let name = object.name ?? ""
    try checkAllocation(object, state)
    let labels = type.namespaced ? state.get("namespaces", nil, object.namespace ?? "")?.value.labels : nil
    let causes =
      Validation.create(object, type: type, namespaceLabels: labels ?? [:]) + customCauses(object, state)
    if !causes.isEmpty { throw .invalid(type, name, causes) }
    if !state.catalogue.isCustom(type) {
      let context = ClusterAdmission.context(for: object, type, state, server.settings)
      try Admission.check(object, type: type, context: context, sent: body)
    }
    if let there = state.get(resource, object.namespace, name)?.value {
      throw .alreadyExists(type, name, isLeaving: there.isBeingDeleted)
    }
    if resource == Quotas.resource { try Quotas.checkSupported(object, type, state) }
    try Quotas.check(object, type, state)
    if type.kind == "Service", type.group.isEmpty {
      try ServiceAddresses(settings: server.settings, isDryRun: options.isDryRun).assign(&object, state)
    }
    if options.isDryRun { return object }
    EventExpiry.sweep(type, in: &state, now: now)
    let stored = state.put(resource, Versions.stored(object, type, state.catalogue))
    let made = Versions.read(stored, as: type, state.catalogue)
    // A definition is in force at once; its status says so in a change of its own, as watchers of it expect.
    if resource == Catalogue.definitionResource {
      var next = Catalogue.established(made, now: now)
      ServerSideApply.recordUpdate(
        old: made, new: &next, manager: APIServer.component, subresource: "status", type: type, now: now)
      _ = state.put(resource, next)
    }
    return made
  }

  /// What is wrong with a custom resource by its definition: its schema and its rules.
  func customCauses(_ object: Value, old: Value? = nil, _ state: borrowing ObjectState) -> [APIStatus.Cause] {
    state.catalogue.schema.violations(of: object, old: old, apiVersion: type.apiVersion, kind: type.kind)
      + ScalePaths.causes(object, type, state.catalogue)
  }

  /// Refuses a service that asks for addresses or ports that it cannot have; all else is looked at after that.
  func checkAllocation(_ object: Value, old: Value? = nil, _ state: borrowing ObjectState) throws(APIStatus) {
    guard type.qualifiedName == "services" else { return }
    let addresses = ServiceAddresses(settings: server.settings, isDryRun: options.isDryRun)
    let causes = ServiceAllocation.check(object, old: old, type: type, cluster: addresses.cluster(for: object, state))
    if !causes.isEmpty { throw .invalid(type, object.name ?? "", causes) }
  }

  /// The object's namespace is that of the path.
  func place(_ object: inout Value) throws(APIStatus) {
    if type.namespaced {
      let given = object.namespace ?? ""
      if !given.isEmpty, let wanted = info.namespace, given != wanted {
        throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
      }
      object.set(.string(info.namespace ?? given), at: "metadata", "namespace")
    } else if object.at("metadata", "namespace") != nil {
      object.set(nil, at: "metadata", "namespace")
    }
  }

  /// Defaults, and the form in which the server reads and writes objects.
  func complete(_ object: inout Value, _ state: borrowing ObjectState) {
    let managed = object.at("metadata", "managedFields")
    let schema = state.catalogue.schema
    if state.catalogue.isCustom(type) {
      object = schema.canonical(object, apiVersion: type.apiVersion, kind: type.kind)
      object = schema.completed(object, apiVersion: type.apiVersion, kind: type.kind)
    } else {
      Defaulting.apply(to: &object, type: type)
    }
    object.set(managed, at: "metadata", "managedFields")
  }
}
