internal import KCData

/// Says how a pod is, as the API has it. Pure.
struct PodStatusBuilder {
  let pod: PodSpec
  let runtime: PodRuntimeState
  let memory: PodMemory
  /// The status last built or, at first, the API's.
  let previous: Value
  let hostIP: String
  let now: Timestamp

  func build() -> Value {
    let phase = PodPhase(pod: pod, runtime: runtime, memory: memory)
    let containers = ContainerStatusBuilder(
      pod: pod, runtime: runtime, memory: memory, previous: previous, isInitialised: phase.isInitialised, now: now)
    var status = pod.status
    let name = phaseName(phase)
    status["phase"] = .string(name)
    if let verdict = memory.verdict {
      status["reason"] = .string(verdict.reason)
      status["message"] = .string(verdict.message)
    }
    status["hostIP"] = .string(hostIP)
    status["hostIPs"] = [["ip": .string(hostIP)]]
    status["startTime"] = previous["startTime"] ?? .string(memory.startTime.rfc3339)
    status["qosClass"] = status["qosClass"] ?? .string(QualityOfService(pod).rawValue)
    status["observedGeneration"] = pod.object.at("metadata", "generation")
    setAddresses(&status)
    let mains = pod.containers.map { containers.status($0) }
    let inits = pod.initContainers.map { containers.status($0) }
    status["containerStatuses"] = .array(mains)
    if !inits.isEmpty { status["initContainerStatuses"] = .array(inits) }
    status["conditions"] = .array(conditions(phase: name, isInitialised: phase.isInitialised, mains, inits))
    return status
  }

  /// A pod that is going away may still be `Running` until its containers are gone, but an end is not taken back.
  private func phaseName(_ phase: PodPhase) -> String {
    let last = previous["phase"]?.string
    if let last, ["Succeeded", "Failed"].contains(last) { return last }
    let name = phase.name
    let isEnding = pod.deadline != nil || memory.isOrphan
    if isEnding, runtime.isEmpty { return last == "Running" || last == nil ? "Failed" : last ?? name }
    return name == "Pending" && last == "Running" ? "Running" : name
  }

  private func setAddresses(_ status: inout Value) {
    var addresses = runtime.sandbox.flatMap { memory.addresses[$0.id] } ?? []
    if pod.usesHostNetwork { addresses = [hostIP] }
    guard let first = addresses.first else {
      // The last address stays in the status of a pod that has ended.
      status["podIP"] = previous["podIP"]
      status["podIPs"] = previous["podIPs"]
      return
    }
    status["podIP"] = .string(first)
    status["podIPs"] = .array(addresses.map { ["ip": .string($0)] })
  }
}

/// The conditions.
extension PodStatusBuilder {
  private func conditions(phase: String, isInitialised: Bool, _ mains: [Value], _ inits: [Value]) -> [Value] {
    let hasNetwork = runtime.sandbox.map { pod.usesHostNetwork || memory.addresses[$0.id]?.isEmpty == false } ?? false
    let hasEnded = phase == "Succeeded" || phase == "Failed"
    var initialised: Problem?
    if !isInitialised && !hasEnded {
      let missing = zip(pod.initContainers, inits).filter { spec, status in
        spec.role == .sidecar ? status["started"]?.bool != true : status["ready"]?.bool != true
      }.map { $0.0.name }
      initialised = Problem(
        "ContainersNotInitialized", "containers with incomplete status: [\(missing.joined(separator: " "))]")
    }
    let containersReady = containersProblem(phase: phase, mains, inits)
    let ready = containersReady ?? gatesProblem()
    var built = [
      condition("PodReadyToStartContainers", hasNetwork ? nil : Problem("", "")),
      condition("Initialized", initialised ?? (phase == "Succeeded" ? Problem.completedTrue : nil)),
      condition("Ready", ready),
      condition("ContainersReady", containersReady),
      condition("PodScheduled", nil),
    ]
    // What others say about the pod is theirs.
    let own = Set(built.compactMap { $0["type"]?.string })
    built += (pod.status["conditions"]?.array ?? []).filter { !own.contains($0["type"]?.string ?? "") }
    return built
  }

  /// Why a condition is false, or, with `isTrue`, a note on why it is true.
  private struct Problem {
    var reason: String
    var message: String
    var isTrue = false

    init(_ reason: String, _ message: String) {
      self.reason = reason
      self.message = message
    }

    static var completedTrue: Problem {
      var note = Problem("PodCompleted", "")
      note.isTrue = true
      return note
    }
  }

  private func containersProblem(phase: String, _ mains: [Value], _ inits: [Value]) -> Problem? {
    if phase == "Succeeded" { return Problem("PodCompleted", "") }
    if phase == "Failed" { return Problem("PodFailed", "") }
    let sidecars = zip(pod.initContainers, inits).filter { $0.0.role == .sidecar }.map { $0.1 }
    let unready = (sidecars + mains).filter { $0["ready"]?.bool != true }.compactMap { $0["name"]?.string }
    if unready.isEmpty { return nil }
    return Problem("ContainersNotReady", "containers with unready status: [\(unready.joined(separator: " "))]")
  }

  private func gatesProblem() -> Problem? {
    let gates = (pod.spec["readinessGates"]?.array ?? []).compactMap { $0["conditionType"]?.string }
    let reported = pod.status["conditions"]?.array ?? []
    for gate in gates {
      guard let found = reported.first(where: { $0["type"]?.string == gate }) else {
        return Problem(
          "ReadinessGatesNotReady", "corresponding condition of pod readiness gate \"\(gate)\" does not exist.")
      }
      if found["status"]?.string != "True" {
        return Problem(
          "ReadinessGatesNotReady",
          "the status of pod readiness gate \"\(gate)\" is not \"True\", but "
            + (found["status"]?.string ?? "Unknown"))
      }
    }
    return nil
  }

  private func condition(_ type: String, _ problem: Problem?) -> Value {
    let status = problem.map(\.isTrue) ?? true ? "True" : "False"
    let old = previous["conditions"]?.array?.first { $0["type"]?.string == type }
    var out: Value = ["type": .string(type), "status": .string(status), "lastProbeTime": .null]
    let isSame = old?["status"]?.string == status
    out["lastTransitionTime"] = isSame ? old?["lastTransitionTime"] ?? .string(now.rfc3339) : .string(now.rfc3339)
    if let problem, !problem.reason.isEmpty { out["reason"] = .string(problem.reason) }
    if let problem, !problem.message.isEmpty { out["message"] = .string(problem.message) }
    out["observedGeneration"] = pod.object.at("metadata", "generation")
    return out
  }
}
