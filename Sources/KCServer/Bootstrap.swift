internal import KCData
public import KCKube

extension APIServer {
  /// Makes what is there from the start: the namespaces that every cluster has, the classes of what it cannot do
  /// without, and the API's own service. What is there already stays.
  ///
  /// - Throws: where the store does not take it.
  public func bootstrap() async throws(APIStatus) {
    for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
      try await ensure(["metadata": ["name": .string(name)]], "/api/v1/namespaces")
    }
    for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] {
      try await ensure(
        [
          "metadata": ["name": .string(name)], "value": Value(value),
          "description": "For what the cluster cannot do without.",
        ], "/apis/scheduling.k8s.io/v1/priorityclasses")
    }
    guard let range = IPv4Range(settings.serviceRange) else { return }
    try await ensure(
      [
        "metadata": ["name": "kubernetes", "labels": ["component": "apiserver", "provider": "kubernetes"]],
        "spec": [
          "clusterIP": .string(range.address(1)), "ipFamilyPolicy": "SingleStack",
          "ports": [["name": "https", "port": 443, "targetPort": Value(settings.port)]],
        ],
      ], "/api/v1/namespaces/default/services")
  }

  /// What the server is called in the managed fields of what it writes itself.
  static let component = "kube-apiserver"

  private func ensure(_ object: Value, _ path: String) async throws(APIStatus) {
    let name = object.name ?? ""
    if await handle(APIRequest(method: "GET", path: "\(path)/\(name)", user: .engine)).status == 200 { return }
    let response = await handle(
      APIRequest(
        method: "POST", path: path, query: [("fieldManager", Self.component)], body: .value(object), user: .engine))
    if response.status < 400 || response.status == 409 { return }
    if case .value(let body) = response.body, let status = APIStatus(body) { throw status }
  }
}

extension APIUser {
  /// The engine's own components.
  public static let engine = APIUser(name: "system:kc-engine", groups: ["system:masters", "system:authenticated"])
}
