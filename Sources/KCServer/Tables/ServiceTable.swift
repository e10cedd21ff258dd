internal import KCData
internal import KCKube

enum ServiceTable {
  static let layout = TableLayout(
    .named("Type,Cluster-IP,External-IP,Port(s),Age,|,Selector")
  ) { service, now in
    let ports = (service.at("spec", "ports")?.array ?? []).map { port -> String in
      let number = port["nodePort"]?.int ?? 0
      let node = number > 0 ? ":\(number)" : ""
      return "\(port["port"]?.int ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
    }
    return [
      service.cell("spec", "type"), service.cell("spec", "clusterIP", or: "<none>"), .string(external(service)),
      .string(ports.isEmpty ? "<none>" : ports.joined(separator: ",")), service.age(now),
      .string(LabelText.of(stringMap(service.at("spec", "selector")))),
    ]
  }

  private static func external(_ service: Value) -> String {
    let addresses = (service.at("spec", "externalIPs")?.array ?? []).compactMap(\.string)
    switch service.at("spec", "type")?.string {
    case "ExternalName"?: return service.at("spec", "externalName")?.string ?? "<none>"
    case "LoadBalancer"?:
      let given = (service.at("status", "loadBalancer", "ingress")?.array ?? [])
        .compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
      let all = given + addresses
      return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    default: return addresses.isEmpty ? "<none>" : addresses.joined(separator: ",")
    }
  }
}
