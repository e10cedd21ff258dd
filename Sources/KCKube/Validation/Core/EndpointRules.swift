internal import KCData

/// Endpoints and slices of them.
enum EndpointRules {
  static func endpoints(_ object: Value, _ report: inout ValidationReport) {
    for (index, subset) in object.list("subsets").enumerated() {
      let path = FieldPath("subsets")[index]
      let ready = subset.list("addresses")
      let unready = subset.list("notReadyAddresses")
      if ready.isEmpty, unready.isEmpty {
        report.required(path, "addresses or notReadyAddresses must be given")
      }
      for (field, list) in [("addresses", ready), ("notReadyAddresses", unready)] {
        for (place, address) in list.enumerated() {
          let here = path[field][place]
          report.address(address.text("ip"), here["ip"])
          if !address.text("hostname").isEmpty { report.label(address.text("hostname"), here["hostname"]) }
          if let node = address.set("nodeName")?.string { report.subdomain(node, here["nodeName"]) }
          if IPAddress(address.text("ip")) != nil { reachable(address.text("ip"), here["ip"], &report) }
        }
      }
      let ports = subset.list("ports")
      for (place, port) in ports.enumerated() {
        let here = path["ports"][place]
        let name = port.text("name")
        if name.isEmpty {
          if ports.count > 1 { report.required(here["name"]) }
        } else {
          report.label(name, here["name"])
        }
        report.portNumber(port["port"]?.int ?? 0, here["port"])
        report.requiredOneOf(port.text("protocol"), ["SCTP", "TCP", "UDP"], here["protocol"])
        if let application = port.set("appProtocol")?.string { report.qualifiedName(application, here["appProtocol"]) }
      }
    }
  }

  /// An address that others can reach: neither a loopback nor a link-local one.
  static func reachable(_ text: String, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let address = IPAddress(text) else {
      report.invalid(path, "must be an IP address", value: .string(text))
      return
    }
    if address.isUnspecified || address.isLoopback || address.isLinkLocal || address.isLinkLocalMulticast {
      report.invalid(path, "must not be unspecified, a loopback or a link-local address", value: .string(text))
    }
  }

  static func slice(_ object: Value, _ report: inout ValidationReport) {
    let family = object.text("addressType")
    report.requiredOneOf(family, ["FQDN", "IPv4", "IPv6"], FieldPath("addressType"))
    let endpoints = object.list("endpoints")
    if endpoints.count > 1000 { report.tooMany(FieldPath("endpoints"), endpoints.count, 1000) }
    for (index, endpoint) in endpoints.enumerated() {
      self.endpoint(endpoint, family, FieldPath("endpoints")[index], &report)
    }
    let ports = object.list("ports")
    if ports.count > 20_000 { report.tooMany(FieldPath("ports"), ports.count, 20_000) }
    var names: Set<String> = []
    for (index, port) in ports.enumerated() {
      let here = FieldPath("ports")[index]
      let name = port.text("name")
      if !name.isEmpty { report.label(name, here["name"]) }
      if !names.insert(name).inserted { report.duplicate(here["name"], name) }
      report.requiredOneOf(port.text("protocol"), ["SCTP", "TCP", "UDP"], here["protocol"])
      if let number = port.set("port")?.int { report.portNumber(number, here["port"]) }
      if let application = port.set("appProtocol")?.string { report.qualifiedName(application, here["appProtocol"]) }
    }
  }

  private static func endpoint(
    _ endpoint: Value, _ family: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    let addresses = endpoint.texts("addresses")
    if addresses.isEmpty { report.required(path["addresses"], "at least one address is needed") }
    if addresses.count > 100 { report.tooMany(path["addresses"], addresses.count, 100) }
    for (index, text) in addresses.enumerated() {
      let here = path["addresses"][index]
      if family == "FQDN" {
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        report.subdomain(name, here)
        if !name.contains(".") { report.invalid(here, "must be a domain of two parts or more", value: .string(text)) }
      } else if family == "IPv4" || family == "IPv6" {
        guard let address = IPAddress(text) else {
          report.address(text, here)
          continue
        }
        if address.isIPv6 != (family == "IPv6") {
          report.invalid(path["addresses"], "must be an \(family) address", value: .string(text))
        }
        reachable(text, here, &report)
      }
    }
    let topology = path["deprecatedTopology"]
    if endpoint.map("deprecatedTopology").count > 16 {
      report.tooMany(topology, endpoint.map("deprecatedTopology").count, 16)
    }
    ObjectMetaRules.labels(endpoint["deprecatedTopology"], topology, &report)
    if let node = endpoint.set("nodeName")?.string { report.subdomain(node, path["nodeName"]) }
    if let host = endpoint.set("hostname")?.string { report.label(host, path["hostname"]) }
    hints(endpoint["hints"], path["hints"], &report)
  }

  private static func hints(_ hints: Value?, _ path: FieldPath, _ report: inout ValidationReport) {
    guard let hints, hints != .null else { return }
    for field in ["forZones", "forNodes"] {
      let list = hints.list(field)
      if list.count > 8 {
        report.tooMany(path[field], list.count, 8)
        continue
      }
      var seen: Set<String> = []
      for (index, item) in list.enumerated() {
        let name = item.text("name")
        let here = path[field][index]["name"]
        if !seen.insert(name).inserted { report.duplicate(here, name) }
        if field == "forZones" { ObjectMetaRules.labelValue(name, here, &report) } else { report.subdomain(name, here) }
      }
    }
  }
}
