internal import KCData

/// Where routes of gateways lead, and what they change.
extension Lifter {
  /// `to = api.http`, or a `backend` for each of several.
  func routeTargets(_ rule: inout Remainder) -> [SourceLine]? {
    let path = rule.path("backendRefs")
    let given = rule.take("backendRefs")?.array ?? []
    if given.count == 1, let target = routeTarget(given[0]) { return [.text("to = \(target)", path)] }
    var taken: Set<String> = []
    var lines: [SourceLine] = []
    for (place, backend) in given.enumerated() {
      var plain = backend
      plain["weight"] = nil
      guard let target = routeTarget(plain), let service = backend["name"]?.string else { return nil }
      var name = service
      var number = 1
      while !taken.insert(name).inserted {
        number += 1
        name = "\(service)-\(number)"
      }
      let head = "backend \(SourceText.blockName(name))"
      guard let weight = backend["weight"] else {
        lines.append(.text("\(head) = \(target)", path.index(place)))
        continue
      }
      guard let weight = weight.int else { return nil }
      lines.append(.text("\(head) { to = \(target), weight = \(weight) }", path.index(place)))
    }
    return lines
  }

  /// A port of a service of the route's namespace.
  private func routeTarget(_ backend: Value) -> String? {
    guard backend.object?.count == 2, let service = backend["name"]?.string, case .int(let number)? = backend["port"]
    else { return nil }
    if let known = find("Service", service) {
      let ports = index.entries[known.place]?.object.at("spec", "ports")?.array ?? []
      let found = ports.first { $0["port"]?.int == number }
      if found != nil, ports.count == 1 { return known.text }
      if let name = found?["name"]?.string, SourceText.isBare(name) { return "\(known.text).\(name)" }
    }
    return "external.port(\(literal(service)), \(number))"
  }

  /// Redirects, rewrites and changes of headers, each once.
  func filters(_ rule: inout Remainder) -> [SourceLine]? {
    let path = rule.path("filters")
    var lines: [SourceLine] = []
    for (place, given) in (rule.take("filters")?.array ?? []).enumerated() {
      var filter = Remainder(given, path.index(place))
      let line: SourceLine?
      switch filter.text("type") {
      case "RequestHeaderModifier": line = headers("requestHeaders", filter.take("requestHeaderModifier"), filter.path)
      case "ResponseHeaderModifier":
        line = headers("responseHeaders", filter.take("responseHeaderModifier"), filter.path)
      case "RequestMirror":
        let target = filter.peek("requestMirror")?.object?.count == 1 ? filter.peek("requestMirror", "backendRef") : nil
        filter.take("requestMirror")
        line = target.flatMap(routeTarget).map { .text("mirror = \($0)", filter.path) }
      case "URLRewrite": line = change("rewrite", filter.take("urlRewrite"), filter.path)
      case "RequestRedirect": line = change("redirect", filter.take("requestRedirect"), filter.path)
      default: line = nil
      }
      guard let line, filter.isEmpty else { return nil }
      lines.append(line)
    }
    return lines
  }

  /// `requestHeaders { set = { X-Team = "shop" }, remove = ["X-Debug"] }`
  private func headers(_ name: String, _ given: Value?, _ path: FieldPath) -> SourceLine? {
    guard let given else { return nil }
    var change = Remainder(given, path)
    var body: [SourceLine] = []
    for key in ["set", "add"] {
      guard let items = change.take(key) else { continue }
      var fields = Fields()
      for item in items.array ?? [] {
        guard item.object?.count == 2, let name = item["name"]?.string, let value = item["value"], value.string != nil,
          fields[name] == nil
        else { return nil }
        fields[name] = value
      }
      guard !fields.isEmpty else { return nil }
      body.append(.value(key, .object(fields), path))
    }
    if let names = change.texts("remove"), !names.isEmpty { body.append(.list("remove", names.map(literal), path)) }
    return change.isEmpty && !body.isEmpty ? .block(name, body, path) : nil
  }

  /// `redirect { scheme = "https", status = 301 }`
  private func change(_ name: String, _ given: Value?, _ path: FieldPath) -> SourceLine? {
    guard let given else { return nil }
    var change = Remainder(given, path)
    var body: [SourceLine] = []
    if let scheme = change.text("scheme") { body.append(.text("scheme = \(SourceText.quoted(scheme))")) }
    if let host = change.text("hostname") { body.append(.text("host = \(literal(host))")) }
    if let port = change.int("port") { body.append(.text("port = \(port)")) }
    if change.peek("path", "type") == "ReplaceFullPath", let text = change.text("path", "replaceFullPath") {
      change.take("path", "type")
      body.append(.text("path = \(literal(text))"))
    } else if change.peek("path", "type") == "ReplacePrefixMatch", let text = change.text("path", "replacePrefixMatch")
    {
      change.take("path", "type")
      body.append(.text("prefix = \(literal(text))"))
    }
    if let status = change.int("statusCode") { body.append(.text("status = \(status)")) }
    guard change.isEmpty else { return nil }
    return body.isEmpty ? .text("\(name) {}", path) : .block(name, body, path)
  }
}
