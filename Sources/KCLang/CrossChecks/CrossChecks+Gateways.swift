internal import KCData

/// Gateways, and routes that requests take from them.
extension CrossChecks {
  private static let group = "gateway.networking.k8s.io"

  mutating func checkRoute(_ object: Object) {
    guard let spec = child(object.root, names.spec) else { return }
    for parent in elements(spec, names.parentRefs) { checkParent(parent, spec, object) }
    for rule in elements(spec, names.rules) {
      for backend in elements(rule, names.backendRefs) { checkBackend(backend, object) }
      for filter in elements(rule, names.filters) {
        guard let mirror = child(filter, names.requestMirror), let backend = child(mirror, names.backendRef) else {
          continue
        }
        checkBackend(backend, object)
      }
    }
  }

  private mutating func checkBackend(_ backend: Node, _ object: Object) {
    guard text(backend, names.kind) ?? "Service" == "Service", text(backend, names.namespace) == nil else { return }
    checkBackend(
      text(backend, names.name), child(backend, names.port), at: child(backend, names.name)?.site ?? backend.site,
      object)
  }

  /// The gateway of a route, its listener, and whether that serves the route's hosts.
  private mutating func checkParent(_ parent: Node, _ spec: Node, _ object: Object) {
    guard text(parent, names.kind) ?? "Gateway" == "Gateway" else { return }
    let namespace = text(parent, names.namespace) ?? object.namespace
    let site = child(parent, names.name)?.site ?? parent.site
    checkName(
      text(parent, names.name), "Gateway", "gateway", object, at: site, namespace: namespace, group: Self.group)
    guard let name = text(parent, names.name),
      let gateway = self.object("Gateway", namespace, name, group: Self.group)
    else { return }
    var listeners = elements(child(gateway.root, names.spec), names.listeners)
    if let section = text(parent, names.sectionName) {
      let known = listeners.compactMap { text($0, names.name) }
      listeners.removeAll { text($0, names.name) != section }
      guard !listeners.isEmpty else {
        let guess = Program.nearest(to: section, among: known)
        return report(
          "KC0433",
          "\(title(object)) takes requests from the listener `\(section)` of \(title(gateway)), which has none of that name",
          at: child(parent, names.sectionName)?.site ?? site, labels: [(gateway.root.site, "declared here")],
          notes: known.isEmpty ? [] : ["it has \(Program.enumerate(known))"],
          help: guess.map { "did you mean `\($0)`?" })
      }
    }
    guard let hosts = child(spec, names.hostnames), hosts.value.tag == .list else { return }
    let served = listeners.map { text($0, names.hostname) ?? "*" }
    let asked = program.tree.items(of: hosts.value).compactMap { program.tree.text(of: $0) }
    guard !asked.isEmpty, !asked.contains(where: { host in served.contains { Self.overlap(host, $0) } }) else { return }
    report(
      "KC0434", "\(title(object)) is for hosts that \(title(gateway)) does not serve, so no request takes it",
      at: hosts.site, labels: [(listeners.first?.site ?? gateway.root.site, "the listener")],
      notes: ["it serves \(Program.enumerate(served.sorted()))"],
      help: "one of `hosts` is, or is covered by, the listener's `host`")
  }

  /// Whether some host name fits both; `*.` stands for one or more labels.
  static func overlap(_ one: String, _ other: String) -> Bool {
    if one == other || one == "*" || other == "*" { return true }
    let (first, second) = (one.hasPrefix("*."), other.hasPrefix("*."))
    if first, second { return one.hasSuffix(other.dropFirst()) || other.hasSuffix(one.dropFirst()) }
    if first { return other.hasSuffix(one.dropFirst()) }
    return second && one.hasSuffix(other.dropFirst())
  }

  /// What two routes of one gateway claim: a host with a path, whatever the method and the headers.
  mutating func checkRouteExposure() {
    var claimed: [String: (site: Int32, object: Object)] = [:]
    for object in all("HTTPRoute") {
      hold(object)
      guard let spec = child(object.root, names.spec) else { continue }
      let hosts = child(spec, names.hostnames).map { list in
        list.value.tag == .list ? program.tree.items(of: list.value).compactMap { program.tree.text(of: $0) } : []
      }
      let parents = elements(spec, names.parentRefs).map { parent in
        "\(text(parent, names.namespace) ?? object.namespace)/\(text(parent, names.name) ?? "")/\(text(parent, names.sectionName) ?? "")"
      }
      for rule in elements(spec, names.rules) {
        for match in elements(rule, names.matches) {
          guard let path = child(match, names.path), let value = text(path, names.value),
            fields(match).allSatisfy({ $0.key == names.path })
          else { continue }
          let type = text(path, names.type) ?? "PathPrefix"
          for host in hosts ?? ["*"] {
            for parent in parents {
              guard let other = claimed.updateValue((match.site, object), forKey: "\(parent) \(host) \(type) \(value)")
              else { continue }
              report(
                "KC0431", "\(title(object)) claims `\(host)\(value)`, which \(title(other.object)) claims too",
                at: path.site, isWarning: true, labels: [(other.site, "claimed here first")],
                help: "the older route is taken: give one of them another host, path, method or headers")
            }
          }
        }
      }
    }
  }
}
