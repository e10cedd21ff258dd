internal import KCData

/// Ingresses, network policies, and the objects of address management.
enum NetworkingRules {
  // MARK: Network policies

  static func policy(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    SelectorRules.labels(spec["podSelector"], path["podSelector"], &report)
    for (side, peers) in [("ingress", "from"), ("egress", "to")] {
      for (index, rule) in spec.list(side).enumerated() {
        let here = path[side][index]
        for (place, port) in rule.list("ports").enumerated() { policyPort(port, here["ports"][place], &report) }
        for (place, peer) in rule.list(peers).enumerated() { self.peer(peer, here[peers][place], &report) }
      }
    }
    let types = spec.texts("policyTypes")
    if types.count > 2 {
      report.invalid(path["policyTypes"], "may not specify more than two", value: spec["policyTypes"])
    } else {
      for (index, type) in types.enumerated() { report.oneOf(type, ["Ingress", "Egress"], path["policyTypes"][index]) }
    }
  }

  private static func policyPort(_ port: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let name = port.text("protocol")
    if port.has("protocol") { report.oneOf(name, ["TCP", "UDP", "SCTP"], path["protocol"]) }
    let end = port.set("endPort")?.int
    guard let number = port.set("port") else {
      if let end { report.invalid(path["endPort"], "may not be specified without port", value: .int(end)) }
      return
    }
    report.portNumberOrName(number, path["port"])
    guard let end else { return }
    if let first = number.int {
      if end < first { report.invalid(path["endPort"], "must not be less than port", value: .int(end)) }
    } else {
      report.invalid(path["endPort"], "may not be specified with a named port", value: .int(end))
    }
    report.portNumber(end, path["endPort"])
  }

  private static func peer(_ peer: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    var count = 0
    for field in ["podSelector", "namespaceSelector"] where peer.has(field) {
      count += 1
      SelectorRules.labels(peer[field], path[field], &report)
    }
    if let block = peer.set("ipBlock") {
      count += 1
      self.block(block, path["ipBlock"], &report)
    }
    if count == 0 {
      report.required(path, "must specify a peer")
    } else if count > 1, peer.has("ipBlock") {
      report.forbidden(path, "may not specify both ipBlock and another peer")
    }
  }

  private static func block(_ block: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let text = block.text("cidr")
    if text.isEmpty {
      report.required(path["cidr"])
      return
    }
    guard let range = IPRange(text) else {
      report.invalid(path["cidr"], "not an address range", value: .string(text))
      return
    }
    for (index, text) in block.texts("except").enumerated() {
      let here = path["except"][index]
      guard let except = IPRange(text) else {
        report.invalid(here, "not an address range", value: .string(text))
        continue
      }
      if !range.contains(except.address) || except.length <= range.length {
        report.invalid(here, "must be a strict subset of cidr", value: .string(text))
      }
    }
  }

  // MARK: Ingresses

  static func ingress(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let backend = spec.set("defaultBackend")
    if spec.list("rules").isEmpty, backend == nil {
      report.invalid(path, "either defaultBackend or rules must be specified", value: spec)
    }
    if let backend { self.backend(backend, path["defaultBackend"], &report) }
    for (index, rule) in spec.list("rules").enumerated() { self.rule(rule, path["rules"][index], &report) }
    for (index, part) in spec.list("tls").enumerated() {
      for (place, host) in part.texts("hosts").enumerated() {
        self.host(host, path["tls"][index]["hosts"][place], &report)
      }
      let secret = part.text("secretName")
      if !secret.isEmpty { report.subdomain(secret, path["tls"][index]["secretName"]) }
    }
    if let name = spec.set("ingressClassName")?.string {
      report.subdomain(name, path["ingressClassName"])
    }
  }

  /// What is asked of new ingresses only.
  static func newIngress(_ object: Value, _ report: inout ValidationReport) {
    if let name = object["spec"]?.set("ingressClassName")?.string {
      if let old = object.annotations["kubernetes.io/ingress.class"], old != name {
        report.invalid(
          FieldPath("annotations", "kubernetes.io/ingress.class"),
          "must match ingressClassName when both are specified", value: .string(old))
      }
    }
  }

  private static func host(_ host: String, _ path: FieldPath, _ report: inout ValidationReport) {
    if host.contains("*") {
      if !Names.isWildcardSubdomain(host) { report.invalid(path, "not a wildcard DNS name", value: .string(host)) }
    } else {
      report.subdomain(host, path)
    }
  }

  private static func rule(_ rule: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let host = rule.text("host")
    if !host.isEmpty {
      if IPAddress(host) != nil {
        report.invalid(path["host"], "must be a DNS name, not an IP address", value: .string(host))
      } else {
        self.host(host, path["host"], &report)
      }
    }
    guard let http = rule.set("http") else { return }
    if http.list("paths").isEmpty { report.required(path["http"]["paths"]) }
    for (index, entry) in http.list("paths").enumerated() {
      let here = path["http"]["paths"][index]
      guard entry.has("pathType") else {
        report.required(here["pathType"], "pathType must be specified")
        continue
      }
      self.path(entry, here, &report)
      backend(entry["backend"] ?? [:], here["backend"], &report)
    }
  }

