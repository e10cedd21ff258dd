internal import KCData
internal import KCKube

extension APIServer {
  func watch(
    _ info: RequestInfo, _ request: APIRequest, _ representation: Representation
  ) throws(APIStatus) -> APIResponse {
    if representation.isYAML {
      throw APIStatus(
        code: 406, reason: "NotAcceptable",
        message: "only the following media types are accepted: application/json;stream=watch")
    }
    let options = try listOptions(request, info)
    let resource = info.type.storageKey
    let wantsInitial = options.sendsInitial ?? (options.version ?? 0 == 0)
    let (present, now, catalogue) = try objects.read { state throws(APIStatus) in
      (wantsInitial ? state.list(resource, namespace: info.namespace) : [], state.revision, state.catalogue)
    }
    let after = wantsInitial || options.version == nil ? now : options.version ?? now
    let presenter = Presenter(representation, info.type, catalogue, settings.now)
    var watcher = Watcher(
      resource: resource, namespace: info.namespace, labels: options.labels, fields: options.fields, after: after
    ) { presenter.present($0) }
    if info.type.isLaterEvent || info.type.isAutoscaler {
      watcher.version = { Versions.read($0, as: info.type, catalogue) }
    }
    if options.wantsBookmarks { watcher.bookmarks = info.type }
    for object in present where watcher.matches(object.value) { _ = watcher.send("ADDED", object.value) }
    if options.sendsInitial == true, options.wantsBookmarks {
      var bookmark = Watcher.bookmark(info.type, now)
      bookmark.set(["k8s.io/initial-events-end": "true"], at: "metadata", "annotations")
      _ = watcher.send("BOOKMARK", bookmark)
    }
    if !objects.watch(watcher, after: after) {
      let old = APIStatus(code: 410, reason: "Expired", message: "too old resource version: \(after) (\(now))")
      _ = watcher.sendPlain("ERROR", old.wire)
      watcher.close()
    }
    endAfterTimeout(watcher, options)
    return APIResponse(status: 200, body: .events(watcher.events))
  }

  /// A watch that says how long it wants to last is ended then; where it takes bookmarks, it is told before how far it
  /// has come.
  private func endAfterTimeout(_ watcher: Watcher, _ options: ListOptions) {
    guard let seconds = options.timeout, seconds > 0 else { return }
    let objects = objects
    Task {
      try? await Task.sleep(for: .seconds(min(seconds, 86400)))
      if let now = try? objects.read({ (state) throws(APIStatus) in state.durable }) { watcher.bookmark(now) }
      watcher.close()
    }
  }
}

/// Turns objects of one watch into the form that its client asked for.
private final class Presenter: Sendable {
  private let representation: Representation
  private let type: ResourceType
  private let catalogue: Catalogue
  private let now: @Sendable () -> Timestamp
  private let isFirst = Once()

  init(
    _ representation: Representation, _ type: ResourceType, _ catalogue: Catalogue,
    _ now: @escaping @Sendable () -> Timestamp
  ) {
    self.representation = representation
    self.type = type
    self.catalogue = catalogue
    self.now = now
  }

  func present(_ object: Value) -> Value {
    var out = representation.present(
      Versions.read(object, as: type, catalogue), type: type, catalogue: catalogue, now: now())
    // The columns are told once.
    if case .table = representation.form, !isFirst.take() { out["columnDefinitions"] = .null }
    return out
  }
}
