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
  /// Restarts after which a container that keeps ending is given up, however long it ran.
  static let hopelessRestarts: Int64 = 2
  /// A container that ended so soon, in seconds, and did so again after its restart, will not do better.
  static let shortRun = 10.0

  static func cause(_ pod: Value) -> String? {
    if let message = unschedulable(pod) {
      return waitsForVolumes(pod) ? nil : "pod \(pod.name ?? "") fits nowhere: \(message)"
    }
    for container in containers(pod) {
      if let cause = cause(ofContainer: container, image(of: container, in: pod)) {
        return "pod \(pod.name ?? ""): \(cause)"
      }
    }
    return nil
  }

  /// What a pod has trouble with that it may get over by itself.
  static func trouble(_ pod: Value) -> String? {
    if let message = unschedulable(pod) { return "pod \(pod.name ?? "") waits for a node: \(message)" }
    for container in containers(pod) {
      let restarts = container["restartCount"]?.int ?? 0
      let name = container["name"]?.string ?? ""
      let hasFailed = container.at("state", "terminated", "exitCode")?.int.map { $0 != 0 } ?? false
      if restarts > 0 || hasFailed, container["ready"]?.bool != true {
        let again = restarts == 0 ? "" : ", restarted \(restarts) time\(restarts == 1 ? "" : "s")"
        return "pod \(pod.name ?? ""): container \(name) ended\(ended(container))\(again)"
      }
    }
    return waitingInit(pod)
  }

  /// The init container that the others wait for; one that stays beside them is none.
  static func waitingInit(_ pod: Value) -> String? {
    let staying = (pod.at("spec", "initContainers")?.array ?? []).filter { $0["restartPolicy"] == "Always" }
      .compactMap { $0["name"]?.string }
    for container in pod.at("status", "initContainerStatuses")?.array ?? [] {
      guard let name = container["name"]?.string, !staying.contains(name), container.at("state", "running") != nil
      else { continue }
      return "pod \(pod.name ?? ""): init container \(name) has not ended yet"
    }
    return nil
  }

  /// How a pod failed: which container, and with what; nil where that is not known.
  static func end(_ pod: Value) -> String? {
    for container in containers(pod) {
      guard let code = container.at("state", "terminated", "exitCode")?.int, code != 0 else { continue }
      return "\(container["name"]?.string ?? "") \(code)"
    }
    return pod.at("status", "reason")?.string
  }

  /// Whether a container does not run, or has been restarted and not run for so many seconds since: what it is asked
  /// meanwhile it cannot answer.
  static func isCrashing(_ pod: Value, now: Timestamp, within seconds: Double) -> Bool {
    (pod.at("status", "containerStatuses")?.array ?? []).contains { container in
      if container.at("state", "running") == nil {
        return container.at("state", "terminated") != nil || restarts(pod) > 0
      }
      guard (container["restartCount"]?.int ?? 0) > 0,
        let start = container.at("state", "running", "startedAt")?.string.flatMap({ Timestamp($0) })
      else { return false }
      return now.seconds(since: start) < seconds
    }
  }

  /// What the status of a pod says of its containers, to be compared with what it says later.
  static func mark(_ pod: Value) -> Value { .array(containers(pod)) }

  /// How often the containers of a pod were restarted.
  static func restarts(_ pod: Value) -> Int64 {
    containers(pod).reduce(0) { $0 &+ ($1["restartCount"]?.int ?? 0) }
  }

  /// The container of a pod that is in trouble: whose last lines tell something.
  static func troubled(_ pod: Value) -> String? {
    let all = containers(pod)
    let found =
      all.first { $0.at("state", "waiting", "reason")?.string == "CrashLoopBackOff" }
      ?? all.first { ($0.at("state", "terminated", "exitCode")?.int ?? 0) != 0 }
      ?? all.first { ($0["restartCount"]?.int ?? 0) > 0 } ?? all.first { $0["ready"]?.bool != true }
    return found?["name"]?.string
  }

  /// Whether the scheduler waits for the pod's claims to be bound, which takes a while where disks are made.
  static func waitsForVolumes(_ pod: Value) -> Bool {
    unschedulable(pod)?.contains("unbound immediate PersistentVolumeClaims") ?? false
  }

  /// What the scheduler says of a pod that it has found no node for.
  static func unschedulable(_ pod: Value) -> String? {
    guard let scheduled = Health.condition(pod, "PodScheduled"), scheduled["status"]?.string == "False",
      scheduled["reason"]?.string == "Unschedulable"
    else { return nil }
    var message = scheduled["message"]?.string ?? "no node takes it"
    // What follows says that evictions would not help either.
    for tail in [" preemption: ", " no new claims to deallocate", " not found"] {
      if let cut = message.firstRange(of: tail) { message = String(message[..<cut.lowerBound]) }
    }
    while message.hasSuffix(".") || message.hasSuffix(",") || message.hasSuffix(" ") { message.removeLast() }
    return message
  }

  private static func containers(_ pod: Value) -> [Value] {
    (pod.at("status", "initContainerStatuses")?.array ?? []) + (pod.at("status", "containerStatuses")?.array ?? [])
  }

  /// The image that a container is to run: what its status says may be the one that it ran before.
  private static func image(of container: Value, in pod: Value) -> String {
    let specs = (pod.at("spec", "containers")?.array ?? []) + (pod.at("spec", "initContainers")?.array ?? [])
    let spec = specs.first { $0["name"] == container["name"] }
    return spec?["image"]?.string ?? container["image"]?.string ?? ""
  }

  private static func cause(ofContainer container: Value, _ image: String) -> String? {
    let name = container["name"]?.string ?? ""
    let waiting = container.at("state", "waiting")
    let detail = waiting?["message"]?.string.map { ": \(RuntimeWords.plain(plain($0, image: image)))" } ?? ""
    switch waiting?["reason"]?.string {
    case "ErrImagePull"?, "ImagePullBackOff"?: return "image \(image) cannot be pulled\(detail)"
    case "InvalidImageName"?, "ErrImageNeverPull"?: return "image \(image) cannot be used\(detail)"
    case "CreateContainerConfigError"?, "CreateContainerError"?, "RunContainerError"?:
      return "container \(name) cannot be started\(detail)"
    case "CrashLoopBackOff"? where isHopeless(container): return "container \(name) keeps ending\(ended(container))"
    default: return nil
    }
  }

  /// Runtimes wrap what went wrong in the name of the image, several times.
  private static func plain(_ message: String, image: String) -> String {
    let parts = message.split(separator: "\"\(image)\": ", omittingEmptySubsequences: true)
    return parts.count > 1 ? String(parts[parts.count - 1]) : message
  }

  private static func isHopeless(_ container: Value) -> Bool {
    let restarts = container["restartCount"]?.int ?? 0
    if restarts >= hopelessRestarts { return true }
    guard restarts >= 1, let last = container.at("lastState", "terminated"),
      let start = last["startedAt"]?.string.flatMap({ Timestamp($0) }),
      let end = last["finishedAt"]?.string.flatMap({ Timestamp($0) })
    else { return false }
    return end.seconds(since: start) <= shortRun
  }

  private static func ended(_ container: Value) -> String {
    guard let last = container.at("state", "terminated") ?? container.at("lastState", "terminated") else { return "" }
    let code = last["exitCode"]?.int.map { " with exit code \($0)" } ?? ""
    let reason = last["reason"]?.string == "OOMKilled" ? " (out of memory)" : ""
    // A program that could not be started has written nothing: the runtime says why. Others may have left a message.
    let isUnstarted = ["StartError", "ContainerCannotRun"].contains(last["reason"]?.string ?? "")
    let text = last["message"]?.string ?? ""
    let line =
      isUnstarted ? RuntimeWords.plain(text) : text.split(separator: "\n").last.map { String($0.prefix(200)) } ?? ""
    let message = line.isEmpty ? "" : ": \(line)"
    return code + reason + message
  }
}
