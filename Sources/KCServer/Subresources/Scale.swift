internal import KCData
internal import KCKube

extension APIServer {
  /// GET of `NAME/scale`.
  func scale(_ info: RequestInfo) throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    return try objects.read { state throws(APIStatus) in
      guard let object = state.get(info.type.storageKey, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      let paths = ScalePaths(info.type, state.catalogue)
      if state.catalogue.isCustom(info.type), object.at(paths.specification) == nil {
        let why = "the spec replicas field \".\(paths.specification.joined(separator: "."))\" does not exist"
        throw APIStatus(
          code: 500, reason: "InternalError", message: "Internal error occurred: \(why)",
          details: .init(causes: [.init(reason: "", message: why, field: "")]))
      }
      return APIResponse(status: 200, body: .value(paths.scale(of: object)))
    }
  }

  /// PUT and PATCH of `NAME/scale`.
  func setScale(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let options = try WriteOptions(request)
    let body = try Self.body(request)
    let name = info.name ?? ""
    let media = Self.patchKind(request)
    let writer = ObjectWriter(server: self, info: info, options: options, now: settings.now())
    return try await change(options.isDryRun) { state throws(APIStatus) in
      guard let old = state.get(info.type.storageKey, info.namespace, name)?.value else {
        throw .notFound(info.type, name)
      }
      let paths = ScalePaths(info.type, state.catalogue)
      let current = paths.scale(of: old)
      var wanted = body
      if request.method == "PATCH" {
        guard media == "application/apply-patch+yaml" else {
          wanted = try Self.patchedScale(current, body, media)
          return try self.store(wanted, current, old, paths, writer, in: &state)
        }
        let merged = try ServerSideApply.apply(
          body, to: old, manager: options.manager, force: options.force, subresource: "scale", type: info.type,
          now: writer.now, schema: state.catalogue.schema)
        let stored = try writer.replace(old, merged, in: &state, isApplied: true)
        return APIResponse(status: 200, body: .value(paths.scale(of: stored)))
      }
      return try self.store(wanted, current, old, paths, writer, in: &state)
    }
  }

  private static let scaleType = ResourceType(
    group: "autoscaling", version: "v1", kind: "Scale", plural: "scales", namespaced: true)

  private static func patchedScale(_ current: Value, _ patch: Value, _ media: String) throws(APIStatus) -> Value {
    switch media {
    case "application/json-patch+json": return try JSONPatch.apply(patch, to: current)
    case "application/merge-patch+json", "application/strategic-merge-patch+json":
      try JSONMergePatch.check(patch)
      return JSONMergePatch.apply(patch, to: current)
    default:
      throw APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: "
          + "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml")
    }
  }

  private func store(
    _ wanted: Value, _ current: Value, _ old: Value, _ paths: ScalePaths, _ writer: ObjectWriter,
    in state: inout ObjectState
  ) throws(APIStatus) -> APIResponse {
    let type = Self.scaleType
    let name = old.name ?? ""
    if wanted.kind ?? "Scale" != "Scale" || wanted.apiVersion ?? type.apiVersion != type.apiVersion {
      throw .badRequest("\(wanted.kind ?? "") in version \"\(wanted.apiVersion ?? "")\" cannot be handled as a Scale")
    }
    if let given = wanted.name, given != name {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
    let replicas = wanted.at("spec", "replicas") ?? 0
    guard let number = replicas == .null ? 0 : replicas.int else {
      throw .badRequest("spec.replicas: an integer is expected")
    }
    let isCustom = state.catalogue.isCustom(writer.type)
    // Of custom resources the number is looked at with the rest of the object.
    if !isCustom, number < 0 || number > Int64(Int32.max) {
      let message = "Invalid value: \(number): must be greater than or equal to 0"
      throw .invalid(type, name, [.init(reason: "FieldValueInvalid", message: message, field: "spec.replicas")])
    }
    var new = old
    new.set(.int(number), at: paths.specification[...])
    let version = wanted.at("metadata", "resourceVersion") ?? (isCustom ? old.at("metadata", "resourceVersion") : nil)
    new.set(version, at: "metadata", "resourceVersion")
    new.set(wanted.at("metadata", "uid"), at: "metadata", "uid")
    writer.complete(&new, state)
    let stored = try writer.replace(old, new, in: &state)
    return APIResponse(status: 200, body: .value(paths.scale(of: stored)))
  }
}

/// Where an object keeps the numbers of its replicas.
struct ScalePaths {
  var specification = ["spec", "replicas"]
  private var status = ["status", "replicas"]
  private var selector: [String]?

  init(_ type: ResourceType, _ catalogue: Catalogue) {
    guard let scale = catalogue.version(of: type)?.at("subresources", "scale") else { return }
    func path(_ field: String) -> [String] {
      (scale[field]?.string ?? "").split(separator: ".").map(String.init)
    }
    specification = path("specReplicasPath")
    status = path("statusReplicasPath")
    selector = path("labelSelectorPath")
  }

  func isZero(_ object: Value) -> Bool { object.at(specification)?.int ?? 0 == 0 }

  /// What is wrong with the numbers of replicas of a custom resource.
  static func causes(_ object: Value, _ type: ResourceType, _ catalogue: Catalogue) -> [APIStatus.Cause] {
    guard catalogue.version(of: type)?.at("subresources", "scale") != nil else { return [] }
    let paths = ScalePaths(type, catalogue)
    return [paths.specification, paths.status].compactMap { path in
      guard let number = object.at(path)?.int, number < 0 || number > Int64(Int32.max) else { return nil }
      let why = number < 0 ? "should be a non-negative integer" : "should be less than or equal to \(Int32.max)"
      return .init(
        reason: "FieldValueInvalid", message: "Invalid value: \(number): \(why)",
        field: ".\(path.joined(separator: "."))")
    }
  }

  func scale(of object: Value) -> Value {
    var metadata: Value = [:]
    for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
      if let value = object.at("metadata", field) { metadata[field] = value }
    }
    var spec: Value = [:]
    if let replicas = object.at(specification)?.int, replicas != 0 { spec["replicas"] = .int(replicas) }
    var state: Value = ["replicas": .int(object.at(status)?.int ?? 0)]
    let text = selectorText(object)
    if !text.isEmpty { state["selector"] = .string(text) }
    return [
      "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": state,
    ]
  }

  private func selectorText(_ object: Value) -> String {
    if let selector { return object.at(selector)?.string ?? "" }
    let value = object.at("spec", "selector")
    if object.kind == "ReplicationController" {
      return LabelSelector(labels: stringMap(value)).description
    }
    return (try? LabelSelector(value))?.description ?? ""
  }
}
