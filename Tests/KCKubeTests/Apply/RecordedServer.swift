import KCCodec
import KCData
import KCKube
import KCTestSupport

/// Just enough of an API server to replay recorded writes to one object: what lies around server-side apply.
struct RecordedServer {
  var live: Value?
  let schema: KubeSchema
  let types: ResourceTypes
  enum Answer {
    case object(Value)
    case refused(APIStatus)
    /// A request that this replay has no part in: its refusal is not a matter of the object.
    case notTried
  }

  /// The built-in kinds and the recordings' custom ones.
  static let world: (schema: KubeSchema, types: ResourceTypes) = {
    var schema = KubeSchema.builtin
    var types = ResourceTypes.builtin
    // Other sets of recordings use the same definitions.
    let folders = [Oracle.folder, Oracle.projectRoot + "/../shared/oracle"]
    let read = folders.lazy.compactMap { Oracle.run("cat '\($0)/api/crds.json' 2>/dev/null") }.first { !$0.isEmpty }
    guard let bytes = read, let crds = try? JSON.parse(bytes).array else { return (schema, types) }
    for crd in crds {
      schema.insert(definition: crd)
      for version in crd.at("spec", "versions")?.array ?? [] {
        types.insert(
          ResourceType(
            group: crd.at("spec", "group")?.string ?? "", version: version["name"]?.string ?? "",
            kind: crd.at("spec", "names", "kind")?.string ?? "",
            plural: crd.at("spec", "names", "plural")?.string ?? "",
            namespaced: crd.at("spec", "scope")?.string == "Namespaced",
            subresources: (version["subresources"]?.object ?? [:]).keys))
      }
    }
    return (schema, types)
  }()

  /// What the recordings' `<uid>` stands for.
  static let uid = "7d9f1c52-5b1c-4c1e-9d55-3a2f6c1b8e01"

  private static let address = "10.96.7.7"
  private static let firstPort: Int64 = 32_000

  /// A recorded object with real values for the placeholders.
  static func concrete(_ value: Value) -> Value {
    var port = firstPort
    return concrete(value, &port)
  }

  private static func concrete(_ value: Value, _ port: inout Int64) -> Value {
    switch value {
    case .string("<nodePort>"):
      port += 1
      return .int(port)
    case .string(let text):
      return .string(text.replacing("<uid>", with: uid).replacing("<clusterIP>", with: address))
    case .array(let elements): return .array(elements.map { concrete($0, &port) })
    case .object(let fields): return .object(fields.mapValues { concrete($0, &port) })
    default: return value
    }
  }

  /// An object with placeholders as the recordings have them.
  static func recorded(_ value: Value) -> Value {
    switch value {
    case .string(let text): return .string(text.replacing(uid, with: "<uid>").replacing(address, with: "<clusterIP>"))
    case .int(let number) where (firstPort + 1..<firstPort + 50).contains(number): return "<nodePort>"
    case .array(let elements): return .array(elements.map(recorded))
    case .object(let fields): return .object(fields.mapValues(recorded))
    default: return value
    }
  }

  init() { (schema, types) = Self.world }

  func type(path: String) -> (type: ResourceType, name: String?, subresource: String)? {
    var parts = path.split(separator: "/").map(String.init)
    let group = parts[0] == "api" ? "" : parts.remove(at: 1)
    let version = parts[1]
    parts.removeFirst(2)
    if parts.first == "namespaces", parts.count > 2 { parts.removeFirst(2) }
    guard let type = types.find(group: group, version: version, plural: parts[0]) else { return nil }
    return (type, parts.count > 1 ? parts[1] : nil, parts.count > 2 ? parts[2] : "")
  }

  /// The namespace that a path names.
  private func namespace(_ path: String) -> Value? {
    let parts = path.split(separator: "/")
    guard let index = parts.firstIndex(of: "namespaces"), index + 2 < parts.count else { return nil }
    return .string(String(parts[index + 1]))
  }

