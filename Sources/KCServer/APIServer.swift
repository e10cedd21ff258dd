public import KCData
public import KCKube
internal import Synchronization

/// Gives a pod's log; the engine's nodes do.
public protocol PodLogProvider: Sendable {
  /// - Parameter query: `container`, `follow`, `previous`, `tailLines`, `sinceSeconds`, `timestamps`, `limitBytes`.
  func logs(pod: Value, container: String, query: APIRequest) async throws(APIStatus) -> APIResponse
}

/// A Kubernetes API over a store. It knows requests and answers, not what carries them.
public final class APIServer: Sendable {
  public struct Settings: Sendable {
    /// Where cluster addresses of services come from: an IPv4 range in CIDR notation.
    public var serviceRange = "10.96.0.0/16"
    /// Ports of services on the nodes.
    public var nodePorts: ClosedRange<Int> = 30000...32767
    public var version = "v1.36.0+kc"
    /// The port that the API is served on, for the service `kubernetes`.
    public var port = 6443
    /// Where clients reach the API.
    public var address = "127.0.0.1"
    /// Whether pods may only run as service accounts that are there.
    public var checksServiceAccounts = true
    /// The moment of requests.
    public var now: @Sendable () -> Timestamp

    public init(now: @escaping @Sendable () -> Timestamp) { self.now = now }
  }

  let settings: Settings
  let objects: ObjectStore
  let logs: Mutex<(any PodLogProvider)?> = Mutex(nil)

  /// - Throws: where the store cannot be read.
  public init(store: any Store, cipher: (any StoreCipher)? = nil, settings: Settings) throws(StoreError) {
    self.settings = settings
    objects = try ObjectStore(store: store, cipher: cipher)
  }

  /// Says who gives logs.
  public func setLogProvider(_ provider: any PodLogProvider) { logs.withLock { $0 = provider } }

  /// Ends all watches, as before the server goes.
  public func endWatches() { objects.endWatches() }

  /// Answers a request. Every failure is an answer.
  public func handle(_ request: APIRequest) async -> APIResponse {
    var request = request
    request.path = RequestPath.clean(request.path)
    var representation = Representation.plain
    do throws(APIStatus) {
      representation = try Self.representation(request)
      return representation.encoded(try await answer(request, representation))
    } catch {
      var response = APIResponse(status: error.code, body: .value(error.wire))
      if let retry = error.details?.retryAfterSeconds { response.headers["retry-after"] = String(retry) }
      if request.method == "HEAD" { response.body = .none }
      return representation.encoded(response)
    }
  }

  /// Paths that answer in plain text take any wish.
  private static func representation(_ request: APIRequest) throws(APIStatus) -> Representation {
    let isText = ["/healthz", "/livez", "/readyz", "/openapi"].contains { request.path.hasPrefix($0) }
    return isText || request.path.hasSuffix("/log") ? .plain : try Representation(request)
  }

  private func answer(
    _ request: APIRequest, _ representation: Representation
  ) async throws(APIStatus) -> APIResponse {
    let user = request.user ?? Self.anonymous
    let catalogue = try objects.read { state throws(APIStatus) in state.catalogue }
    switch RequestInfo.target(of: request.path, types: catalogue.types) {
    case .resource(let info):
      let isWatch =
        request.method == "GET" && info.subresource == nil
        && (info.isWatchPath || (info.name == nil && ListOptions.truth(request[query: "watch"])))
      try authorise(user, info, verb: info.verb(method: request.method, isWatch: isWatch))
      if isWatch, info.type.verbs.contains("watch") {
        var response = try watch(info, request, representation)
        Self.warn(&response, catalogue.deprecation(of: info.type))
        return response
      }
      var response = try await dispatch(info, request, user)
      Self.warn(&response, catalogue.deprecation(of: info.type))
      if case .value(let value) = response.body {
        if value.kind != "Status" { try representation.check(isList: value["items"]?.array != nil) }
        let (type, now) = (info.type, settings.now())
        response.body = .value(representation.present(value, type: type, catalogue: catalogue, now: now))
      }
      return response
    case .noPart(let type, let name):
      try authorise(user, RequestInfo(type: type, name: name), verb: "get")
      throw .notFound(type, name)
    case .nothing:
      if !user.groups.contains("system:authenticated") { throw Self.forbiddenPath(request, user) }
      throw .notServed
    case .unknown:
      guard mayGet(request.path, user) else { throw Self.forbiddenPath(request, user) }
      if case .partial = representation.form {
        throw APIStatus(
          code: 406, reason: "NotAcceptable", message: "only the following media types are accepted: application/json")
      }
      return try document(request, catalogue, representation)
    }
  }

