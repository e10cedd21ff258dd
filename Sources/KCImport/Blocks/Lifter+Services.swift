internal import KCData

/// Services.
extension Lifter {
  mutating func liftService() -> Bool {
    addMetadata()
    let target = addSelector()
    rest.drop("ClusterIP", "spec", "type")
    if let type = rest.peek("spec", "type")?.string {
      let isExternal = type == "ExternalName" && rest.peek("spec", "externalName")?.string != nil
      guard isExternal || ["NodePort", "LoadBalancer"].contains(type) else { return false }
      rest.take("spec", "type")
      if isExternal {
        add("externalName", text: "spec", "externalName")
      } else {
        add("type = \(SourceText.quoted(type))", "spec", "type")
      }
    }
    if rest.peek("spec", "clusterIP") == "None" {
      rest.take("spec", "clusterIP")
      add("headless = true", "spec", "clusterIP")
    }
    add("fixedAddress", text: "spec", "clusterIP")
    for (name, key) in [("externalIPs", "externalIPs"), ("loadBalancerSources", "loadBalancerSourceRanges")] {
      rest.dropEmpty("spec", key)
      guard let texts = rest.texts("spec", key) else { continue }
      lines.append(.list(name, texts.map(literal), rest.path("spec", key)))
    }
    add("loadBalancerIP", text: "spec", "loadBalancerIP")
    add("loadBalancerClass", text: "spec", "loadBalancerClass")
    rest.drop("Cluster", "spec", "internalTrafficPolicy")
    rest.drop("None", "spec", "sessionAffinity")
    if rest.peek("spec", "sessionAffinity") == "ClientIP" {
      rest.take("spec", "sessionAffinity")
      add("sticky = true", "spec", "sessionAffinity")
    }
    add("publishNotReady", bool: "spec", "publishNotReadyAddresses")
    add("externalTraffic", text: "spec", "externalTrafficPolicy")
    if let families = rest.texts("spec", "ipFamilies"), !families.isEmpty {
      add("ipFamilies = \(list(families))", "spec", "ipFamilies")
    }
    add("ipFamilyPolicy", text: "spec", "ipFamilyPolicy")
    guard let ports = rest.peek("spec", "ports")?.array else { return true }
    var written: [SourceLine] = []
    for (place, port) in ports.enumerated() {
      guard let line = servicePort(port, rest.path("spec", "ports").index(place), target, isAlone: ports.count == 1)
      else { return true }
      written.append(line)
    }
    rest.take("spec", "ports")
    lines += written
    return true
  }

  /// `select = web`; the workload's place, where it is one.
  private mutating func addSelector() -> Int? {
    guard let labels = rest.map("spec", "selector"), !labels.isEmpty else { return nil }
    let path = rest.path("spec", "selector")
    if let target = workload(labels) {
      lines.append(.text("select = \(target.text)", path))
      return target.place
    }
    lines.append(.value("select", .object(labels), path))
    return nil
  }

  private func servicePort(_ port: Value, _ path: FieldPath, _ target: Int?, isAlone: Bool) -> SourceLine? {
    var port = Remainder(port, path)
    guard let number = port.int("port"), isAlone || port.peek("name")?.string != nil else { return nil }
    let name = port.text("name")
    if name == "" { return nil }
    let to = port.take("targetPort").flatMap { destination($0, number, target) }
    if let to, to.isUnknown { return nil }
    var details: [String] = []
    let standard = to?.transport ?? "TCP"
    let transport = port.text("protocol") ?? "TCP"
    if transport != standard { details.append("protocol = \(SourceText.quoted(transport))") }
    if let node = port.int("nodePort"), node != 0 { details.append("node = \(node)") }
    if let spoken = port.text("appProtocol") { details.append("appProtocol = \(literal(spoken))") }
    guard port.isEmpty else { return nil }
    let head = name.map { "port \(SourceText.blockName($0))" } ?? "port"
    guard !details.isEmpty else {
      return .text("\(head) = \(number)\(to.map { " -> \($0.text)" } ?? "")", path)
    }
    let all = ["number = \(number)"] + (to.map { ["to = \($0.text)"] } ?? []) + details
    return .text("\(head) { \(all.joined(separator: ", ")) }", path)
  }

  private struct Destination {
    var text: String
    /// The protocol of the port that it leads to.
    var transport: String
    var isUnknown = false
  }

  /// Where a port leads; nil where that is the port of the same number.
  private func destination(_ value: Value, _ number: Int64, _ target: Int?) -> Destination? {
    if case .int(let other) = value {
      return other == number || other == 0 ? nil : Destination(text: String(other), transport: "TCP")
    }
    guard let name = value.string, !name.isEmpty else { return Destination(text: "", transport: "", isUnknown: true) }
    guard let target, let entry = index.entries[target], let workload = reference(to: target) else {
      return Destination(text: SourceText.quoted(name), transport: "TCP")
    }
    let pod = entry.object.at(WorkloadLabels.pod(of: entry.kind) + ["spec", "containers"])?.array ?? []
    for container in pod {
      for port in container["ports"]?.array ?? [] where port["name"]?.string == name {
        guard let owner = container["name"]?.string, SourceText.isBare(owner), SourceText.isBare(name) else { break }
        return Destination(text: "\(workload).\(owner).\(name)", transport: port["protocol"]?.string ?? "TCP")
      }
    }
    return Destination(text: SourceText.quoted(name), transport: "TCP")
  }
}