  mutating func answer(_ step: Value, now: Timestamp) -> Answer {
    guard let path = step["path"]?.string, let target = type(path: path) else { return .notTried }
    convert(to: target.type)
    let query = step["query"]
    var body = step["body"]
    if body == nil, let raw = step["raw"]?.string {
      guard let documents = try? YAML.parseAll(raw) else { return .notTried }
      body = documents.first ?? [:]
    }
    guard let body else { return .notTried }
    let write = Write(
      type: target.type, subresource: target.subresource, namespace: namespace(path),
      manager: query?["fieldManager"]?.string ?? Self.manager(of: step), force: query?["force"]?.string == "true",
      isStrict: query?["fieldValidation"] == "Strict", now: now)
    do throws(APIStatus) {
      switch step["contentType"]?.string {
      case "application/apply-patch+yaml"?: return .object(try apply(body, write))
      case "application/json"? where step["method"]?.string == "POST":
        return .object(try finish(decoded(body, write), old: nil, write))
      case "application/json"?: return .object(try finish(decoded(body, write), old: live, write))
      case "application/json-patch+json"?:
        return .object(try patch(write) { (live) throws(APIStatus) in try JSONPatch.apply(body, to: live) })
      case "application/merge-patch+json"?:
        try JSONMergePatch.check(body)
        return .object(try patch(write) { (live) throws(APIStatus) in JSONMergePatch.apply(body, to: live) })
      default:
        return .object(
          try patch(write) { (live) throws(APIStatus) in
            try StrategicMergePatch.apply(body, to: live, type: write.type, schema: schema)
          })
      }
    } catch { return .refused(error) }
  }

  /// A custom resource in the version that a request speaks. The recordings' definitions convert nothing else.
  private mutating func convert(to type: ResourceType) {
    guard let version = live?.apiVersion, live?.kind == type.kind, version != type.apiVersion else { return }
    live?["apiVersion"] = .string(type.apiVersion)
  }

  private struct Write {
    var type: ResourceType
    var subresource: String
    var namespace: Value?
    var manager: String
    var force: Bool
    /// Whether unknown fields, and names other than the path's, are refused.
    var isStrict: Bool
    var now: Timestamp
  }

  /// Without a name of its own a request goes by its user agent's.
  private static func manager(of step: Value) -> String {
    let agent = step.at("headers", "User-Agent")?.string ?? "oracle"
    return agent.split(separator: "/").first.map(String.init) ?? agent
  }

  private func apply(_ body: Value, _ write: Write) throws(APIStatus) -> Value {
    if let uid = body.uid, let live, uid != live.uid {
      throw APIStatus(code: 422, reason: "Invalid", message: "metadata.uid: field is immutable")
    }
    var result = try ServerSideApply.apply(
      body, to: live, manager: write.manager, force: write.force, subresource: write.subresource, type: write.type,
      now: write.now, schema: schema)
    result.set(write.namespace, at: "metadata", "namespace")
    let managed = result.at("metadata", "managedFields")
    result = try prepared(result, old: live, write)
    result.set(managed, at: "metadata", "managedFields")
    return try checked(result, old: live, write)
  }

  private func patch(_ write: Write, change: (Value) throws(APIStatus) -> Value) throws(APIStatus) -> Value {
    guard var live else { throw APIStatus(code: 404, reason: "NotFound", message: "") }
    if live.kind == "Scale" {
      var scale = try change(live)
      scale["status"] = live["status"]
      let isKnown = scale["spec"]?.object?.keys.allSatisfy { $0 == "replicas" } ?? false
      guard isKnown, scale.at("spec", "replicas")?.int ?? 0 >= 0 else {
        throw APIStatus(code: 422, reason: "Invalid", message: "spec: Invalid value")
      }
      return scale
    }
    if write.subresource == "scale" {
      let replicas = try change(["spec": ["replicas": live.at("spec", "replicas") ?? 0]]).at("spec", "replicas")
      let old = live
      live.set(replicas, at: "spec", "replicas")
      return try finish(live, old: old, write)
    }
    let changed = try change(live)
    if write.isStrict { try checkFields(changed, live, write) }
    return try finish(decoded(changed, write), old: live, write)
  }