  /// Forgets the past: watches and lists of versions before this moment are refused.
  func compact() { objects.compact() }

  private static func forbiddenPath(_ request: APIRequest, _ user: APIUser) -> APIStatus {
    let verb = Subresource.verb(request.method)
    return APIStatus(
      code: 403, reason: "Forbidden",
      message: "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(request.path)\"", details: .init())
  }

  /// Requests about objects.
  private func dispatch(
    _ info: RequestInfo, _ request: APIRequest, _ user: APIUser
  ) async throws(APIStatus) -> APIResponse {
    if let name = info.subresource {
      let facts = Subresource.of(name, info.type)
      guard facts.verbs.contains(Subresource.verb(request.method)) else { throw .notAllowed }
      return try await subresource(name, info, request)
    }
    let verb = info.verb(method: request.method, isWatch: false)
    guard request.method != "HEAD", info.type.verbs.contains(verb) else { throw .notAllowed }
    if info.type.verbs == ["create"] {
      guard info.name == nil, !info.type.namespaced || info.namespace != nil else { throw .notAllowed }
      return info.type.kind == "Binding" ? try await bind(info, request) : try review(info, request, user)
    }
    switch (verb, info.name) {
    case ("get", _?): return try get(info, request)
    case ("list", nil) where request.method == "GET": return try list(info, request)
    case ("create", nil) where !info.type.namespaced || info.namespace != nil: return try await create(info, request)
    case ("update", _?): return try await update(info, request)
    case ("patch", _?): return try await patch(info, request)
    case ("delete", _?): return try await delete(info, request)
    case ("deletecollection", nil) where !info.type.namespaced || info.namespace != nil:
      return try await delete(info, request)
    default: throw .notAllowed
    }
  }

  private func subresource(
    _ name: String, _ info: RequestInfo, _ request: APIRequest
  ) async throws(APIStatus) -> APIResponse {
    switch (name, request.method) {
    case ("log", _): return try await log(info, request)
    case ("scale", "GET"): return try scale(info)
    case ("scale", _): return try await setScale(info, request)
    case ("binding", _): return try await bind(info, request)
    case ("eviction", _): return try await evict(info, request)
    case ("status", "GET"), ("ephemeralcontainers", "GET"), ("resize", "GET"), ("approval", "GET"):
      return try get(info, request)
    case ("status", "PUT"), ("finalize", "PUT"), ("approval", "PUT"): return try await update(info, request)
    case ("status", "PATCH"), ("approval", "PATCH"): return try await patch(info, request)
    default:
      // The object first: what is not there cannot be reached in any way.
      var target = info
      target.subresource = nil
      let found = try get(target, APIRequest(method: "GET", path: request.path))
      if case .value(let pod) = found.body, info.type.qualifiedName == "pods", pod.at("spec", "nodeName") == nil,
        ["exec", "attach", "portforward"].contains(name)
      {
        throw .badRequest("pod \(pod.name ?? "") does not have a host assigned")
      }
      throw APIStatus(
        code: 501, reason: "NotImplemented", message: "this server does not offer \(info.resource)")
    }
  }
}
