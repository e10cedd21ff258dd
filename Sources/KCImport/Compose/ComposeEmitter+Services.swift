extension ComposeEmitter {
  /// What others reach a service by: its name, and its aliases.
  mutating func writeServices(_ service: ComposeService, to out: inout SourceLines) {
    guard service.kind != .job else { return }
    let type = serviceType(service)
    guard !service.ports.isEmpty || isMentioned(service.key) else { return }
    writeService(service.name, host: service.host, service, type: type, isFirst: true, to: &out)
    var taken = Set(services.map(\.host))
    for alias in aliases(service) where taken.insert(alias).inserted {
      writeService(names.declare(alias, ending: "alias"), host: alias, service, type: nil, isFirst: false, to: &out)
    }
  }

  private mutating func writeService(
    _ name: String, host: String, _ service: ComposeService, type: String?, isFirst: Bool, to out: inout SourceLines
  ) {
    out.gap()
    out.block("service \(name)") { out in
      if name != host { out.line("name = \(SourceText.quoted(host))") }
      out.line("select = \(service.name)")
      if service.ports.isEmpty || (isFirst && type == "headless") { out.line("headless = true") }
      if let type, isFirst, type != "headless", !service.ports.isEmpty {
        out.line("type = \(SourceText.quoted(type))")
      }
      var used = Set(service.ports.map { "\($0.number)/\($0.transport)" })
      for port in service.ports {
        let target = "\(service.name).app.\(port.name)"
        out.line("port \(port.name) = \(port.number) -> \(target)")
        guard isFirst, let published = port.published, used.insert("\(published)/\(port.transport)").inserted else {
          continue
        }
        let ending = published.utf8.allSatisfy({ (48...57).contains($0) }) ? "-\(published)" : ""
        let outside =
          service.ports.contains { $0.name == "out\(ending)" } || ending.isEmpty
          ? "out-\(port.name.prefix(11))" : "out\(ending)"
        let trimmed = outside.hasSuffix("-") ? String(outside.dropLast()) : outside
        out.line("port \(trimmed) = \(published) -> \(target)")
      }
    }
  }

  private mutating func serviceType(_ service: ComposeService) -> String? {
    let label = pairs(service.node["labels"], "labels").first { $0.key == "kompose.service.type" }?.value
    switch label?.lowercased() {
    case "nodeport": return "NodePort"
    case "loadbalancer": return "LoadBalancer"
    case "headless": return "headless"
    default: break
    }
    let published = service.node["ports"]?.items ?? []
    if let first = published.first {
      note(
        .note, "`\(service.key)` is reached inside the cluster; Compose publishes it on the host",
        help: "set `type = \"NodePort\"` or `\"LoadBalancer\"`, or write an ingress", at: first)
    }
    return nil
  }

  /// Whether another service names it.
  private func isMentioned(_ key: String) -> Bool {
    services.contains { other in
      ["depends_on", "links"].contains { field in
        guard let node = other.node[field] else { return false }
        return (node.entries?.map(\.key) ?? node.items?.compactMap(\.text) ?? []).contains {
          $0.split(separator: ":").first.map(String.init) == key
        }
      }
    }
  }

  /// Other names of a service: aliases in networks, and those that links give it.
  private mutating func aliases(_ service: ComposeService) -> [String] {
    var out: [String] = []
    for network in service.node["networks"]?.entries ?? [] {
      out += texts(network.node["aliases"], "aliases").compactMap { ComposeNames.dns($0) }
    }
    for other in services {
      for text in (other.node["links"]?.items ?? []).compactMap(\.text) {
        let parts = text.split(separator: ":").map(String.init)
        if parts.count == 2, parts[0] == service.key, let alias = ComposeNames.dns(parts[1]) { out.append(alias) }
      }
    }
    return out
  }
}
