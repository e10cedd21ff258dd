import KCClient
import KCData
import KCKube
import Synchronization

/// An API in memory: objects by path, watches, optimistic locking, and the two steps of a pod's deletion.
final class FakeAPI: APITransport {
  private struct State {
    var objects: [String: Value] = [:]
    var version = 1
    var watchers: [(path: String, continuation: AsyncThrowingStream<Value, any Error>.Continuation)] = []
    /// What was told so far: a watch begins where its list ended.
    var told: [(version: Int, path: String, event: Value)] = []
  }
  private let state = Mutex(State())

  func client() -> APIClient { APIClient(transport: self, fieldManager: "test") }

  func object(_ path: String) -> Value? { state.withLock { $0.objects[path] } }
  func objects(below path: String) -> [Value] {
    state.withLock { $0.objects.filter { $0.key.hasPrefix(path + "/") }.map(\.value) }
  }
  func pod(_ name: String) -> Value? { object("/api/v1/namespaces/default/pods/\(name)") }
  var events: [Value] { objects(below: "/api/v1/namespaces/default/events") }

  /// Puts an object as it is.
  func put(_ object: Value, at path: String) { state.withLock { store(object, path, &$0) } }
  func put(pod: Value) { put(pod, at: "/api/v1/namespaces/default/pods/\(pod.name ?? "")") }

  /// Marks a pod as to be deleted.
  func delete(pod name: String, grace: Int, now: Timestamp) {
    state.withLock { state in
      let path = "/api/v1/namespaces/default/pods/\(name)"
      guard var pod = state.objects[path] else { return }
      pod.set(.string(now.advanced(by: Double(grace)).rfc3339), at: "metadata", "deletionTimestamp")
      pod.set(Value(grace), at: "metadata", "deletionGracePeriodSeconds")
      store(pod, path, &state)
    }
  }

  /// Makes an object vanish, as a forced deletion does.
  func vanish(_ path: String) {
    state.withLock { state in
      guard let gone = state.objects.removeValue(forKey: path) else { return }
      state.version += 1
      tell("DELETED", gone, path, &state)
    }
  }

  private func store(_ object: Value, _ path: String, _ state: inout State) {
    var object = object
    state.version += 1
    object.set(.string(String(state.version)), at: "metadata", "resourceVersion")
    if object.uid == nil { object.set(.string(newUID()), at: "metadata", "uid") }
    let isNew = state.objects.updateValue(object, forKey: path) == nil
    tell(isNew ? "ADDED" : "MODIFIED", object, path, &state)
  }

  private func tell(_ kind: String, _ object: Value, _ path: String, _ state: inout State) {
    let event: Value = ["type": .string(kind), "object": object]
    state.told.append((state.version, path, event))
    for watcher in state.watchers where Self.collection(of: path, matches: watcher.path) {
      watcher.continuation.yield(event)
    }
  }

  /// Whether an object's path is of a collection, of one namespace or of all.
  private static func collection(of path: String, matches collection: String) -> Bool {
    let parts = path.split(separator: "/").dropLast()
    let wanted = collection.split(separator: "/")
    if Array(parts) == Array(wanted) { return true }
    return parts.last == wanted.last && parts.starts(with: wanted.dropLast())
  }

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
    state.withLock { state in answer(request, &state) }
  }

  private func answer(_ request: APIRequest, _ state: inout State) -> APIResponse {
    var body: Value = .null
    if case .value(let value) = request.body { body = value }
    switch request.method {
    case "GET" where request[query: "watch"] != nil:
      let (stream, continuation) = AsyncThrowingStream<Value, any Error>.makeStream()
      state.watchers.append((request.path, continuation))
      let start = request[query: "resourceVersion"].flatMap { Int($0) } ?? state.version
      for one in state.told where one.version > start && Self.collection(of: one.path, matches: request.path) {
        continuation.yield(one.event)
      }
      return APIResponse(status: 200, body: .events(stream))
    case "GET":
      if let found = state.objects[request.path] { return APIResponse(status: 200, body: .value(found)) }
      let last = request.path.split(separator: "/").last ?? ""
      guard ["pods", "services", "events", "nodes"].contains(last) else { return refuse(404, "NotFound") }
      let items = state.objects.filter { Self.collection(of: $0.key, matches: request.path) }.map(\.value)
      return APIResponse(
        status: 200,
        body: .value([
          "metadata": ["resourceVersion": .string(String(state.version))], "items": .array(items),
        ]))
    case "POST":
      let path = "\(request.path)/\(body.name ?? "")"
      if state.objects[path] != nil { return refuse(409, "AlreadyExists") }
      store(body, path, &state)
      return APIResponse(status: 201, body: .value(state.objects[path] ?? .null))
    case "PUT": return put(request.path, body, &state)
    case "DELETE":
      guard let found = state.objects[request.path] else { return refuse(404, "NotFound") }
      if let uid = body.at("preconditions", "uid")?.string, uid != found.uid { return refuse(409, "Conflict") }
      state.objects[request.path] = nil
      state.version += 1
      tell("DELETED", found, request.path, &state)
      return APIResponse(status: 200, body: .value(found))
    default: return refuse(405, "MethodNotAllowed")
    }
  }

  private func put(_ path: String, _ body: Value, _ state: inout State) -> APIResponse {
    let isStatus = path.hasSuffix("/status")
    let target = isStatus ? String(path.dropLast("/status".count)) : path
    guard var object = state.objects[target] else { return refuse(404, "NotFound") }
    if let version = body.resourceVersion, version != object.resourceVersion { return refuse(409, "Conflict") }
    if isStatus { object["status"] = body["status"] } else { object = body }
    store(object, target, &state)
    return APIResponse(status: 200, body: .value(state.objects[target] ?? .null))
  }

  private func refuse(_ code: Int, _ reason: String) -> APIResponse {
    APIResponse(status: code, body: .value(APIStatus(code: code, reason: reason, message: reason).value))
  }
}
