internal import KCData

/// What a pod asks for in all.
enum PodRequests {
  /// Requests, with limits where there is no request.
  static func effective(_ container: Value) -> Value? {
    var requests = container.at("resources", "requests") ?? .object([:])
    for (name, limit) in container.at("resources", "limits")?.object ?? [:] where requests[name] == nil {
      requests[name] = limit
    }
    return requests
  }

  /// A container's requests for scoring: a tenth of a processor and 200 MiB where it says nothing.
  static func scored(_ container: Value) -> ResourceAmounts {
    let requests = effective(container)
    var amounts = ResourceAmounts(requests)
    if requests?["cpu"] == nil { amounts.milliCPU = 100 }
    if requests?["memory"] == nil { amounts.memory = 200 << 20 }
    return amounts
  }

  static func demand(_ spec: Value) -> Demand {
    let scored = total(spec, withPodLevel: false, counting: scored)
    let held = total(spec, counting: Self.scored)
    return Demand(
      scoredCPU: scored.milliCPU, scoredMemory: scored.memory, heldCPU: held.milliCPU, heldMemory: held.memory)
  }

  /// The sum of what runs together, or the most that initialisation needs; and the overhead.
  static func total(
    _ spec: Value, withPodLevel: Bool = true, counting amounts: (Value) -> ResourceAmounts
  ) -> ResourceAmounts {
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
    if withPodLevel, let pod = spec["resources"] { wholePod(pod, &running) }
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
