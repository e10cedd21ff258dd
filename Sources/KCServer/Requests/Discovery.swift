internal import KCData
internal import KCKube

/// Says what the API serves.
struct Discovery {
  let types: ResourceTypes
  /// Where clients reach the API: host and port.
  let address: String
  /// The version that objects of a custom resource are stored in; nil for kinds that are built in.
  let customStorage: (ResourceType) -> String?

  private func storage(_ type: ResourceType) -> String { customStorage(type) ?? type.version }

  /// The answer, where the request asks for discovery.
  func answer(_ path: String, _ representation: Representation) -> APIResponse? {
    let parts = path.split(separator: "/").map(String.init)
    let isAggregated = representation.form == .discovery
    switch (parts.first, parts.count) {
    case (nil, 0): return found(["paths": .array(paths().map { .string($0) })])
    case ("api"?, 1):
      if isAggregated { return aggregated([""]) }
      return found([
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": .string(address)]],
      ])
    case ("apis"?, 1):
      if isAggregated { return aggregated(groups()) }
      return found(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups().map { group($0) })])
    case ("api"?, 2): return resources(group: "", version: parts[1])
    case ("apis"?, 2):
      var answer = group(parts[1])
      answer["kind"] = "APIGroup"
      answer["apiVersion"] = "v1"
      return groups().contains(parts[1]) ? found(answer) : nil
    case ("apis"?, 3): return resources(group: parts[1], version: parts[2])
    default: return nil
    }
  }

  private func found(_ value: Value) -> APIResponse { APIResponse(status: 200, body: .value(value)) }

  /// The order in which Kubernetes prefers groups; others follow by name.
  private static let order = [
    "apiregistration.k8s.io", "apps", "events.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "autoscaling",
    "batch", "certificates.k8s.io", "networking.k8s.io", "policy", "rbac.authorization.k8s.io", "storage.k8s.io",
    "admissionregistration.k8s.io", "apiextensions.k8s.io", "scheduling.k8s.io", "coordination.k8s.io", "node.k8s.io",
    "discovery.k8s.io", "resource.k8s.io", "flowcontrol.apiserver.k8s.io",
  ]

  private func groups() -> [String] {
    let all = Set(types.all.map(\.group)).subtracting([""])
    return Self.order.filter(all.contains) + all.subtracting(Self.order).sorted()
  }

  /// The versions of a group, the preferred one first.
  private func versions(_ group: String) -> [String] {
    let all = Set(types.all.filter { $0.group == group }.map(\.version))
    // `v2` before `v1`, stable ones before others.
    func rank(_ version: String) -> (Int, String) {
      (version.contains("alpha") ? 0 : version.contains("beta") ? 1 : 2, version)
    }
    return all.sorted { rank($0) > rank($1) }
  }

  private func group(_ name: String) -> Value {
    let list = versions(name).map { ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)] as Value }
    return ["name": .string(name), "versions": .array(list), "preferredVersion": list.first ?? [:]]
  }

  private func paths() -> [String] {
    var out = ["/api", "/api/v1", "/apis", "/apis/"]
    for group in groups() { out += ["/apis/\(group)"] + versions(group).map { "/apis/\(group)/\($0)" } }
    return (out + ["/healthz", "/livez", "/readyz", "/version"]).sorted()
  }

  private func resources(group: String, version: String) -> APIResponse? {
    let served = types.all.filter { $0.group == group && $0.version == version }
    guard !served.isEmpty else { return nil }
    let name = group.isEmpty ? version : "\(group)/\(version)"
    var answer: Value = ["kind": "APIResourceList"]
    if !group.isEmpty { answer["apiVersion"] = "v1" }
    answer["groupVersion"] = .string(name)
    answer["resources"] = .array(served.flatMap(entries))
    return found(answer)
  }

  /// A resource and its subresources, as the plain form lists them.
  private func entries(_ type: ResourceType) -> [Value] {
    var entry: Value = [
      "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.namespaced),
      "kind": .string(type.kind), "verbs": .array(type.verbs.map { .string($0) }),
    ]
    if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
    if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
    if type.verbs.contains("list"), type.kind != "ComponentStatus" {
      entry["storageVersionHash"] = .string(StorageVersion.hash(of: type, storage(type)))
    }
    return [entry]
      + type.subresources.sorted().map { name in
        let facts = Subresource.of(name, type)
        var entry: Value = [
          "name": .string("\(type.plural)/\(name)"), "singularName": "", "namespaced": .bool(type.namespaced),
        ]
        if let (group, version) = facts.origin {
          entry["group"] = .string(group)
          entry["version"] = .string(version)
        }
        entry["kind"] = .string(facts.kind)
        entry["verbs"] = .array(facts.verbs.map { .string($0) })
        return entry
      }
  }
}

