internal import KCData

/// Gateways.
extension Lifter {
  mutating func liftGateway() -> Bool {
    addMetadata()
    guard rest.peek("spec", "gatewayClassName")?.string != nil,
      let listeners = rest.take("spec", "listeners")?.array, !listeners.isEmpty
    else { return false }
    add("class", text: "spec", "gatewayClassName")
    var taken: Set<String> = []
    for (place, given) in listeners.enumerated() {
      let path = rest.path("spec", "listeners").index(place)
      guard let line = listener(Remainder(given, path)), taken.insert(given["name"]?.string ?? "").inserted else {
        return false
      }
      lines.append(line)
    }
    return true
  }

  /// `listener http = 80`
  private func listener(_ given: Remainder) -> SourceLine? {
    var listener = given
    guard let name = listener.text("name"), let port = listener.int("port"), let kind = listener.text("protocol") else {
      return nil
    }
    var body: [SourceLine] = []
    let secrets = listener.peek("tls", "certificateRefs")?.array ?? []
    if secrets.count == 1, secrets[0].object?.count == 1, let secret = secrets[0]["name"]?.string {
      listener.take("tls", "certificateRefs")
      body.append(.text("tls = \(find("Secret", secret)?.text ?? literal(secret))", given.path("tls")))
    }
    if kind != (body.isEmpty ? "HTTP" : "HTTPS") {
      body.append(.text("protocol = \(SourceText.quoted(kind))", given.path("protocol")))
    }
    if let host = listener.text("hostname") { body.append(.text("host = \(literal(host))", given.path("hostname"))) }
    if listener.peek("allowedRoutes", "namespaces", "from") == "All" {
      listener.take("allowedRoutes", "namespaces", "from")
      body.append(.text("from = \"All\"", given.path("allowedRoutes")))
    }
    guard listener.isEmpty else { return nil }
    let head = "listener \(SourceText.blockName(name))"
    if body.isEmpty { return .text("\(head) = \(port)", given.path) }
    return .block(head, [.text("port = \(port)", given.path("port"))] + body, given.path)
  }
}

/// Routes of gateways.
extension Lifter {
  mutating func liftRoute() -> Bool {
    addMetadata()
    guard let parents = rest.take("spec", "parentRefs")?.array, !parents.isEmpty,
      let rules = rest.take("spec", "rules")?.array, !rules.isEmpty
    else { return false }
    let gateways = parents.compactMap(gateway)
    guard gateways.count == parents.count else { return false }
    let path = rest.path("spec", "parentRefs")
    lines.append(
      gateways.count == 1 ? .text("gateway = \(gateways[0])", path) : .list("gateways", gateways, path))
    rest.dropEmpty("spec", "hostnames")
    if let hosts = rest.texts("spec", "hostnames") {
      lines.append(.list("hosts", hosts.map(literal), rest.path("spec", "hostnames")))
    }
    var taken: Set<String> = []
    for (place, rule) in rules.enumerated() {
      guard let line = routeRule(Remainder(rule, rest.path("spec", "rules").index(place)), &taken) else { return false }
      lines.append(line)
    }
    return true
  }

  /// The gateway that a route belongs to, or one of its listeners.
  private func gateway(_ parent: Value) -> String? {
    guard let fields = parent.object, let name = fields["name"]?.string,
      fields.keys.allSatisfy({ ["name", "namespace", "sectionName"].contains($0) })
    else { return nil }
    let namespace = fields["namespace"]?.string
    let listener = fields["sectionName"]?.string
    // Of a gateway of the program, kc leaves the namespace out where it is the route's.
    if namespace == nil || namespace != own.namespace {
      let known = namespace == nil ? find("Gateway", name) : find("Gateway", name, namespace: .some(namespace))
      if let known, let listener {
        if SourceText.isBare(listener) { return "\(known.text).\(listener)" }
      } else if let known {
        return known.text
      }
    }
    var arguments = [literal(name)]
    if let namespace { arguments.append("namespace: \(literal(namespace))") }
    if let listener { arguments.append("listener: \(literal(listener))") }
    return "external.gateway(\(arguments.joined(separator: ", ")))"
  }

