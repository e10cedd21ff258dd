internal import KCData
internal import KCKube

extension APIServer {
  func get(_ info: RequestInfo, _ request: APIRequest) throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    let object = try objects.read { state throws(APIStatus) in
      guard let found = state.get(info.type.qualifiedName, info.namespace, name) else {
        throw .notFound(info.type, name)
      }
      return found.value
    }
    if Tables.isWanted(request) { return table([object], info, version: object.resourceVersion ?? "") }
    return APIResponse(status: 200, body: .value(object))
  }

  func list(_ info: RequestInfo, _ request: APIRequest) throws(APIStatus) -> APIResponse {
    let selection = try Selection(request, info)
    var (all, revision) = try objects.read { state throws(APIStatus) in
      (state.list(info.type.qualifiedName, namespace: info.namespace), state.revision)
    }
    all = all.filter { selection.matches($0.value) }
    var metadata: Value = [:]
    if let token = request[query: "continue"], !token.isEmpty {
      guard let start = ContinueToken(token) else { throw .badRequest("continue key is not valid") }
      all = all.filter { ObjectState.key($0.value.namespace, $0.value.name ?? "") > start.after }
      revision = start.revision
    }
    if let limit = request[query: "limit"].flatMap({ Int($0) }), limit > 0, all.count > limit {
      let last = all[limit - 1].value
      metadata["continue"] = .string(
        ContinueToken(revision: revision, after: ObjectState.key(last.namespace, last.name ?? "")).text)
      metadata["remainingItemCount"] = Value(all.count - limit)
      all = Array(all[..<limit])
    }
    if Tables.isWanted(request) { return table(all.map(\.value), info, version: String(revision)) }
    metadata["resourceVersion"] = .string(String(revision))
    return APIResponse(
      status: 200,
      body: .value([
        "kind": .string(info.type.kind + "List"), "apiVersion": .string(info.type.apiVersion), "metadata": metadata,
        "items": .array(all.map(\.value)),
      ]))
  }

  func watch(_ info: RequestInfo, _ request: APIRequest) throws(APIStatus) -> APIResponse {
    let selection = try Selection(request, info)
    let resource = info.type.qualifiedName
    let asked = request[query: "resourceVersion"] ?? ""
    let wantsInitial = request[query: "sendInitialEvents"] == "true" || asked.isEmpty || asked == "0"
    guard let version = asked.isEmpty ? 0 : Int64(asked) else {
      throw .badRequest(
        "resourceVersion: Invalid value: \"\(asked)\": strconv.ParseUint: parsing \"\(asked)\": invalid syntax")
    }
    let (present, now) = try objects.read { state throws(APIStatus) in
      (wantsInitial ? state.list(resource, namespace: info.namespace) : [], state.revision)
    }
    let asTable = Tables.isWanted(request)
    let after = wantsInitial ? now : version
    let settings = settings
    let watcher = Watcher(
      resource: resource, namespace: info.namespace, labels: selection.labels, fields: selection.fields, after: after
    ) { object in
      asTable
        ? Tables.table([object], type: info.type, version: object.resourceVersion ?? "", now: settings.now()) : object
    }
    for object in present where selection.matches(object.value) {
      _ = watcher.send("ADDED", watcher.present(object.value))
    }
    if request[query: "sendInitialEvents"] == "true" {
      _ = watcher.send(
        "BOOKMARK",
        [
          "kind": .string(info.type.kind), "apiVersion": .string(info.type.apiVersion),
          "metadata": [
            "resourceVersion": .string(String(now)), "annotations": ["k8s.io/initial-events-end": "true"],
          ],
        ])
    }
    try objects.watch(watcher, after: after)
    endAfterTimeout(watcher, request)
    return APIResponse(status: 200, body: .events(watcher.events))
  }

  /// A watch that says how long it wants to last is ended then.
  private func endAfterTimeout(_ watcher: Watcher, _ request: APIRequest) {
    guard let seconds = request[query: "timeoutSeconds"].flatMap({ Int($0) }), seconds > 0 else { return }
    Task {
      try? await Task.sleep(for: .seconds(seconds))
      watcher.close()
    }
  }

  func table(_ objects: [Value], _ info: RequestInfo, version: String) -> APIResponse {
    APIResponse(
      status: 200, body: .value(Tables.table(objects, type: info.type, version: version, now: settings.now())))
  }
}

/// The selectors of a list or watch.
struct Selection {
  var labels: LabelSelector?
  var fields: FieldSelector?

  init(_ request: APIRequest, _ info: RequestInfo) throws(APIStatus) {
    if let text = request[query: "labelSelector"], !text.isEmpty { labels = try LabelSelector(parsing: text) }
    if let text = request[query: "fieldSelector"], !text.isEmpty {
      fields = try FieldSelector(parsing: text, kind: info.type.kind)
    }
  }

  func matches(_ object: Value) -> Bool {
    (labels?.matches(object.labels) ?? true) && (fields?.matches(object) ?? true)
  }
}

/// Where the next page of a list begins.
struct ContinueToken {
  var revision: Int64
  var after: String

  init(revision: Int64, after: String) {
    self.revision = revision
    self.after = after
  }

  init?(_ text: String) {
    guard let bytes = Base64.decode(text) else { return nil }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let revision = Int64(parts[0]) else { return nil }
    self.init(revision: revision, after: String(parts[1]))
  }

  var text: String { Base64.encode("\(revision) \(after)".utf8) }
}
