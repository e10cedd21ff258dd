internal import KCData
internal import KCKube

extension APIServer {
  private static let patchMedia = [
    "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
  ]

  /// PATCH of an object or of its status.
  func patch(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let media = Self.patchKind(request)
    guard Self.patchMedia.contains(media) else {
      throw APIStatus(
        code: 415, reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: "
          + Self.patchMedia.joined(separator: ", "))
    }
    let options = try WriteOptions(request)
    let body = try Self.body(request)
    let writer = ObjectWriter(server: self, info: info, options: options, now: settings.now())
    return try await change(options.isDryRun) { state throws(APIStatus) in
      if media == "application/apply-patch+yaml" { return try writer.apply(body, in: &state) }
      return try writer.patch(body, media, in: &state)
    }
  }

  /// The kind of patch that a request sends.
  static func patchKind(_ request: APIRequest) -> String {
    let media = request.contentType?.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
    return media == "application/apply-patch+json" ? "application/apply-patch+yaml" : media
  }
}

extension ObjectWriter {
  /// Server-side apply; makes what is not there.
  func apply(_ body: Value, in state: inout ObjectState) throws(APIStatus) -> APIResponse {
    guard body.object != nil else { throw .badRequest("an apply takes an object") }
    let name = info.name ?? ""
    var config = body
    if let given = config.name, !given.isEmpty, given != name {
      throw .badRequest("the name of the object (\(given)) does not match the name on the URL (\(name))")
    }
    config.set(.string(name), at: "metadata", "name")
    if type.namespaced { try place(&config) }
    let old = state.get(resource, info.namespace, name)?.value
    let live = old.map { Versions.read($0, as: type, state.catalogue) }
    if live == nil, info.subresource != nil { throw .notFound(type, name) }
    if live == nil, let uid = config.uid, !uid.isEmpty {
      throw .conflict(
        type, name, "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
    }
    let merged = try ServerSideApply.apply(
      config, to: live, manager: options.manager, force: options.force, subresource: info.subresource ?? "",
      type: type, now: now, schema: state.catalogue.schema)
    guard let old = live else {
      return APIResponse(status: 201, body: .value(try create(merged, in: &state, isApplied: true)))
    }
    return APIResponse(status: 200, body: .value(try replace(old, merged, in: &state, isApplied: true)))
  }

  /// The other kinds of patches.
  func patch(_ body: Value, _ media: String, in state: inout ObjectState) throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    if media == "application/merge-patch+json" { try JSONMergePatch.check(body) }
    guard let stored = state.get(resource, info.namespace, name)?.value else { throw .notFound(type, name) }
    let old = Versions.read(stored, as: type, state.catalogue)
    var new = try Self.patched(old, body, media, type, state.catalogue.schema)
    let warnings = try check(new, old, state)
    complete(&new, state)
    let result = try replace(old, new, in: &state)
    return APIResponse(
      status: 200, headers: APIServer.warningHeader(warnings), body: .value(result))
  }

  static func patched(
    _ old: Value, _ body: Value, _ media: String, _ type: ResourceType, _ schema: KubeSchema
  ) throws(APIStatus) -> Value {
    switch media {
    case "application/merge-patch+json": JSONMergePatch.apply(body, to: old)
    case "application/json-patch+json": try JSONPatch.apply(body, to: old)
    default: try StrategicMergePatch.apply(body, to: old, type: type, schema: schema)
    }
  }

  /// Whether what a patch made is still an object of its kind and name.
  ///
  /// - Returns: what to warn of.
  private func check(
    _ new: Value, _ old: Value, _ state: borrowing ObjectState
  ) throws(APIStatus) -> [String] {
    guard new.object != nil else { throw .badRequest("the patch leaves no object") }
    func refused(_ why: String) -> APIStatus {
      .invalid(
        kind: "", group: "", "", [.init(reason: "FieldValueInvalid", message: "Invalid value: \(why)", field: "patch")])
    }
    if new.apiVersion ?? old.apiVersion != old.apiVersion || new.kind ?? old.kind != old.kind {
      if state.catalogue.types.find((new.apiVersion, new.kind)) == nil {
        throw refused("no kind \"\(new.kind ?? "")\" is registered for version \"\(new.apiVersion ?? "")\"")
      }
      throw .badRequest("\(new.kind ?? "") in version \"\(new.apiVersion ?? "")\" cannot be handled as a \(type.kind)")
    }
    let problems = APIServer.Problems(new, type, state.catalogue)
    if let misfit = problems.misfits.first { throw refused("\(misfit.field): \(misfit.message)") }
    if !problems.unknown.isEmpty, options.fieldValidation == .strict {
      throw refused("strict decoding error: \(problems.unknown.joined(separator: ", "))")
    }
    let (name, wanted) = (new.name ?? "", old.name ?? "")
    if name != wanted {
      throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(wanted))")
    }
    if type.namespaced, let namespace = new.namespace, namespace != old.namespace {
      throw .badRequest(
        "the namespace of the object (\(namespace)) does not match the namespace on the URL (\(old.namespace ?? ""))")
    }
    return options.fieldValidation == .warn ? problems.unknown : []
  }
}
