import KCClient
import KCData
import KCKube
import Synchronization

@testable import KCControl

/// As much of an API server as controllers need: objects with versions, generations, status apart from spec, graceful
/// deletion and finalizers. Every change is told to `cache` at once.
final class FakeAPI: APITransport {
  struct State {
    var objects: [ObjectKey: Value] = [:]
    var version = 100
    var names = 0
    /// How many of the next writes fail, with an error that says nothing about the write.
    var failures = 0
    /// Changes in order: what the recordings call log.
    var log: [(key: ObjectKey, old: Value?, new: Value?)] = []
    var watchers: [(kind: ObjectKind, send: AsyncThrowingStream<Value, any Error>.Continuation)] = []
  }

  let state = Mutex(State())
  let cache: ClusterCache?
  let time: ManualTime

  init(cache: ClusterCache?, time: ManualTime) {
    self.cache = cache
    self.time = time
  }

  func send(_ request: APIRequest) async throws(ClientError) -> APIResponse { handle(request) }

  /// The part of a path that matters.
  private struct Target {
    var type: ResourceType
    var namespace: String?
    var name: String?
    var subresource: String?

    init?(_ path: String) {
      var parts = path.split(separator: "/").map(String.init)
      guard parts.count >= 3 else { return nil }
      let isCore = parts.removeFirst() == "api"
      let group = isCore ? "" : parts.removeFirst()
      let version = parts.removeFirst()
      if parts.first == "namespaces", parts.count >= 3, parts[2] != "finalize", parts[2] != "status" {
        namespace = parts[1]
        parts.removeFirst(2)
      }
      guard let plural = parts.first,
        let type = ResourceTypes.builtin.find(group: group, version: version, plural: plural)
      else { return nil }
      self.type = type
      name = parts.count > 1 ? parts[1] : nil
      subresource = parts.count > 2 ? parts[2] : nil
    }

    var key: ObjectKey { ObjectKey(ObjectKind(type), namespace: namespace, name: name ?? "") }
  }

  func handle(_ request: APIRequest) -> APIResponse {
    let fails = state.withLock { state in
      guard request.method != "GET", state.failures > 0 else { return false }
      state.failures -= 1
      return true
    }
    if fails { return refuse(503, "ServiceUnavailable", "not now") }
    guard let target = Target(request.path) else { return refuse(404, "NotFound", request.path) }
    var body: Value = [:]
    if case .value(let value) = request.body { body = value }
    switch request.method {
    case "GET": return target.name == nil ? list(target, request) : get(target.key)
    case "POST" where target.subresource == "binding": return bind(target.key, body)
    case "POST" where target.subresource == "eviction": return evict(target.key)
    case "POST": return create(body, target.type, target.namespace)
    case "PUT": return update(target.key, body, target.type, target.subresource)
    case "PATCH":
      guard let old = state.withLock({ $0.objects[target.key] }) else { return get(target.key) }
      return update(target.key, JSONMergePatch.apply(body, to: old), target.type, target.subresource)
    case "DELETE" where target.name == nil:
      let keys = state.withLock { Array($0.objects.keys) }
      for key in keys where key.kind == target.key.kind && key.namespace == target.namespace { _ = delete(key, body) }
      return APIResponse(status: 200, body: .value(["kind": "Status", "status": "Success"]))
    case "DELETE": return delete(target.key, body)
    default: return refuse(405, "MethodNotAllowed", request.method)
    }
  }

  func refuse(_ code: Int, _ reason: String, _ message: String) -> APIResponse {
    APIResponse(status: code, body: .value(APIStatus(code: code, reason: reason, message: message).value))
  }
}

/// Reading.
extension FakeAPI {
  var all: [Value] { state.withLock { Array($0.objects.values) } }
  func get(_ key: ObjectKey) -> APIResponse {
    guard let object = state.withLock({ $0.objects[key] }) else { return refuse(404, "NotFound", "\(key) not found") }
    return APIResponse(status: 200, body: .value(object))
  }

