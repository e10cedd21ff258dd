internal import KCData

/// Network policies.
extension Lifter {
  mutating func liftNetworkPolicy() -> Bool {
    addMetadata()
    guard addGuard("podSelector", isRequired: false) else { return false }
    let ingress = rest.take("spec", "ingress")?.array ?? []
    let egress = rest.take("spec", "egress")?.array ?? []
    // Where it says none, the API server takes these.
    let usual = egress.isEmpty ? ["Ingress"] : ["Ingress", "Egress"]
    let types = rest.texts("spec", "policyTypes") ?? usual
    guard Set(types).isSubset(of: ["Ingress", "Egress"]), types.contains("Ingress") || ingress.isEmpty,
      types.contains("Egress") || egress.isEmpty
    else { return false }
    if types.contains("Ingress") { guard addSide(ingress, "from", "inbound", "ingress") else { return false } }
    if types.contains("Egress") { guard addSide(egress, "to", "outbound", "egress") else { return false } }
    if types == ["Egress", "Ingress"] { add("types = [\"Egress\", \"Ingress\"]", "spec", "policyTypes") }
    return true
  }

  /// `guard = web`, or the labels of the pods.
  ///
  /// - Parameter isRequired: whether it is said where these are all pods.
  mutating func addGuard(_ field: String, isRequired: Bool) -> Bool {
    let path = rest.path("spec", field)
    guard let selector = rest.peek("spec", field) else { return false }
    // What the block says in no way stands in `raw`.
    guard let text = pods(selector) else { return !isRequired }
    rest.take("spec", field)
    if text == "{}" {
      if isRequired { lines.append(.text("guard = {}", path)) }
      return true
    }
    if text.hasPrefix("{"), let labels = selector["matchLabels"] {
      lines.append(.value("guard", labels, path))
    } else {
      lines.append(.text("guard = \(text)", path))
    }
    return true
  }

  private struct PolicyRule {
    var peers: [String] = []
    var ports: [String] = []
  }

  /// `from = [web]` and `ports = [80]` for one rule, `inbound = [{ from = [web], ports = [80] }]` for several.
  private mutating func addSide(_ rules: [Value], _ peers: String, _ block: String, _ field: String) -> Bool {
    let path = rest.path("spec", field)
    guard !rules.isEmpty else {
      add("\(peers) = []", "spec", field)
      return true
    }
    var found: [PolicyRule] = []
    for given in rules {
      guard let rule = rule(given, peers) else { return false }
      found.append(rule)
    }
    let isPlain = found[0].ports.isEmpty || block == "inbound" && found[0].ports.allSatisfy { Int64($0) != nil }
    if found.count == 1, isPlain {
      let place = path.index(0)
      lines.append(
        found[0].peers.isEmpty
          ? .text("\(peers) = \"anybody\"", place) : .list(peers, found[0].peers, place.field(peers)))
      if !found[0].ports.isEmpty { lines.append(.list("ports", found[0].ports, place.field("ports"))) }
      return true
    }
    let records = found.enumerated().map { number, rule in
      let place = path.index(number)
      var parts: [SourceLine] = []
      if !rule.peers.isEmpty { parts.append(.list(peers, rule.peers, place.field(peers))) }
      if !rule.ports.isEmpty { parts.append(.list("ports", rule.ports, place.field("ports"))) }
      return SourceLine(.record(parts), [place])
    }
    lines.append(SourceLine(.list(block, records), [path]))
    return true
  }

  private func rule(_ value: Value, _ peers: String) -> PolicyRule? {
    var rest = Remainder(value)
    var rule = PolicyRule()
    for given in rest.take(peers)?.array ?? [] {
      guard let text = peer(given) else { return nil }
      rule.peers.append(text)
    }
    for given in rest.take("ports")?.array ?? [] {
      guard let text = Self.policyPort(given) else { return nil }
      rule.ports.append(text)
    }
    return rest.isEmpty ? rule : nil
  }

  /// The pods or addresses that a rule is about.
  private func peer(_ value: Value) -> String? {
    guard let fields = value.object else { return nil }
    if let range = fields["ipBlock"], fields.count == 1, let cidr = range["cidr"]?.string {
      let except = range["except"]?.array?.compactMap(\.string) ?? []
      let text = SourceText.quoted(cidr)
      return except.isEmpty ? "AddressRange(cidr: \(text))" : "AddressRange(cidr: \(text), except: \(list(except)))"
    }
    guard let namespaces = fields["namespaceSelector"] else {
      return fields.count == 1 ? fields["podSelector"].flatMap(pods) : nil
    }
    guard let labels = Self.selector(namespaces) else { return nil }
    if fields.count == 1 { return "NamespacePods(namespaces: \(labels))" }
    guard fields.count == 2, let inner = fields["podSelector"].flatMap(Self.selector) else { return nil }
    return "NamespacePods(namespaces: \(labels), pods: \(inner))"
  }

  private static func policyPort(_ value: Value) -> String? {
    guard let fields = value.object, fields.keys.allSatisfy({ ["port", "protocol", "endPort"].contains($0) }) else {
      return nil
    }
    let transport = fields["protocol"]?.string ?? "TCP"
    var number: String?
    switch fields["port"] {
    case .int(let port)?: number = String(port)
    case .string(let name)?: number = SourceText.quoted(name)
    case nil: number = nil
    default: return nil
    }
    if let number, transport == "TCP", fields["endPort"] == nil { return number }
    var parts = number.map { ["port: \($0)"] } ?? []
    if let end = fields["endPort"]?.int { parts.append("end: \(end)") }
    if transport != "TCP" || parts.isEmpty { parts.append("protocol: \(SourceText.quoted(transport))") }
    return "PolicyPorts(\(parts.joined(separator: ", ")))"
  }
}