  private func checkFields(_ object: Value, _ old: Value, _ write: Write) throws(APIStatus) {
    func refuse(_ code: Int) -> APIStatus { APIStatus(code: code, reason: "", message: "not the object of the path") }
    guard object.apiVersion ?? old.apiVersion == old.apiVersion, object.kind ?? old.kind == old.kind else {
      throw refuse(422)
    }
    let root =
      Validation.unknownFields(object, type: write.type)
      + schema.unknownFields(of: object, apiVersion: write.type.apiVersion, kind: write.type.kind)
    if let cause = root.first {
      throw APIStatus(code: 422, reason: "Invalid", message: "\(cause.field): \(cause.message)")
    }
    if let uid = object.uid, uid != old.uid { throw refuse(422) }
    guard object.name == old.name, object.namespace ?? old.namespace == old.namespace else { throw refuse(400) }
    let versions = (object.resourceVersion ?? "", old.resourceVersion ?? "")
    if !versions.0.isEmpty, versions.0 != versions.1 { throw refuse(409) }
  }

  /// An object as the server reads it.
  private func decoded(_ object: Value, _ write: Write) -> Value {
    var out = object
    out.set(write.namespace, at: "metadata", "namespace")
    let managed = out.at("metadata", "managedFields")
    out = schema.canonical(out, apiVersion: write.type.apiVersion, kind: write.type.kind)
    Defaulting.apply(to: &out, type: write.type)
    out = schema.completed(out, apiVersion: write.type.apiVersion, kind: write.type.kind)
    out.set(managed, at: "metadata", "managedFields")
    return out
  }

  private func finish(_ object: Value, old: Value?, _ write: Write) throws(APIStatus) -> Value {
    var out = object
    if write.subresource == "scale" { out["status"] = old?["status"] }
    ServerSideApply.recordUpdate(
      old: old, new: &out, manager: write.manager, subresource: write.subresource, type: write.type, now: write.now,
      schema: schema)
    return try checked(try prepared(out, old: old, write), old: old, write)
  }

  /// What a write may not touch stays as it was; admission adds its part.
  private func prepared(_ object: Value, old: Value?, _ write: Write) throws(APIStatus) -> Value {
    var out = object
    for key in ["uid", "creationTimestamp", "generation", "resourceVersion"] {
      out.set(old?.at("metadata", key), at: "metadata", key)
    }
    if ResourceTypes.builtin.find(apiVersion: write.type.apiVersion, kind: write.type.kind) == nil {
      return custom(out, old: old, write)
    }
    if old == nil || write.type.kind == "Pod" {
      try Admission.create(&out, type: write.type, context: CreatePipeline.context)
    }
    guard let old else {
      out.set(.string(Self.uid), at: "metadata", "uid")
      Strategy.prepareForCreate(&out, type: write.type, now: write.now)
      return out
    }
    switch write.subresource {
    case "status": Strategy.prepareForStatusUpdate(&out, old: old, type: write.type)
    default: Strategy.prepareForUpdate(&out, old: old, type: write.type)
    }
    return out
  }

  private func custom(_ object: Value, old: Value?, _ write: Write) -> Value {
    // What the stored version does not have is not kept. The recordings' definitions all store v1.
    var out = schema.completed(object, apiVersion: "\(write.type.group)/v1", kind: write.type.kind)
    if write.subresource == "status" {
      out = old ?? [:]
      out["status"] = object["status"]
      out.set(object.at("metadata", "managedFields"), at: "metadata", "managedFields")
      return out
    }
    if write.type.subresources.contains("status") { out["status"] = old?["status"] }
    func wanted(_ object: Value) -> Value {
      var out = object
      out["metadata"] = nil
      out["status"] = nil
      return out
    }
    let generation = old?.generation ?? 0
    let isSame = old.map { wanted($0) == wanted(out) } ?? false
    out.set(.int(isSame ? generation : generation + 1), at: "metadata", "generation")
    return out
  }

  private func checked(_ object: Value, old: Value?, _ write: Write) throws(APIStatus) -> Value {
    var causes =
      old.map { Validation.update(object, old: $0, type: write.type) } ?? Validation.create(object, type: write.type)
    causes += schema.violations(
      of: object, old: old, apiVersion: write.type.apiVersion, kind: write.type.kind)
    if !causes.isEmpty, write.subresource.isEmpty {
      throw APIStatus(
        code: 422, reason: "Invalid", message: causes.map { "\($0.field): \($0.message)" }.joined(separator: ", "))
    }
    return object
  }
}
