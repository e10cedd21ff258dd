internal import KCData

/// Says how each container of a pod is, as the API has it.
struct ContainerStatusBuilder {
  let pod: PodSpec
  let runtime: PodRuntimeState
  let memory: PodMemory
  /// The status last built or, at first, the API's.
  let previous: Value
  let isInitialised: Bool
  let now: Timestamp

  func status(_ spec: ContainerSpec) -> Value {
    let latest = runtime.latest(spec.name)
    let reported = Self.find(spec.name, in: previous)
    if latest == nil, let reported, pod.deadline != nil || memory.isOrphan || pod.isTerminal {
      return lost(reported)
    }
    let outcome = memory.outcome(spec, latest)
    // A container that vanished has ended, and another will count as its restart.
    let vanished = latest == nil && reported?["containerID"]?.string?.isEmpty == false ? reported.map(lost) : nil
    let (state, last) = vanished.map { (waiting(spec, after: nil), $0["state"]) } ?? states(spec, latest, reported)
    var out: Value = ["name": .string(spec.name), "state": state]
    out["lastState"] = last ?? [:]
    out["ready"] = .bool(outcome.ready && pod.deadline == nil)
    let counted = UInt32(clamping: reported?["restartCount"]?.int ?? 0) &+ (vanished == nil ? 0 : 1)
    out["restartCount"] = Value(Int(latest?.attempt ?? counted))
    out["image"] = .string(latest.flatMap { $0.image.isEmpty ? nil : $0.image } ?? spec.image)
    out["imageID"] = .string(latest?.imageID ?? "")
    if let latest { out["containerID"] = .string(Self.identity(latest.id)) }
    out["started"] = .bool(outcome.started)
    return out
  }

  private func states(_ spec: ContainerSpec, _ latest: ContainerState?, _ reported: Value?)
    -> (state: Value, last: Value?)
  {
    // What the runtime does not remember any more, the last status does.
    let remembered = reported?["lastState"].flatMap { $0["terminated"] == nil ? nil : $0 }
    let before = runtime.previous(spec.name).flatMap { $0.phase == .exited ? terminated(spec, $0) : nil }
    guard let latest else { return (waiting(spec, after: nil), remembered) }
    switch latest.phase {
    case .running:
      return (["running": ["startedAt": .string((latest.startedAt ?? latest.createdAt).rfc3339)]], before ?? remembered)
    case .created, .unknown: return (waiting(spec, after: nil), before ?? remembered)
    case .exited:
      let ended = terminated(spec, latest)
      if spec.restartPolicy.restarts(exitCode: latest.exitCode), pod.deadline == nil, !memory.isOrphan,
        let reason = waitingReason(spec, after: latest)
      {
        return (["waiting": reason], ended)
      }
      return (ended, before ?? remembered)
    }
  }

  private func waiting(_ spec: ContainerSpec, after last: ContainerState?) -> Value {
    ["waiting": waitingReason(spec, after: last) ?? ["reason": .string(standardReason(spec))]]
  }

  private func standardReason(_ spec: ContainerSpec) -> String {
    let waitsForInit = spec.role == .main ? !pod.initContainers.isEmpty : spec.name != pod.initContainers.first?.name
    return waitsForInit && !isInitialised ? "PodInitializing" : "ContainerCreating"
  }

  /// Why a container does not run, where there is more to say than that it is on its way.
  private func waitingReason(_ spec: ContainerSpec, after last: ContainerState?) -> Value? {
    if case .failed(let reason, let message, _, let retryAt)? = memory.images[spec.name] {
      // The first moments tell of the failure, those after it of the wait.
      let isWaiting = reason == "ErrImagePull" && now.advanced(by: memory.pulls.delay(spec.image) / 2) > retryAt
      if !isWaiting { return ["reason": .string(reason), "message": .string(message)] }
      return [
        "reason": "ImagePullBackOff", "message": .string("Back-off pulling image \"\(spec.image)\": \(message)"),
      ]
    }
    if let failure = memory.startFailures[spec.name] {
      return ["reason": .string(failure.reason), "message": .string(failure.message)]
    }
    if let last, memory.restarts.wait(spec.backOffKey, after: last.finishedAt ?? last.createdAt, now: now) != nil {
      let delay = Self.duration(memory.restarts.delay(spec.backOffKey))
      return [
        "reason": "CrashLoopBackOff",
        "message": .string("back-off \(delay) restarting failed container=\(spec.name) pod=\(pod.title)"),
      ]
    }
    return nil
  }

  private func terminated(_ spec: ContainerSpec, _ container: ContainerState) -> Value {
    var reason = container.reason
    // A node that runs out of memory marks all its containers: only those that were killed are meant.
    if reason == "OOMKilled" && container.exitCode != 137 { reason = "" }
    if reason.isEmpty { reason = container.exitCode == 0 ? "Completed" : "Error" }
    var ended: Value = ["exitCode": Value(Int(container.exitCode)), "reason": .string(reason)]
    if !container.message.isEmpty { ended["message"] = .string(container.message) }
    ended["startedAt"] = container.startedAt.map { .string($0.rfc3339) } ?? .null
    ended["finishedAt"] = container.finishedAt.map { .string($0.rfc3339) } ?? .null
    ended["containerID"] = .string(Self.identity(container.id))
    return ["terminated": ended]
  }

  /// A container that was there and of which the runtime knows nothing any more.
  private func lost(_ reported: Value) -> Value {
    var out = reported
    out["ready"] = false
    out["started"] = false
    guard reported.at("state", "running") != nil else { return out }
    out["state"] = [
      "terminated": [
        "exitCode": 137, "reason": "ContainerStatusUnknown",
        "message": "The container could not be located when the pod was terminated",
        "startedAt": reported.at("state", "running", "startedAt") ?? .null, "finishedAt": .string(now.rfc3339),
        "containerID": reported["containerID"] ?? "",
      ]
    ]
    return out
  }

  static func identity(_ id: String) -> String { "containerd://\(id)" }

  static func find(_ name: String, in status: Value) -> Value? {
    for list in ["containerStatuses", "initContainerStatuses"] {
      if let found = status[list]?.array?.first(where: { $0["name"]?.string == name }) { return found }
    }
    return nil
  }

  /// `10s`, `1m20s`, `500ms`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 1 { return "\(Int((seconds * 1000).rounded()))ms" }
    let whole = Int(seconds.rounded())
    return (whole >= 60 ? "\(whole / 60)m" : "") + "\(whole % 60)s"
  }
}