  private func list(_ target: Target, _ request: APIRequest) -> APIResponse {
    let kind = ObjectKind(target.type)
    if request[query: "watch"] == "true" {
      let (stream, send) = AsyncThrowingStream<Value, any Error>.makeStream()
      state.withLock { state in
        state.watchers.append((kind, send))
        // What happened between the list and the watch, and before: a modification that changes nothing does no harm.
        for (key, object) in state.objects where key.kind == kind {
          send.yield(["type": "MODIFIED", "object": object])
        }
      }
      return APIResponse(status: 200, body: .events(stream))
    }
    return state.withLock { state in
      let items = state.objects.filter {
        $0.key.kind == kind && (target.namespace == nil || $0.key.namespace == target.namespace)
      }
      return APIResponse(
        status: 200,
        body: .value([
          "metadata": ["resourceVersion": .string(String(state.version))], "items": .array(Array(items.values)),
        ]))
    }
  }
}

/// Writing.
extension FakeAPI {
  func create(_ object: Value, _ type: ResourceType, _ namespace: String?) -> APIResponse {
    var object = object
    Defaulting.apply(to: &object, type: type)
    if type.namespaced { object.set(.string(namespace ?? "default"), at: "metadata", "namespace") }
    if object.name == nil, let prefix = object.at("metadata", "generateName")?.string {
      let number = state.withLock { state in
        state.names += 1
        return state.names
      }
      object.set(.string("\(prefix)\(String(number + 100_000, radix: 36))"), at: "metadata", "name")
    }
    guard let key = ObjectKey(object) else { return refuse(400, "BadRequest", "no name") }
    if state.withLock({ $0.objects[key] != nil }) { return refuse(409, "AlreadyExists", "\(key) already exists") }
    object.set(.string(newUID()), at: "metadata", "uid")
    object.set(.string(time.now.rfc3339), at: "metadata", "creationTimestamp")
    if key.kind == .job, object.at("spec", "manualSelector") != true { Self.select(&object) }
    if type.isStatusSubresource {
      object["status"] = nil
      if key.kind != .pod { object.set(1, at: "metadata", "generation") }
    }
    if key.kind == .pod { object["status"] = ["phase": "Pending"] }
    if key.kind == .persistentVolumeClaim {
      object.set([.string(VolumeProtection.claimFinalizer)], at: "metadata", "finalizers")
    }
    if key.kind == .namespace {
      object.set(["kubernetes"], at: "spec", "finalizers")
      object["status"] = ["phase": "Active"]
    }
    return APIResponse(status: 201, body: .value(put(key, object)))
  }

  private func update(_ key: ObjectKey, _ new: Value, _ type: ResourceType, _ subresource: String?) -> APIResponse {
    guard let old = state.withLock({ $0.objects[key] }) else { return get(key) }
    if let version = new.resourceVersion, version != old.resourceVersion {
      return refuse(409, "Conflict", "the object has been modified")
    }
    var result = new
    if subresource == "status" {
      result = old
      result["status"] = new["status"]
      if key.kind == .deployment { result.set(new.at("metadata", "annotations"), at: "metadata", "annotations") }
    } else {
      result["status"] = old["status"]
      Defaulting.apply(to: &result, type: type)
      if key.kind != .pod, Self.declared(result) != Self.declared(old), let generation = old.generation {
        result.set(.int(generation + 1), at: "metadata", "generation")
      }
      result.set(old.at("metadata", "uid"), at: "metadata", "uid")
      result.set(old.at("metadata", "creationTimestamp"), at: "metadata", "creationTimestamp")
      result.set(old.at("metadata", "deletionTimestamp"), at: "metadata", "deletionTimestamp")
    }
    if subresource == "finalize", result.isBeingDeleted, (result.at("spec", "finalizers")?.array ?? []).isEmpty {
      remove(key)
      return APIResponse(status: 200, body: .value(result))
    }
    Defaulting.apply(to: &result, type: type)
    if result == old { return APIResponse(status: 200, body: .value(old)) }
    if result.isBeingDeleted, result.finalizers.isEmpty, key.kind != .namespace,
      key.kind != .pod || result.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0 == 0
    {
      remove(key)
      return APIResponse(status: 200, body: .value(result))
    }
    return APIResponse(status: 200, body: .value(put(key, result)))
  }

