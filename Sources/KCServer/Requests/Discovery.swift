internal import KCData
internal import KCKube

/// Says what the API serves.
struct Discovery {
  let types: ResourceTypes
  let version: String

  /// The answer, where the request asks for discovery.
  func answer(_ request: APIRequest) -> APIResponse? {
    guard request.method == "GET" else { return nil }
    let parts = request.path.split(separator: "/").map(String.init)
    switch (parts.first, parts.count) {
    case ("api"?, 1):
      return found(["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []])
    case ("apis"?, 1):
      return found(["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups().map(group))])
    case ("api"?, 2): return resources(group: "", version: parts[1])
    case ("apis"?, 2):
      return groups().contains(parts[1]) ? found(group(parts[1])) : nil
    case ("apis"?, 3): return resources(group: parts[1], version: parts[2])
    default: return nil
    }
  }

  private func found(_ value: Value) -> APIResponse { APIResponse(status: 200, body: .value(value)) }

  private func groups() -> [String] {
    var seen: [String] = []
    for type in types.all where !type.group.isEmpty && !seen.contains(type.group) { seen.append(type.group) }
    return seen
  }

  private func group(_ name: String) -> Value {
    var versions: [String] = []
    for type in types.all where type.group == name && !versions.contains(type.version) { versions.append(type.version) }
    // `v2` before `v1`, stable ones before others.
    versions.sort { $0.contains("beta") == $1.contains("beta") ? $0 > $1 : !$0.contains("beta") }
    let list = versions.map { ["groupVersion": .string("\(name)/\($0)"), "version": .string($0)] as Value }
    return [
      "kind": "APIGroup", "apiVersion": "v1", "name": .string(name), "versions": .array(list),
      "preferredVersion": list.first ?? [:],
    ]
  }

  private func resources(group: String, version: String) -> APIResponse? {
    let served = types.all.filter { $0.group == group && $0.version == version }
    guard !served.isEmpty else { return nil }
    var list: [Value] = []
    for type in served {
      var entry: Value = [
        "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.namespaced),
        "kind": .string(type.kind), "verbs": .array(type.verbs.map { .string($0) }),
      ]
      if !type.shortNames.isEmpty { entry["shortNames"] = .array(type.shortNames.map { .string($0) }) }
      if !type.categories.isEmpty { entry["categories"] = .array(type.categories.map { .string($0) }) }
      list.append(entry)
      for name in type.subresources where Self.served.contains(name) {
        list.append([
          "name": .string("\(type.plural)/\(name)"), "singularName": "", "namespaced": .bool(type.namespaced),
          "kind": .string(name == "scale" ? "Scale" : type.kind), "verbs": ["get", "patch", "update"],
        ])
      }
    }
    let name = group.isEmpty ? version : "\(group)/\(version)"
    return found([
      "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(name), "resources": .array(list),
    ])
  }

  /// Subresources that are more than a name in the recorded discovery.
  private static let served: Set<String> = ["status", "scale", "log", "binding", "eviction", "finalize"]
}
