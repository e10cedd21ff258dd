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
    /// The moment of requests.
    public var now: @Sendable () -> Timestamp

    public init(now: @escaping @Sendable () -> Timestamp) { self.now = now }
  }

  let settings: Settings
  let types: ResourceTypes
  let objects: ObjectStore
  let logs: Mutex<(any PodLogProvider)?> = Mutex(nil)

  /// - Throws: where the store cannot be read.
  public init(store: any Store, cipher: (any StoreCipher)? = nil, settings: Settings) throws(StoreError) {
    self.settings = settings
    types = .builtin
    objects = try ObjectStore(store: store, cipher: cipher)
  }

  /// Says who gives logs.
  public func setLogProvider(_ provider: any PodLogProvider) { logs.withLock { $0 = provider } }

  /// Answers a request. Every failure is an answer.
  public func handle(_ request: APIRequest) async -> APIResponse {
    do {
      return try await dispatch(request)
    } catch {
      return APIResponse(status: error.code, body: .value(error.value))
    }
  }

  private func dispatch(_ request: APIRequest) async throws(APIStatus) -> APIResponse {
    if let answer = health(request) { return answer }
    guard let user = request.user else {
      throw APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")
    }
    if let answer = Discovery(types: types, version: settings.version).answer(request) { return answer }
    guard let info = RequestInfo(path: request.path, types: types) else {
      throw APIStatus(code: 404, reason: "NotFound", message: "the server could not find the requested resource")
    }
    let isWatch = request[query: "watch"] == "true" || request[query: "watch"] == "1"
    try authorise(user, info, verb: info.verb(method: request.method, isWatch: isWatch))
    switch (request.method, info.subresource) {
    case ("GET", "log"?): return try await log(info, request)
    case ("GET", "scale"?): return try scale(info)
    case ("GET", nil), ("GET", "status"?), ("HEAD", nil):
      if info.name != nil { return try get(info, request) }
      return isWatch ? try watch(info, request) : try list(info, request)
    case ("POST", "binding"?): return try await bind(info, request)
    case ("POST", "eviction"?): return try await evict(info, request)
    case ("POST", nil) where info.name == nil: return try await create(info, request)
    case ("PUT", "scale"?), ("PATCH", "scale"?): return try await setScale(info, request)
    case ("PUT", _), ("PATCH", _): return try await modify(info, request)
    case ("DELETE", nil): return try await delete(info, request)
    default:
      throw APIStatus(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource")
    }
  }

  /// What anyone may ask.
  private func health(_ request: APIRequest) -> APIResponse? {
    switch request.path {
    case "/healthz", "/livez", "/readyz":
      return APIResponse(status: 200, contentType: "text/plain", body: .bytes(Array("ok".utf8)))
    case "/version":
      return APIResponse(
        status: 200,
        body: .value([
          "major": "1", "minor": "36", "gitVersion": .string(settings.version), "platform": "linux/amd64",
        ]))
    default: return nil
    }
  }

  private func log(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    let pod = try objects.read { state throws(APIStatus) in
      guard let pod = state.get(info.type.qualifiedName, info.namespace, name) else {
        throw .notFound(info.type, name)
      }
      return pod.value
    }
    let containers = (pod.at("spec", "containers")?.array ?? []).compactMap { $0["name"]?.string }
    let others = (pod.at("spec", "initContainers")?.array ?? []).compactMap { $0["name"]?.string }
    let wanted = request[query: "container"] ?? (containers.count == 1 ? containers[0] : "")
    if wanted.isEmpty {
      throw .badRequest(
        "a container name must be specified for pod \(name), choose one of: [\(containers.joined(separator: " "))]")
    }
    guard containers.contains(wanted) || others.contains(wanted) else {
      throw .badRequest("container \(wanted) is not valid for pod \(name)")
    }
    guard let provider = logs.withLock({ $0 }) else {
      throw APIStatus(code: 503, reason: "ServiceUnavailable", message: "no node is there to give the log")
    }
    return try await provider.logs(pod: pod, container: wanted, query: request)
  }
}