  /// The selector and labels that the API gives a job.
  private static func select(_ job: inout Value) {
    let uid = Value.string(job.uid ?? "")
    job.set(uid, at: "spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid")
    for (label, value) in [
      ("batch.kubernetes.io/controller-uid", uid), ("controller-uid", uid),
      ("batch.kubernetes.io/job-name", .string(job.name ?? "")), ("job-name", .string(job.name ?? "")),
    ] { job.set(value, at: "spec", "template", "metadata", "labels", label) }
  }

  /// What a generation counts changes of.
  private static func declared(_ object: Value) -> Value {
    var declared = object
    if ObjectKind(of: object) == .deployment {
      // The API writes the revision with the status; other annotations count.
      var annotations = object.annotations
      annotations[DeploymentAnnotation.revision] = nil
      declared["metadata"] = ["annotations": Value(annotations)]
    } else {
      declared["metadata"] = nil
    }
    declared["status"] = nil
    return declared
  }

  func evict(_ key: ObjectKey) -> APIResponse {
    let budgets = state.withLock { state in state.objects.filter { $0.key.kind == .disruptionBudget }.map(\.value) }
    if budgets.contains(where: { $0.count("status", "disruptionsAllowed") <= 0 }) {
      return refuse(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
    }
    return delete(key, [:])
  }

  private func bind(_ key: ObjectKey, _ body: Value) -> APIResponse {
    guard var pod = state.withLock({ $0.objects[key] }) else { return get(key) }
    pod.set(body.at("target", "name"), at: "spec", "nodeName")
    return APIResponse(status: 201, body: .value(put(key, pod)))
  }

  func delete(_ key: ObjectKey, _ options: Value) -> APIResponse {
    guard var object = state.withLock({ $0.objects[key] }) else { return get(key) }
    if let uid = options.at("preconditions", "uid")?.string, uid != object.uid {
      return refuse(409, "Conflict", "another uid")
    }
    let policy = options["propagationPolicy"]?.string
    var finalizers = object.finalizers
    if policy == "Foreground" { finalizers.append("foregroundDeletion") }
    if policy == "Orphan" { finalizers.append("orphan") }
    let isGraceful =
      key.kind == .pod && object.nodeName != nil && options["gracePeriodSeconds"]?.int != 0 && !object.isFinishedPod
    if finalizers.isEmpty && !isGraceful && key.kind != .namespace {
      remove(key)
    } else if !object.isBeingDeleted || finalizers != object.finalizers {
      object.set(.array(finalizers.map { .string($0) }), at: "metadata", "finalizers")
      let end = time.now.advanced(by: isGraceful ? 30 : 0)
      object.set(.string(end.rfc3339), at: "metadata", "deletionTimestamp")
      if let generation = object.generation { object.set(.int(generation + 1), at: "metadata", "generation") }
      object.set(isGraceful ? 30 : 0, at: "metadata", "deletionGracePeriodSeconds")
      if key.kind == .namespace { object.set("Terminating", at: "status", "phase") }
      _ = put(key, object)
    }
    return APIResponse(status: 200, body: .value(["kind": "Status", "status": "Success"]))
  }

  /// Stores a changed object and tells of it.
  @discardableResult
  func put(_ key: ObjectKey, _ object: Value) -> Value {
    let stored = state.withLock { state in
      state.version += 1
      var object = object
      object.set(.string(String(state.version)), at: "metadata", "resourceVersion")
      let old = state.objects.updateValue(object, forKey: key)
      state.log.append((key, old, object))
      for watcher in state.watchers where watcher.kind == key.kind {
        watcher.send.yield(["type": old == nil ? "ADDED" : "MODIFIED", "object": object])
      }
      return object
    }
    cache?.store(stored)
    return stored
  }

  func remove(_ key: ObjectKey) {
    let old = state.withLock { state in
      let old = state.objects.removeValue(forKey: key)
      state.version += 1
      state.log.append((key, old, nil))
      for watcher in state.watchers where watcher.kind == key.kind {
        watcher.send.yield(["type": "DELETED", "object": old ?? .null])
      }
      return old
    }
    cache?.remove(key, uid: old?.uid)
  }
}
