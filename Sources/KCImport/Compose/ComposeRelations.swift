/// What the services of a project say of each other, by the names in the files: read once, and asked by each of them.
struct ComposeRelations {
  /// The services that others depend on or have links to.
  private(set) var named: Set<String> = []
  /// The services whose end others wait for.
  private(set) var awaited: Set<String> = []
  /// The names that links give to services.
  private(set) var links: [String: [(name: String, node: ComposeNode)]] = [:]
  /// The names that services have in the cluster.
  private(set) var hosts: Set<String> = []

  init(_ services: [ComposeService] = []) {
    for service in services {
      hosts.insert(service.host)
      for field in ["depends_on", "links"] {
        guard let node = service.node[field] else { continue }
        for text in node.entries?.map(\.key) ?? node.items?.compactMap(\.text) ?? [] {
          named.insert(text.split(separator: ":").first.map(String.init) ?? "")
        }
      }
      for entry in service.node["depends_on"]?.entries ?? []
      where entry.node["condition"]?.text == "service_completed_successfully" {
        awaited.insert(entry.key)
      }
      for item in service.node["links"]?.items ?? [] {
        let parts = (item.text ?? "").split(separator: ":").map(String.init)
        if parts.count == 2 { links[parts[0], default: []].append((parts[1], item)) }
      }
    }
  }
}