/// All groups in one document, as newer clients ask for it.
extension Discovery {
  private func aggregated(_ groups: [String]) -> APIResponse {
    let items = groups.map { group -> Value in
      let list = versions(group).map { version -> Value in
        let served = types.all.filter { $0.group == group && $0.version == version }
        return ["version": .string(version), "resources": .array(served.map(resource)), "freshness": "Current"]
      }
      return ["metadata": group.isEmpty ? [:] : ["name": .string(group)], "versions": .array(list)]
    }
    return APIResponse(
      status: 200, contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
      body: .value([
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
        "items": .array(items),
      ]))
  }

  private func responseKind(_ kind: String, _ origin: (group: String, version: String)?) -> Value {
    ["group": .string(origin?.group ?? ""), "version": .string(origin?.version ?? ""), "kind": .string(kind)]
  }

  private func resource(_ type: ResourceType) -> Value {
    var out: Value = [
      "resource": .string(type.plural), "responseKind": responseKind(type.kind, nil),
      "scope": type.namespaced ? "Namespaced" : "Cluster", "singularResource": .string(type.singular),
      "verbs": .array(type.verbs.map { .string($0) }),
    ]
    if !type.shortNames.isEmpty { out["shortNames"] = .array(type.shortNames.map { .string($0) }) }
    if !type.categories.isEmpty { out["categories"] = .array(type.categories.map { .string($0) }) }
    let inner = type.subresources.sorted().map { name -> Value in
      let facts = Subresource.of(name, type)
      return [
        "subresource": .string(name), "responseKind": responseKind(facts.kind, facts.origin),
        "verbs": .array(facts.verbs.map { .string($0) }),
      ]
    }
    if !inner.isEmpty { out["subresources"] = .array(inner) }
    return out
  }
}

/// What a subresource takes, and what can be done with it.
struct Subresource {
  var kind: String
  var verbs = ["get", "patch", "update"]
  /// The group and version of its kind, where that is not the resource's.
  var origin: (group: String, version: String)?

  static func of(_ name: String, _ type: ResourceType) -> Subresource {
    switch name {
    case "scale": Subresource(kind: "Scale", origin: ("autoscaling", "v1"))
    case "eviction": Subresource(kind: "Eviction", verbs: ["create"], origin: ("policy", "v1"))
    case "token": Subresource(kind: "TokenRequest", verbs: ["create"], origin: ("authentication.k8s.io", "v1"))
    case "binding": Subresource(kind: "Binding", verbs: ["create"])
    case "log": Subresource(kind: "Pod", verbs: ["get"])
    case "exec": Subresource(kind: "PodExecOptions", verbs: ["create", "get"])
    case "attach": Subresource(kind: "PodAttachOptions", verbs: ["create", "get"])
    case "portforward": Subresource(kind: "PodPortForwardOptions", verbs: ["create", "get"])
    case "proxy": Subresource(kind: "\(type.kind)ProxyOptions", verbs: ["create", "delete", "get", "patch", "update"])
    case "finalize": Subresource(kind: type.kind, verbs: ["update"])
    default: Subresource(kind: type.kind)
    }
  }

  /// The verb of a method.
  static func verb(_ method: String) -> String {
    ["GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"][method] ?? ""
  }
}
