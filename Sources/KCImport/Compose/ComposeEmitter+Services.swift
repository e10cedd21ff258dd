extension ComposeEmitter {
  /// What others reach a service by: its name, and its aliases.
  mutating func writeServices(_ service: ComposeService, to out: inout SourceLines) {
    guard service.kind != .job else { return }
    let type = serviceType(service)
    guard isReached(service) else { return }
    writeService(service.name, host: service.host, service, type: type, isFirst: true, to: &out)
    for (alias, name) in ownAliases[service.key] ?? [] {
      writeService(name, host: alias, service, type: nil, isFirst: false, to: &out)
    }
  }

  /// Names the services that the aliases of one become.
  mutating func declareAliases(_ service: ComposeService) {
    for (text, node) in aliases(service) {
      guard let alias = ComposeNames.dns(text), !relations.hosts.contains(alias), owners[alias] != service.key else {
        continue
      }
      if let owner = owners[alias] {
        note(
          .warning, "`\(alias)` is an alias of `\(owner)` and of `\(service.key)`: it leads to the first alone",
          help: "give both the same label, and select their pods by it", at: node)
        continue
      }
      owners[alias] = service.key
      let name = names.declare(alias, ending: "alias")
      ownAliases[service.key, default: []].append((alias, name))
      guard alias != text.lowercased() else { continue }
      noteRenamed(text, alias, at: node)
      hosts[text] = ComposeHost(owner: service.key, name: alias, reference: name, isRenamed: true)
    }
  }

  /// Says that others reach something by another name than in the files.
  mutating func noteRenamed(_ text: String, _ name: String, at node: ComposeNode) {
    note(
      .note, "`\(text)` is `\(name)` here: names of services are small letters, digits and dashes, at most 63",
      help: "change it in files and scripts that name it",
      alike: .init(
        subject: "`\(text)` is `\(name)`",
        many: "names of services are small letters, digits and dashes, at most 63: %"), at: node)
  }

  private mutating func writeService(
    _ name: String, host: String, _ service: ComposeService, type: String?, isFirst: Bool, to out: inout SourceLines
  ) {
    out.gap()
    out.block("service \(name)") { out in
      if name != host { out.line("name = \(SourceText.quoted(host))") }
      out.line("select = \(service.name)")
      let isHeadless =
        service.ports.isEmpty || service.isOpen
        || isFirst && (type == "headless" || type == nil && service.kind == .statefulset)
      if isHeadless { out.line("headless = true") }
      if let type, isFirst, type != "headless", !service.ports.isEmpty, !service.isOpen {
        out.line("type = \(SourceText.quoted(type))")
      }
      var used = Set(service.ports.map { "\($0.standard)/\($0.transport)" })
      for port in service.ports {
        let target = "\(service.name).app.\(port.name)"
        out.line("port \(port.name) = \(port.number) -> \(target)")
        // Without an address there is nothing that leads from one port to another.
        guard isFirst, !isHeadless, let published = port.published,
          used.insert("\(published.number)/\(port.transport)").inserted
        else { continue }
        let ending = published.written == String(published.number) ? "-\(published.number)" : ""
        let outside =
          service.ports.contains { $0.name == "out\(ending)" } || ending.isEmpty
          ? "out-\(port.name.prefix(11))" : "out\(ending)"
        let trimmed = outside.hasSuffix("-") ? String(outside.dropLast()) : outside
        let number = ComposeVariables.whole(published.written).map { parameter($0) } ?? published.written
        out.line("port \(trimmed) = \(number) -> \(target)")
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
        help: service.kind == .statefulset
          ? "write an ingress, or a second service with `type = \"NodePort\"` or `\"LoadBalancer\"`"
          : "set `type = \"NodePort\"` or `\"LoadBalancer\"`, or write an ingress",
        alike: .init(
          subject: "`\(service.key)`", many: "% are reached inside the cluster; Compose publishes them on the host"),
        at: first)
    }
    return nil
  }

  /// Whether another service names it.
  func isMentioned(_ key: String) -> Bool { relations.named.contains(key) }

  /// Other names of a service: aliases in networks, and those that links give it.
  private mutating func aliases(_ service: ComposeService) -> [(name: String, node: ComposeNode)] {
    var out: [(name: String, node: ComposeNode)] = []
    for network in service.node["networks"]?.entries ?? [] {
      for text in texts(network.node["aliases"], "aliases") {
        out.append((text, network.node))
      }
    }
    return out + (relations.links[service.key] ?? [])
  }
}
