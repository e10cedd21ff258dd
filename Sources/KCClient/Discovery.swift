internal import KCData
public import KCKube

extension APIClient {
  /// A client of the same API that knows `types` as well.
  public func adding(_ types: some Sequence<ResourceType>) -> APIClient {
    var all = self.types
    for type in types { all.insert(type) }
    return APIClient(transport: transport, fieldManager: fieldManager, types: all)
  }

  /// A client that knows all resources which the API serves, those of custom definitions too.
  ///
  /// - Throws: where the API does not answer, or only that it cannot at the moment; one that has no discovery is taken to serve what Kubernetes does.
  public func discovered() async throws(ClientError) -> APIClient {
    let answer: Value
    do throws(ClientError) {
      answer = try await object(
        APIRequest(
          method: "GET", path: "/apis",
          accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"))
    } catch {
      // What a server in trouble does not say it may serve all the same.
      switch error {
      case .unreachable, .noCredentials, .cancelled: throw error
      case .status where error.isTransient: throw error
      case .status, .badAnswer: return self
      }
    }
    let found = Self.resources(answer)
    if found.isEmpty { return self }
    // What Kubernetes has and this server, which may be older, has not. The core group is listed elsewhere.
    let served = Set(found.map { "\($0.apiVersion)/\($0.plural)" })
    let known = types.all.filter { $0.group.isEmpty || served.contains("\($0.apiVersion)/\($0.plural)") }
    return APIClient(transport: transport, fieldManager: fieldManager, types: ResourceTypes(known)).adding(found)
  }

  private static func resources(_ list: Value) -> [ResourceType] {
    var found: [ResourceType] = []
    for group in list["items"]?.array ?? [] {
      let name = group.name ?? ""
      for version in group["versions"]?.array ?? [] {
        for resource in version["resources"]?.array ?? [] {
          guard let plural = resource["resource"]?.string, let kind = resource.at("responseKind", "kind")?.string else {
            continue
          }
          var type = ResourceType(
            group: name, version: version["version"]?.string ?? "v1", kind: kind, plural: plural,
            namespaced: resource["scope"]?.string == "Namespaced", shortNames: strings(resource["shortNames"]),
            categories: strings(resource["categories"]),
            subresources: (resource["subresources"]?.array ?? []).compactMap { $0["subresource"]?.string })
          type.verbs = strings(resource["verbs"])
          found.append(type)
        }
      }
    }
    return found
  }

  private static func strings(_ value: Value?) -> [String] { value?.array?.compactMap(\.string) ?? [] }
}
