internal import KCData

/// Ingresses and network policies.
extension Lifter {
  mutating func liftIngress() -> Bool {
    addMetadata()
    add("class", text: "spec", "ingressClassName")
    guard let rules = rest.take("spec", "rules")?.array, !rules.isEmpty else { return false }
    var secrets: [(host: String, secret: String)] = []
    for entry in rest.take("spec", "tls")?.array ?? [] {
      guard let hosts = entry["hosts"]?.array, hosts.count == 1, let host = hosts[0].string,
        let secret = entry["secretName"]?.string, entry.object?.count == 2
      else { return false }
      secrets.append((host, secret))
    }
    var seen: Set<String> = []
    for (place, rule) in rules.enumerated() {
      let path = rest.path("spec", "rules").index(place)
      let host = rule["host"]?.string ?? "*"
      guard seen.insert(host).inserted, let routes = rule.at("http", "paths")?.array, !routes.isEmpty,
        (rule.object?.count ?? 0) == (host == "*" ? 1 : 2)
      else { return false }
      var body: [SourceLine] = []
      if let tls = secrets.first(where: { $0.host == host }) {
        let known = find("Secret", tls.secret)?.text
        body.append(.text("tls = \(known ?? literal(tls.secret))"))
      }
      var paths: Set<String> = []
      for (number, route) in routes.enumerated() {
        let path = path.field("http").field("paths").index(number)
        guard let line = self.route(Remainder(route, path), &paths) else { return false }
        body.append(line)
      }
      lines.append(.gap)
      lines.append(.block("host \(SourceText.quoted(host))", body, path))
    }
    return secrets.allSatisfy { seen.contains($0.host) }
  }

  /// `route "/" = web.http`
  private func route(_ route: Remainder, _ taken: inout Set<String>) -> SourceLine? {
    var route = route
    guard let path = route.text("path"), taken.insert(path).inserted, let match = route.text("pathType"),
      let service = route.text("backend", "service", "name"), let port = route.take("backend", "service", "port")
    else { return nil }
    guard route.isEmpty, let target = backend(service, port) else { return nil }
    let head = "route \(SourceText.quoted(path))"
    if match == "Prefix" { return .text("\(head) = \(target)", route.path) }
    return .text("\(head) { port = \(target), match = \(SourceText.quoted(match)) }", route.path)
  }

  private func backend(_ service: String, _ port: Value) -> String? {
    let known = find("Service", service)
    let ports = known.flatMap { index.entries[$0.place]?.object.at("spec", "ports")?.array } ?? []
    if let name = port["name"]?.string, !name.isEmpty {
      if let known, SourceText.isBare(name), ports.contains(where: { $0["name"]?.string == name }) {
        return "\(known.text).\(name)"
      }
      return "external.port(\(literal(service)), \(SourceText.quoted(name)))"
    }
    guard case .int(let number)? = port["number"] else { return nil }
    if let known, ports.count == 1, ports[0]["port"]?.int == number { return known.text }
    return "external.port(\(literal(service)), \(number))"
  }

  mutating func liftNetworkPolicy() -> Bool {
    addMetadata()
    guard let guarded = rest.take("spec", "podSelector"), let guardedPods = pods(guarded) else { return false }
    if guardedPods != "{}" { add("guard = \(guardedPods)", "spec", "podSelector") }
    let ingress = rest.take("spec", "ingress")
    let egress = rest.take("spec", "egress")
    guard let types = rest.texts("spec", "policyTypes") else { return false }
    guard types == ["Ingress"] || types == ["Egress"] || types == ["Ingress", "Egress"] else { return false }
    if types.contains("Ingress") {
      guard let side = side(ingress, "from"), addPorts(side.ports, to: "from = \(side.peers)") else { return false }
    } else if ingress != nil {
      return false
    }
    if types.contains("Egress") {
      guard let side = side(egress, "to"), side.ports == nil else { return false }
      add("to = \(side.peers)", "spec", "egress")
    } else if egress != nil {
      return false
    }
    return true
  }

  private mutating func addPorts(_ ports: [Int64]?, to text: String) -> Bool {
    add(text, "spec", "ingress")
    guard let ports else { return true }
    add("ports = [\(ports.map(String.init).joined(separator: ", "))]", "spec", "ingress")
    return true
  }

  /// What one direction allows: nobody, or the pods of one rule.
  private func side(_ rules: Value?, _ key: String) -> (peers: String, ports: [Int64]?)? {
    guard let rules = rules?.array, !rules.isEmpty else { return ("[]", nil) }
    guard rules.count == 1 else { return nil }
    var rule = Remainder(rules[0])
    let peers = rule.take(key)?.array ?? []
    var texts: [String] = []
    for peer in peers {
      guard let fields = peer.object, fields.count == 1, let selector = fields["podSelector"], let text = pods(selector)
      else { return nil }
      texts.append(text)
    }
    var ports: [Int64]?
    if let given = rule.take("ports")?.array {
      ports = []
      for port in given {
        guard let number = port["port"]?.int, port["protocol"]?.string ?? "TCP" == "TCP", port["endPort"] == nil else {
          return nil
        }
        ports?.append(number)
      }
    }
    guard rule.isEmpty, ports?.isEmpty != true else { return nil }
    return (peers.isEmpty ? "\"anybody\"" : "[\(texts.joined(separator: ", "))]", ports)
  }

  /// The workload that a selector means, or its labels.
  func pods(_ selector: Value) -> String? {
    guard let fields = selector.object else { return nil }
    if fields.isEmpty { return "{}" }
    guard fields.count == 1, let labels = fields["matchLabels"]?.object,
      labels.values.allSatisfy({ $0.string != nil })
    else { return nil }
    if let known = workload(labels) { return known.text }
    let pairs = labels.map { "\(SourceText.recordKey($0.key))\(SourceText.quoted($0.value.string ?? ""))" }
    return pairs.isEmpty ? "{}" : "{ \(pairs.joined(separator: ", ")) }"
  }
}
