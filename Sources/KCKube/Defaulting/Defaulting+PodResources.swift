internal import KCData

extension Defaulting {
  /// Requests of the pod as a whole, where it has limits as a whole: what its containers request, or else the limit.
  static func podRequests(_ spec: inout Value) {
    guard let limits = spec.at("resources", "limits")?.object, !limits.isEmpty else { return }
    let requested = containerRequests(spec)
    within(&spec, "resources") { resources in
      for (name, amount) in requested.sorted(by: { $0.key < $1.key })
      where isPodLevel(name) && resources.at("requests", name) == nil {
        if name.hasPrefix("hugepages-"), limits[name] != nil { continue }
        resources.set(.string(amount.description), at: "requests", name)
      }
      for (name, limit) in limits where isPodLevel(name) && resources.at("requests", name) == nil {
        resources.set(limit, at: "requests", name)
      }
    }
  }

  private static func isPodLevel(_ name: String) -> Bool {
    name == "cpu" || name == "memory" || name.hasPrefix("hugepages-")
  }

  /// What the containers of a pod request at most at any time: init containers run one after another, those that
  /// restart always keep running beside the rest.
  static func containerRequests(_ spec: Value) -> [String: Quantity] {
    var sum: [String: Quantity] = [:]
    for container in spec["containers"]?.array ?? [] { add(requests(container), to: &sum) }
    var sidecars: [String: Quantity] = [:]
    var peak: [String: Quantity] = [:]
    for container in spec["initContainers"]?.array ?? [] {
      var now = requests(container)
      if container["restartPolicy"] == "Always" {
        add(now, to: &sum)
        add(now, to: &sidecars)
        now = sidecars
      } else {
        add(sidecars, to: &now)
      }
      for (name, amount) in now { peak[name] = max(peak[name] ?? amount, amount) }
    }
    for (name, amount) in peak { sum[name] = max(sum[name] ?? amount, amount) }
    return sum
  }

  private static func requests(_ container: Value) -> [String: Quantity] {
    var out: [String: Quantity] = [:]
    for (name, value) in container.at("resources", "requests")?.object ?? [:] { out[name] = Quantity(value) }
    return out
  }

  private static func add(_ amounts: [String: Quantity], to sum: inout [String: Quantity]) {
    for (name, amount) in amounts { sum[name] = sum[name].map { $0 + amount } ?? amount }
  }
}
