internal import KCData

/// What a pod asks for in all: by its specification, and where its containers' resources are being changed, by what they
/// still have.
struct PodRequests {
  private let spec: Value
  private let statuses: [String: Value]
  private let isResizeInfeasible: Bool

  init(_ pod: Value) {
    spec = pod["spec"] ?? .object([:])
    let status = pod["status"]
    let list = (status?["containerStatuses"]?.array ?? []) + (status?["initContainerStatuses"]?.array ?? [])
    statuses = Dictionary(
      list.filter { $0["resources"] != nil }.map { ($0["name"]?.string ?? "", $0) }, uniquingKeysWith: { $1 })
    isResizeInfeasible = (status?["conditions"]?.array ?? []).contains {
      $0["type"] == "PodResizePending" && $0["reason"] == "Infeasible"
    }
  }

  var total: ResourceAmounts { total { ResourceAmounts(effective($0)) } }

  var demand: Demand {
    let scored = total(withPodLevel: false, counting: scored)
    let held = total(counting: self.scored)
    return Demand(
      scoredCPU: scored.milliCPU, scoredMemory: scored.memory, heldCPU: held.milliCPU, heldMemory: held.memory)
  }

  /// Requests, with limits where there is no request.
  private func effective(_ container: Value) -> Value? {
    var requests = container.at("resources", "requests") ?? .object([:])
    for (name, limit) in container.at("resources", "limits")?.object ?? [:] where requests[name] == nil {
      requests[name] = limit
    }
    guard let status = statuses[container["name"]?.string ?? ""] else { return requests }
    var parts = [status.at("resources", "requests"), status["allocatedResources"]]
    if !isResizeInfeasible { parts.append(requests) }
    return Self.largest(parts.compactMap { $0?.object })
  }

  private static func largest(_ lists: [Fields]) -> Value {
    var out: Value = [:]
    for list in lists {
      for (name, value) in list {
        let known = out[name].map { ResourceAmounts.amount($0, of: name) }
        if known.map({ $0 < ResourceAmounts.amount(value, of: name) }) ?? true { out[name] = value }
      }
    }
    return out
  }

  /// A container's requests for scoring: a tenth of a processor and 200 MiB where it says nothing.
  private func scored(_ container: Value) -> ResourceAmounts {
    let requests = effective(container)
    var amounts = ResourceAmounts(requests)
    if requests?["cpu"] == nil { amounts.milliCPU = 100 }
    if requests?["memory"] == nil { amounts.memory = 200 << 20 }
    return amounts
  }

  /// The sum of what runs together, or the most that initialisation needs; and the overhead.
  private func total(withPodLevel: Bool = true, counting amounts: (Value) -> ResourceAmounts) -> ResourceAmounts {
    var running = ResourceAmounts()
    for container in spec["containers"]?.array ?? [] { running.add(amounts(container)) }
    var sidecars = ResourceAmounts()
    var peak = ResourceAmounts()
    for container in spec["initContainers"]?.array ?? [] {
      var need = amounts(container)
      if container["restartPolicy"] == "Always" {
        running.add(need)
        sidecars.add(need)
        need = sidecars
      } else {
        need.add(sidecars)
      }
      peak.raise(to: need)
    }
    running.raise(to: peak)
    if withPodLevel, let pod = spec["resources"] { Self.wholePod(pod, &running) }
    running.add(ResourceAmounts(spec["overhead"]))
    return running
  }

  /// What is said for the whole pod is what counts: a request, or a limit where no container requests the resource.
  private static func wholePod(_ resources: Value, _ running: inout ResourceAmounts) {
    func counts(_ name: String) -> Bool { name == "cpu" || name == "memory" || name.hasPrefix("hugepages-") }
    let requests = resources["requests"]?.object ?? [:]
    for (name, value) in requests where counts(name) { running[name] = ResourceAmounts.amount(value, of: name) }
    for (name, value) in resources["limits"]?.object ?? [:] where counts(name) && requests[name] == nil {
      if running[name] == 0 { running[name] = ResourceAmounts.amount(value, of: name) }
    }
  }
}
