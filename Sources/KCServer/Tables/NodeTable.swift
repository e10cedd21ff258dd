internal import KCData
internal import KCKube

enum NodeTable {
  static let layout = TableLayout(
    .named("Status,Roles,Age,Version,|,Internal-IP,External-IP,OS-Image,Kernel-Version,Container-Runtime")
  ) { node, now in
    let info = node.at("status", "nodeInfo") ?? [:]
    let machine = info["architecture"]?.string ?? ""
    var kernel = info["kernelVersion"]?.string ?? ""
    if !kernel.isEmpty, !machine.isEmpty { kernel += " (\(machine))" }
    return [
      .string(status(node)), .string(roles(node)), node.age(now), info.cell("kubeletVersion"),
      address(node, "InternalIP"), address(node, "ExternalIP"), info.cell("osImage", or: "<unknown>"),
      .string(kernel.isEmpty ? "<unknown>" : kernel), info.cell("containerRuntimeVersion", or: "<unknown>"),
    ]
  }

  private static func status(_ node: Value) -> String {
    let ready = (node.at("status", "conditions")?.array ?? []).first { $0["type"] == "Ready" }
    var words = [ready == nil ? "Unknown" : ready?["status"] == "True" ? "Ready" : "NotReady"]
    if node.at("spec", "unschedulable")?.bool == true { words.append("SchedulingDisabled") }
    return words.joined(separator: ",")
  }

  private static func roles(_ node: Value) -> String {
    let prefix = "node-role.kubernetes.io/"
    var roles: Set<String> = []
    for (key, value) in node.labels {
      if key.hasPrefix(prefix), key.count > prefix.count { roles.insert(String(key.dropFirst(prefix.count))) }
      if key == "kubernetes.io/role", !value.isEmpty { roles.insert(value) }
    }
    return roles.isEmpty ? "<none>" : roles.sorted().joined(separator: ",")
  }

  private static func address(_ node: Value, _ type: String) -> Value {
    let found = (node.at("status", "addresses")?.array ?? []).first { $0["type"]?.string == type }
    return found?["address"] ?? "<none>"
  }
}
