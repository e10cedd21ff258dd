internal import KCData
internal import KCKube

extension Health {
  /// The first failure of a pod that time will not cure.
  static func firstFailure(_ pods: [Value]) -> Health? {
    for pod in pods where !pod.isBeingDeleted {
      if let cause = PodFailure.cause(pod) { return .failed(cause: cause, pod: pod.name) }
    }
    return nil
  }
}

/// Why a pod cannot come up, where that is certain.
enum PodFailure {
  /// Restarts after which a container that keeps ending is given up.
  static let hopelessRestarts: Int64 = 2

  static func cause(_ pod: Value) -> String? {
    if let scheduled = Health.condition(pod, "PodScheduled"), scheduled["status"]?.string == "False",
      scheduled["reason"]?.string == "Unschedulable"
    {
      return "pod \(pod.name ?? "") fits nowhere: \(scheduled["message"]?.string ?? "no node takes it")"
    }
    let containers =
      (pod.at("status", "initContainerStatuses")?.array ?? []) + (pod.at("status", "containerStatuses")?.array ?? [])
    for container in containers {
      if let cause = cause(ofContainer: container) { return "pod \(pod.name ?? ""): \(cause)" }
    }
    return nil
  }

  /// What a pod has trouble with that it may get over by itself.
  static func trouble(_ pod: Value) -> String? {
    for container in pod.at("status", "containerStatuses")?.array ?? [] {
      let restarts = container["restartCount"]?.int ?? 0
      let name = container["name"]?.string ?? ""
      if restarts > 0 || container.at("state", "terminated") != nil, container["ready"]?.bool != true {
        return "pod \(pod.name ?? ""): container \(name) ended\(ended(container)), restarted \(restarts) time"
          + (restarts == 1 ? "" : "s")
      }
    }
    return nil
  }

  private static func cause(ofContainer container: Value) -> String? {
    let name = container["name"]?.string ?? ""
    let waiting = container.at("state", "waiting")
    let detail = waiting?["message"]?.string.map { ": \($0)" } ?? ""
    switch waiting?["reason"]?.string {
    case "ErrImagePull"?, "ImagePullBackOff"?:
      return "image \(container["image"]?.string ?? "") cannot be pulled\(detail)"
    case "InvalidImageName"?, "ErrImageNeverPull"?:
      return "image \(container["image"]?.string ?? "") cannot be used\(detail)"
    case "CreateContainerConfigError"?, "CreateContainerError"?, "RunContainerError"?:
      return "container \(name) cannot be started\(detail)"
    case "CrashLoopBackOff"? where (container["restartCount"]?.int ?? 0) >= hopelessRestarts:
      return "container \(name) keeps ending\(ended(container))"
    default: return nil
    }
  }

  private static func ended(_ container: Value) -> String {
    guard let last = container.at("state", "terminated") ?? container.at("lastState", "terminated") else { return "" }
    let code = last["exitCode"]?.int.map { " with exit code \($0)" } ?? ""
    let reason = last["reason"]?.string == "OOMKilled" ? " (out of memory)" : ""
    return code + reason
  }
}
