public import KCData

extension ProjectInfo {
  /// The nodes that `project.kc` declares, as objects of the API: what placement can count on where no cluster
  /// is asked.
  public var nodes: [Value] {
    (settings["nodes"]?.object ?? [:]).flatMap { name, settings -> [Value] in
      let count = Int(clamping: settings["count"]?.int ?? 1)
      if count == 1 { return [Self.node(name, settings)] }
      return (0..<max(0, count)).map { Self.node("\(name)-\($0 + 1)", settings) }
    }
  }

  private static func node(_ name: String, _ settings: Value) -> Value {
    var labels = settings["labels"]?.object ?? [:]
    labels["kubernetes.io/hostname"] = .string(name)
    labels["kubernetes.io/os"] = labels["kubernetes.io/os"] ?? "linux"
    if let zone = settings["zone"]?.string { labels["topology.kubernetes.io/zone"] = .string(zone) }
    if let region = settings["region"]?.string { labels["topology.kubernetes.io/region"] = .string(region) }
    var room: Value = ["pods": settings["pods"] ?? 110]
    room["cpu"] = settings["cpu"]
    room["memory"] = settings["memory"]
    var node: Value = [
      "apiVersion": "v1", "kind": "Node",
      "metadata": ["name": .string(name), "labels": .object(labels)],
      "status": ["allocatable": room, "capacity": room],
    ]
    if let taints = settings["taints"], taints.array?.isEmpty == false { node.set(taints, at: "spec", "taints") }
    return node
  }
}