  /// `rule "/api" = api.http`
  private func routeRule(_ given: Remainder, _ taken: inout Set<String>) -> SourceLine? {
    var rule = given
    guard let matches = rule.take("matches")?.array, let first = matches.first?.at("path", "value")?.string else {
      return nil
    }
    var body: [SourceLine] = []
    let isPlain = matches.count == 1 && matches[0] == ["path": ["type": "PathPrefix", "value": .string(first)]]
    var name = first
    if !isPlain || !taken.insert(first).inserted {
      guard let paths = routePaths(matches, given.path("matches")) else { return nil }
      body += paths
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(first) \(number)"
      }
    }
    guard let targets = routeTargets(&rule), let changes = filters(&rule) else { return nil }
    body += targets + changes
    if let time = rule.text("timeouts", "request") {
      guard let text = Self.time(time) else { return nil }
      body.append(.text("timeout = \(text)", given.path("timeouts")))
    }
    guard rule.isEmpty else { return nil }
    let head = "rule \(SourceText.quoted(name))"
    if body.count == 1, case .text(let text) = body[0].content, text.hasPrefix("to = ") {
      return .text("\(head) = \(text.dropFirst(5))", given.path)
    }
    return .block(head, body, given.path)
  }

  /// `10s`, `500ms`
  private static func time(_ text: String) -> String? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number > 0, String(number) == digits else { return nil }
    switch text.dropFirst(digits.count) {
    case "s": return SourceText.duration(seconds: number)
    case "ms" where number % 1000 != 0: return text
    default: return nil
    }
  }

  /// What a rule is for: `path "/api" { methods = ["GET"] }`.
  private func routePaths(_ matches: [Value], _ path: FieldPath) -> [SourceLine]? {
    var found: [(match: Value, methods: [String], place: Int)] = []
    for (place, match) in matches.enumerated() {
      var plain = match
      plain["method"] = nil
      let method = match["method"]?.string
      if let last = found.indices.last, found[last].match == plain, let method, !found[last].methods.isEmpty {
        found[last].methods.append(method)
      } else {
        found.append((plain, method.map { [$0] } ?? [], place))
      }
    }
    var taken: Set<String> = []
    var lines: [SourceLine] = []
    for (match, methods, place) in found {
      var rest = Remainder(match, path.index(place))
      guard let value = rest.text("path", "value"), value.hasPrefix("/"), taken.insert(value).inserted else {
        return nil
      }
      var body: [SourceLine] = []
      rest.drop("PathPrefix", "path", "type")
      if let type = rest.text("path", "type") { body.append(.text("match = \(SourceText.quoted(type))")) }
      if !methods.isEmpty { body.append(.text("methods = \(list(methods))")) }
      for (name, key) in [("headers", "headers"), ("query", "queryParams")] {
        guard let pairs = rest.take(key) else { continue }
        guard let text = Self.pairs(pairs) else { return nil }
        body.append(.text("\(name) = \(text)", rest.path(key)))
      }
      guard rest.isEmpty else { return nil }
      let head = "path \(SourceText.quoted(value))"
      lines.append(body.isEmpty ? .text("\(head) {}", rest.path) : .block(head, body, rest.path))
    }
    return lines
  }

  /// `[{name, value}, …]` as a map.
  private static func pairs(_ value: Value) -> String? {
    var taken: Set<String> = []
    var pairs: [(key: String, text: String)] = []
    for item in value.array ?? [] {
      guard item.object?.count == 2, let name = item["name"]?.string, let text = item["value"]?.string,
        taken.insert(name).inserted
      else { return nil }
      pairs.append((name, SourceText.quoted(text)))
    }
    return pairs.isEmpty ? nil : SourceText.record(pairs)
  }
}
