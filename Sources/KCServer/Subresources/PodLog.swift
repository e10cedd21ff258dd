internal import KCData
internal import KCKube
internal import Synchronization

extension APIServer {
  /// `pods/NAME/log`: the node of the pod gives it.
  func log(_ info: RequestInfo, _ request: APIRequest) async throws(APIStatus) -> APIResponse {
    let name = info.name ?? ""
    let pod = try objects.read { state throws(APIStatus) in
      guard let pod = state.get(info.type.qualifiedName, info.namespace, name) else {
        throw .notFound(info.type, name)
      }
      return pod.value
    }
    try checkLogOptions(request, name)
    let containers = names(pod, "containers")
    let others = names(pod, "initContainers") + names(pod, "ephemeralContainers")
    let asked = request[query: "container"] ?? ""
    let wanted = asked.isEmpty ? pod.annotations["kubectl.kubernetes.io/default-container"] ?? "" : asked
    let container = wanted.isEmpty && containers.count + others.count == 1 ? containers.first ?? "" : wanted
    if container.isEmpty {
      let choice = "choose one of: [\((containers + names(pod, "initContainers")).joined(separator: " "))]"
      throw .badRequest("a container name must be specified for pod \(name), \(choice)")
    }
    guard (containers + others).contains(container) else {
      throw .badRequest("container \(container) is not valid for pod \(name)")
    }
    guard let node = pod.at("spec", "nodeName")?.string, !node.isEmpty else { return APIResponse(status: 204) }
    guard let provider = logs.withLock({ $0 }) else {
      throw APIStatus(code: 503, reason: "ServiceUnavailable", message: "no node is there to give the log")
    }
    return try await provider.logs(pod: pod, container: container, query: request)
  }

  private func names(_ pod: Value, _ field: String) -> [String] {
    (pod.at("spec", field)?.array ?? []).compactMap { $0["name"]?.string }
  }

  private func checkLogOptions(_ request: APIRequest, _ name: String) throws(APIStatus) {
    var causes: [APIStatus.Cause] = []
    for (field, least) in [("tailLines", Int64(0)), ("limitBytes", 1), ("sinceSeconds", 1)] {
      guard let text = request[query: field], !text.isEmpty else { continue }
      guard let number = Int64(text) else { throw .number(text) }
      if number < least {
        let message = "Invalid value: \(number): must be greater than or equal to \(least)"
        causes.append(.init(reason: "FieldValueInvalid", message: message, field: field))
      }
    }
    if !causes.isEmpty { throw .invalid(kind: "PodLogOptions", group: "", name, causes) }
  }
}
