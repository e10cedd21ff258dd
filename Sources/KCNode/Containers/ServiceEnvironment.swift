internal import KCData
internal import KCKube

/// The variables that tell a container of the services of its namespace.
enum ServiceEnvironment {
  /// - Parameter links: whether the pod wants those of its own namespace, and not only the API's.
  static func variables(_ services: [Value], namespace: String, links: Bool) -> [EnvironmentVariable] {
    var out: [EnvironmentVariable] = []
    for service in services.sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) {
      let isAPI = service.namespace == "default" && service.name == "kubernetes"
      guard isAPI || links && service.namespace == namespace else { continue }
      guard let address = service.at("spec", "clusterIP")?.string, !["", "None"].contains(address),
        let ports = service.at("spec", "ports")?.array, let first = ports.first
      else { continue }
      let name = variable(service.name ?? "")
      let firstPort = String(first["port"]?.int ?? 0)
      out.append(EnvironmentVariable("\(name)_SERVICE_HOST", address))
      out.append(EnvironmentVariable("\(name)_SERVICE_PORT", firstPort))
      for port in ports {
        guard let title = port["name"]?.string, !title.isEmpty else { continue }
        out.append(EnvironmentVariable("\(name)_SERVICE_PORT_\(variable(title))", String(port["port"]?.int ?? 0)))
      }
      out += dockerLinks(name, address, ports)
    }
    return out
  }

  /// The form that Docker's links had.
  private static func dockerLinks(_ name: String, _ address: String, _ ports: [Value])
    -> [EnvironmentVariable]
  {
    var out: [EnvironmentVariable] = []
    for (index, port) in ports.enumerated() {
      let kind = port["protocol"]?.string ?? "TCP"
      let number = String(port["port"]?.int ?? 0)
      let url = "\(kind.lowercased())://\(address):\(number)"
      if index == 0 { out.append(EnvironmentVariable("\(name)_PORT", url)) }
      let prefix = "\(name)_PORT_\(number)_\(kind.uppercased())"
      out.append(EnvironmentVariable(prefix, url))
      out.append(EnvironmentVariable("\(prefix)_PROTO", kind.lowercased()))
      out.append(EnvironmentVariable("\(prefix)_PORT", number))
      out.append(EnvironmentVariable("\(prefix)_ADDR", address))
    }
    return out
  }

  private static func variable(_ name: String) -> String {
    String(name.uppercased().map { $0 == "-" ? "_" : $0 })
  }
}
