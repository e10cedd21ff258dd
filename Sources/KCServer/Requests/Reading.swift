internal import KCData
internal import KCKube

extension APIServer {
  func get(_ info: RequestInfo, _ request: APIRequest) throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    let text = request[query: "resourceVersion"] ?? ""
    guard let version = text.isEmpty ? 0 : UInt64(text) else {
      throw .plain(
        500, "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: parsing \"\(text)\": invalid syntax")
    }
    return try objects.read { state throws(APIStatus) in
      if version > UInt64(state.revision) {
        throw .tooLargeVersion(Int64(clamping: version), current: state.revision)
      }
      guard let found = state.get(info.type.storageKey, info.namespace, name) else {
        throw .notFound(info.type, name)
      }
      return APIResponse(status: 200, body: .value(Versions.read(found.value, as: info.type, state.catalogue)))
    }
  }

  func list(_ info: RequestInfo, _ request: APIRequest) throws(APIStatus) -> APIResponse {
    let options = try listOptions(request, info)
    let page = try objects.read { state throws(APIStatus) in try Page(info, options, state) }
    return APIResponse(status: 200, body: .value(page.list(info.type, isCustom: page.isCustom)))
  }
}

extension APIServer {
  func listOptions(_ request: APIRequest, _ info: RequestInfo) throws(APIStatus) -> ListOptions {
    let selectable = try objects.read { state throws(APIStatus) in state.catalogue.selectableFields(of: info.type) }
    return try ListOptions(request, info, selectable: selectable)
  }
}

/// A part of the objects of a resource at one version.
struct Page {
  var items: [Value]
  var isCustom: Bool
  private var metadata: Value = [:]

  init(_ info: RequestInfo, _ options: ListOptions, _ state: borrowing ObjectState) throws(APIStatus) {
    isCustom = state.catalogue.isCustom(info.type)
    let resource = info.type.storageKey
    var revision = state.revision
    let asked = options.token.map { $0.revision ?? 0 } ?? options.version ?? 0
    if asked > revision { throw .tooLargeVersion(asked, current: revision) }
    var all: [StoredObject]
    if asked > 0, options.token != nil || options.isExact {
      guard let past = state.list(resource, namespace: info.namespace, at: asked) else {
        throw Self.expired(options, revision)
      }
      all = past
      revision = asked
    } else {
      all = state.list(resource, namespace: info.namespace)
    }
    let prefix = info.type.namespaced ? (info.namespace.map { "\($0)/" } ?? "") : "/"
    func place(_ object: Value) -> String {
      String(ObjectState.key(info.type.namespaced ? object.namespace : nil, object.name ?? "").dropFirst(prefix.count))
    }
    if let token = options.token { all = all.filter { token.admits(place($0.value)) } }
    let isSelected = options.labels != nil || options.fields != nil
    items = all.map { Versions.read($0.value, as: info.type, state.catalogue) }
    if isSelected { items = items.filter(options.matches) }
    metadata["resourceVersion"] = .string(String(revision))
    // The answer that any version will do for comes whole, as from Kubernetes' cache.
    let isPaged = options.limit > 0 && !(options.version == 0 && options.token == nil)
    if isPaged, items.count > options.limit, let last = items[..<options.limit].last {
      let isLoose = options.token.map { $0.revision == nil } ?? false
      let next = ContinueToken(revision: isLoose ? nil : revision, after: place(last))
      metadata["continue"] = .string(next.text)
      if !isSelected { metadata["remainingItemCount"] = Value(items.count - options.limit) }
      items = Array(items[..<options.limit])
    }
  }

  private static func expired(_ options: ListOptions, _ revision: Int64) -> APIStatus {
    guard let token = options.token else {
      return APIStatus(
        code: 410, reason: "Expired", message: "The resourceVersion for the provided list is too old.")
    }
    return APIStatus(
      code: 410, reason: "Expired",
      message: "The provided continue parameter is too old to display a consistent list result. You can start a new "
        + "list without the continue parameter, or use the continue token in this response to retrieve the remainder "
        + "of the results. Continuing with the provided token results in an inconsistent list - objects that were "
        + "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
        + "list.", next: token.loose.text)
  }

  /// The list as an object. Items leave out what the list says for all, but for custom resources.
  func list(_ type: ResourceType, isCustom: Bool) -> Value {
    var metadata = metadata
    if isCustom, metadata["continue"] == nil { metadata["continue"] = "" }
    let items = items.map { item -> Value in
      if isCustom { return item }
      var item = item
      item["apiVersion"] = nil
      item["kind"] = nil
      return item
    }
    return [
      "kind": .string(type.kind + "List"), "apiVersion": .string(type.apiVersion), "metadata": metadata,
      "items": .array(items),
    ]
  }
}

extension ListOptions {
  func matches(_ object: Value) -> Bool {
    (labels?.matches(object.labels) ?? true) && (fields?.matches(object) ?? true)
  }
}
