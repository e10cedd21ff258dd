internal import KCData

/// How far a pod as a whole is, from what its containers do.
struct PodPhase {
  let pod: PodSpec
  let runtime: PodRuntimeState
  let memory: PodMemory

  /// Whether no container of the pod will ever run again.
  var hasEnded: Bool { pod.isTerminal || memory.verdict != nil || initFailed || mainsEnded }

  /// Whether an init container has failed for good.
  var initFailed: Bool {
    pod.initContainers.contains { spec in
      guard spec.role == .initial, let latest = runtime.latest(spec.name), latest.phase == .exited else { return false }
      return latest.exitCode != 0 && !spec.restartPolicy.restarts(exitCode: latest.exitCode)
    }
  }

  private var mainsEnded: Bool {
    !pod.containers.isEmpty
      && pod.containers.allSatisfy { spec in
        guard let latest = runtime.latest(spec.name), latest.phase == .exited else { return false }
        return !spec.restartPolicy.restarts(exitCode: latest.exitCode)
      }
  }

  /// Whether all init containers have succeeded and all sidecars have started.
  var isInitialised: Bool {
    if pod.containers.contains(where: { runtime.latest($0.name) != nil }) { return true }
    return pod.initContainers.allSatisfy { spec in
      let container = runtime.current(spec.name)
      if spec.role == .initial { return container?.phase == .exited && container?.exitCode == 0 }
      return memory.outcome(spec, container).started
    }
  }

  /// `Pending`, `Running`, `Succeeded` or `Failed`.
  var name: String {
    if pod.isTerminal { return pod.status["phase"]?.string ?? "Failed" }
    if initFailed || memory.verdict != nil { return "Failed" }
    if !isInitialised { return "Pending" }
    let latest = pod.containers.map { runtime.latest($0.name) }
    let exits = latest.compactMap { $0?.phase == .exited ? $0?.exitCode : nil }
    // A container that waits to be started again has run: it does not make the pod wait.
    if exits.count + latest.count(where: { $0?.phase == .running }) < latest.count {
      return pod.status["phase"]?.string == "Running" ? "Running" : "Pending"
    }
    let isEnding = pod.deadline != nil || memory.isOrphan
    guard exits.count == latest.count, mainsEnded || isEnding else { return "Running" }
    return exits.allSatisfy { $0 == 0 } ? "Succeeded" : "Failed"
  }
}
