internal import KCData
internal import KCKube
internal import KCNode
internal import KCServer

/// Gives the API server the logs of pods: they are files of this machine, whichever node a pod is on.
struct NodeLogs: PodLogProvider {
  let logs: PodLogs
  /// Whether a container still runs, by the API.
  let isRunning: @Sendable (_ namespace: String, _ pod: String, _ container: String) async -> Bool

  func logs(pod: Value, container: String, query: APIRequest) async throws(APIStatus) -> APIResponse {
    var options = PodLogOptions()
    options.tailLines = query[query: "tailLines"].flatMap { Int($0) }
    options.limitBytes = query[query: "limitBytes"].flatMap { Int($0) }
    options.timestamps = query[query: "timestamps"] == "true"
    options.previous = query[query: "previous"] == "true"
    options.follow = query[query: "follow"] == "true"
    if let text = query[query: "sinceTime"] { options.since = Timestamp(text) }
    if let seconds = query[query: "sinceSeconds"].flatMap({ Double($0) }) {
      options.since = Clock.now().advanced(by: -seconds)
    }
    let (namespace, name) = (pod.namespace ?? "", pod.name ?? "")
    guard
      let path = logs.path(
        namespace: namespace, pod: name, uid: pod.uid ?? "", container: container, previous: options.previous)
    else {
      let which = options.previous ? "previous terminated container" : "container"
      throw APIStatus(
        code: 400, reason: "BadRequest", message: "\(which) \"\(container)\" in pod \"\(name)\" has no log yet")
    }
    if options.follow {
      let check = isRunning
      let stream = logs.stream(path: path, options: options) { await check(namespace, name, container) }
      return APIResponse(status: 200, contentType: "text/plain", body: .stream(stream))
    }
    return APIResponse(status: 200, contentType: "text/plain", body: .bytes(logs.read(path: path, options: options)))
  }
}
