internal import KCData

/// The ports of a service.
enum ServicePortRules {
  static func check(_ spec: Value, _ path: FieldPath, _ report: inout ValidationReport) {
    let ports = spec.list("ports")
    let type = spec.text("type")
    var names: Set<String> = []
    var numbers: Set<String> = []
    for (index, port) in ports.enumerated() {
      let here = path["ports"][index]
      let name = port.text("name")
      if name.isEmpty {
        if ports.count > 1 { report.required(here["name"]) }
      } else {
        report.label(name, here["name"])
        if !names.insert(name).inserted { report.duplicate(here["name"], name) }
      }
      details(port, here, isHeadless: spec["clusterIP"] == "None", &report)
      let key = "\(port["port"]?.int ?? 0)/\(port.text("protocol"))"
      if !numbers.insert(key).inserted { report.duplicate(here, key) }
      nodePort(port, type, here, &report)
    }
  }

  private static func details(
    _ port: Value, _ path: FieldPath, isHeadless: Bool, _ report: inout ValidationReport
  ) {
    report.portNumber(port["port"]?.int ?? 0, path["port"])
    report.requiredOneOf(port.text("protocol"), ["SCTP", "TCP", "UDP"], path["protocol"])
    report.portNumberOrName(port["targetPort"], path["targetPort"])
    if let application = port.set("appProtocol")?.string { report.qualifiedName(application, path["appProtocol"]) }
  }

  private static func nodePort(
    _ port: Value, _ type: String, _ path: FieldPath, _ report: inout ValidationReport
  ) {
    guard let number = port["nodePort"]?.int, number != 0 else { return }
    if type == "ClusterIP" || type == "ExternalName" {
      report.forbidden(path["nodePort"], "may not be used when type is \(type)")
    }
  }
}
