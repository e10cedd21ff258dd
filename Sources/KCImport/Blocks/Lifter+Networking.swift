internal import KCData

/// Ingresses.
extension Lifter {
  mutating func liftIngress() -> Bool {
    addMetadata()
    add("class", text: "spec", "ingressClassName")
    if let standard = rest.peek("spec", "defaultBackend", "service"), let name = standard["name"]?.string,
      let port = standard["port"], standard.object?.count == 2, let target = backend(name, port)
    {
      rest.take("spec", "defaultBackend", "service")
      add("default = \(target)", "spec", "defaultBackend")
    }
    let rules = rest.take("spec", "rules")?.array ?? []
    guard let secrets = addCertificates(rules) else { return false }
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
    return true
  }

  /// Certificates by host; those that are for several at once, or in another order, are written here.
  private mutating func addCertificates(_ rules: [Value]) -> [(host: String, secret: String)]? {
    guard let entries = rest.take("spec", "tls")?.array else { return [] }
    let hosts = rules.compactMap { $0["host"]?.string }
    let single = entries.compactMap { entry -> (host: String, secret: String)? in
      guard entry.object?.count == 2, let own = entry["hosts"]?.array, own.count == 1, let host = own[0].string,
        let secret = entry["secretName"]?.string, hosts.contains(host)
      else { return nil }
      return (host, secret)
    }
    let order = hosts.filter { host in single.contains { $0.host == host } }
    if single.count == entries.count, order == single.map(\.host) { return single }
    let path = rest.path("spec", "tls")
    var records: [SourceLine] = []
    for (place, entry) in entries.enumerated() {
      guard let fields = entry.object, fields.keys.allSatisfy({ $0 == "hosts" || $0 == "secretName" }) else {
        return nil
      }
      var parts: [SourceLine] = []
      if let own = fields["hosts"]?.array?.compactMap(\.string) {
        parts.append(.list("hosts", own.map(literal), path.index(place).field("hosts")))
      }
      if let secret = fields["secretName"]?.string {
        let text = find("Secret", secret)?.text ?? literal(secret)
        parts.append(.text("secret = \(text)", path.index(place).field("secretName")))
      }
      guard !parts.isEmpty else { return nil }
      records.append(SourceLine(.record(parts), [path.index(place)]))
    }
    lines.append(SourceLine(.list("tls", records), [path]))
    return []
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
}
