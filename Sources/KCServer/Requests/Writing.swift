internal import KCCodec
internal import KCData
internal import KCKube

extension APIServer {
  /// The body of a request as a value.
  static func body(_ request: APIRequest) throws(APIStatus) -> Value {
    switch request.body {
    case .value(let value): return value
    case .none: return .null
    case .bytes(let bytes):
      if bytes.isEmpty { return .null }
      let isYAML = request.contentType?.contains("yaml") ?? false
      do {
        guard isYAML else { return try JSON.parse(bytes) }
        return try YAML.parseAll(String(decoding: bytes, as: UTF8.self)).first ?? .null
      } catch {
        throw .badRequest("the body could not be read: \(error)")
      }
    }
  }

  /// Who makes a change, for the record of managers.
  static func manager(_ request: APIRequest) -> String {
    if let manager = request[query: "fieldManager"], !manager.isEmpty { return manager }
    let agent = request.headers["user-agent"] ?? ""
    let name = agent.prefix { $0 != "/" && $0 != " " }
    return name.isEmpty ? "unknown" : String(name)
  }

  static func isDryRun(_ request: APIRequest) -> Bool { request[query: "dryRun"] == "All" }

  func create(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let body = try Self.body(request)
    guard body.object != nil else { throw .badRequest("an object is expected as the body") }
    try checkKind(body, info)
    let manager = Self.manager(request)
    return try await change(request) { state throws(APIStatus) in
      let object = try self.make(body, info, in: &state, manager: manager, isApply: false, force: false)
      return APIResponse(status: 201, body: .value(object))
    }
  }

  /// Runs a change; a dry run's is taken back.
  func change(
    _ request: APIRequest, _ body: (inout ObjectState) throws(APIStatus) -> APIResponse
  ) async throws(APIStatus) -> APIResponse {
    if Self.isDryRun(request) {
      return try objects.read { state throws(APIStatus) in
        var trial = copy state
        return try body(&trial)
      }
    }
    return try await objects.write(body)
  }

  func checkKind(_ body: Value, _ info: RequestInfo) throws(APIStatus) {
    let (apiVersion, kind) = (body.apiVersion ?? info.type.apiVersion, body.kind ?? info.type.kind)
    if apiVersion != info.type.apiVersion || kind != info.type.kind {
      throw .badRequest(
        "the object provided is unrecognized (\(apiVersion) \(kind)); \(info.type.apiVersion) \(info.type.kind) is expected here"
      )
    }
    if let namespace = body.namespace, let wanted = info.namespace, namespace != wanted {
      throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
    }
  }

  /// Makes a new object: admission, defaults, validation.
  func make(
    _ body: Value, _ info: RequestInfo, in state: inout ObjectState, manager: String, isApply: Bool, force: Bool
  ) throws(APIStatus) -> Value {
    let type = info.type
    var object = body
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    if type.namespaced {
      object.set(.string(info.namespace ?? body.namespace ?? "default"), at: "metadata", "namespace")
    }
    if object.name == nil, let prefix = object.at("metadata", "generateName")?.string {
      object.set(.string(prefix + Self.randomSuffix()), at: "metadata", "name")
    }
    let now = settings.now()
    if isApply {
      object = try ServerSideApply.apply(object, to: nil, manager: manager, force: force, type: type, now: now)
    }
    for field in ["uid", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"] {
      object.set(nil, at: "metadata", field)
    }
    object.set(.string(newUID()), at: "metadata", "uid")
    object.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
    if Self.hasGeneration(type) { object.set(1, at: "metadata", "generation") }
    Self.resetStatus(&object, type)
    Defaulting.apply(to: &object, type: type)
    try Admission(server: self, type: type).create(&object, state: &state)
    let name = object.name ?? ""
    let causes = Validation.unknownFields(object, type: type) + Validation.create(object, type: type)
    if !causes.isEmpty { throw .invalid(type, name, causes) }
    if state.get(type.qualifiedName, object.namespace, name) != nil { throw .alreadyExists(type, name) }
    if !isApply { ServerSideApply.recordUpdate(old: nil, new: &object, manager: manager, type: type, now: now) }
    return state.put(type.qualifiedName, object)
  }

  /// Five letters and digits without vowels, as Kubernetes makes names.
  static func randomSuffix() -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).map { _ in letters[Int.random(in: 0..<letters.count)] })
  }

  /// Kinds that count the versions of their specification.
  static func hasGeneration(_ type: ResourceType) -> Bool {
    ["apps", "batch", "networking.k8s.io", "policy", "autoscaling", "discovery.k8s.io"].contains(type.group)
      || (type.group.isEmpty && type.kind == "Pod")
  }

  /// Status is written through its own path only; nodes and namespaces come with theirs.
  static func resetStatus(_ object: inout Value, _ type: ResourceType) {
    guard type.isStatusSubresource, !["Node", "Namespace"].contains(type.kind) else { return }
    switch type.kind {
    case "Pod": object["status"] = ["phase": "Pending", "qosClass": .string(QualityOfService.of(object))]
    case "PersistentVolumeClaim", "PersistentVolume": object["status"] = ["phase": "Pending"]
    case "Service": object["status"] = ["loadBalancer": [:]]
    default: object["status"] = [:]
    }
  }
}