  private static func path(_ entry: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let type = entry.text("pathType")
    let text = entry.text("path")
    switch type {
    case "Exact", "Prefix":
      if !text.hasPrefix("/") {
        report.invalid(path["path"], "must be an absolute path", value: .string(text))
      }
      if !text.isEmpty {
        let isOdd =
          ["//", "/./", "/../", "%2f", "%2F"].contains { text.contains($0) } || text.hasSuffix("/..")
          || text.hasSuffix("/.")
        if isOdd { report.invalid(path["path"], "has parts that are not allowed", value: .string(text)) }
      }
    case "ImplementationSpecific":
      if !text.isEmpty, !text.hasPrefix("/") {
        report.invalid(path["path"], "must be an absolute path", value: .string(text))
      }
    default:
      report.unsupported(path["pathType"], type, allowed: ["Exact", "ImplementationSpecific", "Prefix"])
    }
  }

  private static func backend(_ backend: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let service = backend.set("service")
    let resource = backend.set("resource")
    if service != nil, resource != nil {
      report.invalid(path, "cannot set both resource and service backends", value: "")
    } else if let resource {
      StorageObjectRules.typedReference(resource, path["resource"], &report)
    } else if let service {
      let name = service.text("name")
      if name.isEmpty { report.required(path["service"]["name"]) } else { report.label(name, path["service"]["name"]) }
      let port = service["port"] ?? [:]
      let number = port["number"]?.int ?? 0
      let portName = port.text("name")
      let here = path["service"]["port"]
      if !portName.isEmpty, number != 0 {
        report.invalid(path, "cannot set both port name and port number", value: "")
      } else if !portName.isEmpty {
        report.portName(portName, here["name"])
      } else if number != 0 {
        report.portNumber(number, here["number"])
      } else {
        report.required(path, "port name or number is required")
      }
    } else {
      report.invalid(path, "resource or service backend is required", value: "")
    }
  }

  static func ingressStatus(_ object: Value, _ report: inout ValidationReport) {
    ServiceRules.ingressPoints(object["status"]?["loadBalancer"] ?? [:], FieldPath("status", "loadBalancer"), &report)
  }

  static func ingressClass(_ object: Value, _ report: inout ValidationReport) {
    let spec = object["spec"] ?? [:]
    let path = FieldPath("spec")
    let controller = spec.text("controller")
    if controller.utf8.count > 250 { report.tooLong(path["controller"], 250) }
    if controller.isEmpty {
      report.required(path["controller"])
    } else if !Names.isDomainPrefixedPath(controller) {
      report.invalid(path["controller"], "must be a path with a domain", value: .string(controller))
    }
    guard let parameters = spec.set("parameters") else { return }
    let here = path["parameters"]
    StorageObjectRules.typedReference(parameters, here, &report)
    let scope = parameters.set("scope")?.string
    let namespace = parameters.set("namespace")?.string
    if scope == nil { report.required(here["scope"]) }
    if let scope { report.oneOf(scope, ["Cluster", "Namespace"], here["scope"]) }
    if scope == "Namespace" {
      if let namespace {
        report.label(namespace, here["namespace"])
      } else {
        report.required(here["namespace"], "is needed for the scope Namespace")
      }
    } else if scope == "Cluster", namespace != nil {
      report.forbidden(here["namespace"], "is not allowed for the scope Cluster")
    }
  }

  // MARK: Addresses

  static func ipAddress(_ object: Value, _ report: inout ValidationReport) {
    let path = FieldPath("spec", "parentRef")
    guard let parent = object["spec"]?.set("parentRef") else {
      report.required(path)
      return
    }
    if !parent.text("group").isEmpty { report.subdomain(parent.text("group"), path["group"]) }
    for field in ["resource", "name"] {
      if parent.text(field).isEmpty {
        report.required(path[field])
      } else {
        report.pathSegment(parent.text(field), path[field])
      }
    }
    if !parent.text("namespace").isEmpty { report.pathSegment(parent.text("namespace"), path["namespace"]) }
  }

  static func serviceRange(_ object: Value, _ report: inout ValidationReport) {
    let path = FieldPath("spec", "cidrs")
    let texts = object["spec"]?.texts("cidrs") ?? []
    if texts.isEmpty { return report.required(path, "at least one CIDR required") }
    if texts.count > 2 { return report.invalid(path, "may only hold up to 2 values") }
    for (index, text) in texts.enumerated() where IPRange(text) == nil {
      report.invalid(path[index], "not an address range", value: .string(text))
    }
    let ranges = texts.compactMap { IPRange($0) }
    if ranges.count == 2, ranges[0].address.isIPv6 == ranges[1].address.isIPv6 {
      report.invalid(path, "may have at most one range of each family")
    }
  }

  static func serviceRangeUpdate(_ object: Value, old: Value, _ report: inout ValidationReport) {
    let new = object["spec"]?.texts("cidrs") ?? []
    let before = old["spec"]?.texts("cidrs") ?? []
    let path = FieldPath("spec", "cidrs")
    // A range of the other family may be added.
    guard new.count == before.count || before.count == 1 && new.count == 2 else {
      report.invalid(path, "cannot be changed", value: object.at("spec", "cidrs"))
      return
    }
    for (index, text) in before.enumerated() where new[index] != text {
      report.invalid(path[index], "cannot be changed", value: .string(new[index]))
    }
    if new.count > before.count { serviceRange(object, &report) }
  }
}
