internal import KCData

/// Services, and what leads to them.
extension CrossChecks {
  mutating func checkService(_ object: Object) {
    guard let spec = child(object.root, names.spec), let selector = child(spec, names.selector),
      selector.value.tag == .record, selector.value.length > 0
    else { return }
    let targets = pods(selector, in: object.namespace)
    guard !targets.isEmpty else { return }
    let open = targets.flatMap { target in
      (elements(target.pod, names.containers) + sidecars(target)).flatMap { elements($0, names.ports) }
    }
    for port in elements(spec, names.ports) { checkPort(port, open, targets[0], object) }
  }

  /// The init containers that run as long as the pod.
  private func sidecars(_ target: Object) -> [Node] {
    elements(target.pod, names.initContainers).filter { text($0, names.restartPolicy) == "Always" }
  }

  private mutating func checkPort(_ port: Node, _ open: [Node], _ target: Object, _ object: Object) {
    guard let wanted = child(port, names.targetPort) ?? child(port, names.port) else { return }
    let name = program.tree.text(of: wanted.value)
    let number = program.tree.int(of: wanted.value)
    let matches = open.filter { one in
      name.map { text(one, names.name) == $0 } ?? (int(one, names.containerPort) == number)
    }
    let shown = name.map { "`\($0)`" } ?? "\(number ?? 0)"
    guard !matches.isEmpty else {
      // Containers need not say which numbers they listen at.
      if name == nil, open.isEmpty { return }
      let known = open.compactMap { text($0, names.name) ?? int($0, names.containerPort).map(String.init) }
      let guess = name.flatMap { Program.nearest(to: $0, among: known) }
      report(
        "KC0420", "\(title(object)) leads to the port \(shown), which no container of \(title(target)) opens",
        at: wanted.site, isWarning: name == nil, labels: [(target.root.site, "the pods it selects")],
        notes: known.isEmpty ? [] : ["they open \(Program.enumerate(known))"],
        help: guess.map { "did you mean `\($0)`?" })
      return
    }
    let spoken = text(port, names.protocol_) ?? "TCP"
    guard let other = matches.first, !matches.contains(where: { (text($0, names.protocol_) ?? "TCP") == spoken }) else {
      return
    }
    report(
      "KC0421",
      "\(title(object)) speaks \(spoken) at \(shown), and the container \(text(other, names.protocol_) ?? "TCP")",
      at: child(port, names.protocol_)?.site ?? wanted.site, labels: [(other.site, "the container's port")],
      help: "give both the same `protocol`")
  }

  /// A service that a rule leads to, by the name or number of its port.
  mutating func checkBackend(_ name: String?, _ port: Node?, at site: Int32, _ object: Object) {
    checkName(name, "Service", "service", object, at: site)
    guard let name, let service = self.object("Service", object.namespace, name), let port,
      let spec = child(service.root, names.spec)
    else { return }
    let ports = elements(spec, names.ports)
    let text = program.tree.text(of: port.value)
    let number = program.tree.int(of: port.value)
    let isThere = ports.contains { one in
      text.map { self.text(one, names.name) == $0 } ?? (int(one, names.port) == number)
    }
    guard !isThere else { return }
    let known = ports.compactMap { self.text($0, names.name) ?? int($0, names.port).map(String.init) }
    report(
      "KC0430",
      "\(title(object)) leads to the port \(text.map { "`\($0)`" } ?? "\(number ?? 0)") of \(title(service)), which has none of that \(text == nil ? "number" : "name")",
      at: port.site, labels: [(service.root.site, "declared here")],
      notes: known.isEmpty ? [] : ["it has \(Program.enumerate(known))"])
  }

  mutating func checkIngress(_ object: Object) {
    guard let spec = child(object.root, names.spec) else { return }
    for rule in elements(spec, names.rules) {
      for path in elements(child(rule, names.http), names.paths) {
        guard let service = child(path, names.backend).flatMap({ child($0, names.service) }) else { continue }
        let port = child(service, names.port).flatMap { child($0, names.name) ?? child($0, names.number) }
        checkBackend(text(service, names.name), port, at: child(service, names.name)?.site ?? service.site, object)
      }
    }
    for tls in elements(spec, names.tls) {
      guard let name = text(tls, names.secretName) else { continue }
      let site = child(tls, names.secretName)?.site ?? tls.site
      checkName(name, "Secret", "secret", object, at: site)
      guard let secret = self.object("Secret", object.namespace, name) else { continue }
      let keys = Set(
        (fields(child(secret.root, names.data)) + fields(child(secret.root, names.stringData))).map {
          program.text(Int32($0.key))
        })
      let missing = ["tls.crt", "tls.key"].filter { !keys.contains($0) }
      guard !missing.isEmpty else { continue }
      report(
        "KC0432",
        "\(title(object)) takes its certificate from \(title(secret)), which has no \(Program.enumerate(missing, "or"))",
        at: site, isWarning: true, labels: [(secret.root.site, "declared here")],
        help: "the keys of a certificate are `tls.crt` and `tls.key`")
    }
  }

  /// What two objects claim: a host with a path, a port of the nodes.
  mutating func checkExposure() {
    var claimed: [String: (site: Int32, object: Object)] = [:]
    for object in all("Ingress") {
      hold(object)
      for rule in elements(child(object.root, names.spec), names.rules) {
        let host = text(rule, names.host) ?? "*"
        for path in elements(child(rule, names.http), names.paths) {
          let shown = host + (text(path, names.path) ?? "/")
          let site = child(path, names.path)?.site ?? path.site
          guard let other = claimed.updateValue((site, object), forKey: shown) else { continue }
          report(
            "KC0431", "\(title(object)) claims `\(shown)`, which \(title(other.object)) claims too", at: site,
            isWarning: true, labels: [(other.site, "claimed here first")],
            help: "which of them is asked is up to the controller: give one of them another host or path")
        }
      }
    }
    var ports: [Int64: (site: Int32, object: Object)] = [:]
    for object in all("Service") {
      hold(object)
      for port in elements(child(object.root, names.spec), names.ports) {
        guard let node = child(port, names.nodePort), let number = program.tree.int(of: node.value), number > 0
        else { continue }
        guard let other = ports.updateValue((node.site, object), forKey: number) else { continue }
        report(
          "KC0424", "\(title(object)) takes the port \(number) of the nodes, which \(title(other.object)) takes too",
          at: node.site, labels: [(other.site, "taken here first")], help: "leave it out, and the cluster chooses one")
      }
    }
  }

  mutating func checkNetworkPolicy(_ object: Object) {
    guard let selector = child(object.root, names.spec).flatMap({ child($0, names.podSelector) }),
      let labels = child(selector, names.matchLabels), !fields(labels).isEmpty,
      pods(labels, in: object.namespace).isEmpty
    else { return }
    report(
      "KC0470", "\(title(object)) guards no pod of this program", at: labels.site, isWarning: true,
      help: "name a workload: `guard = NAME`")
  }

  mutating func checkStatefulSet(_ object: Object) {
    guard let spec = child(object.root, names.spec), let name = text(spec, names.serviceName),
      let service = self.object("Service", object.namespace, name), let inner = child(service.root, names.spec),
      text(inner, names.clusterIP) != "None"
    else { return }
    report(
      "KC0425", "\(title(object)) names its pods by \(title(service)), which has an address of its own",
      at: child(spec, names.serviceName)?.site ?? object.root.site, isWarning: true,
      labels: [(service.root.site, "declared here")], help: "let the service be without one: `headless = true`")
  }
}
