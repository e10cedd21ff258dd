internal import KCData
internal import KCKube

/// A pod as the API has it, read once.
struct PodSpec: Sendable {
  let object: Value
  let uid: String
  let namespace: String
  let name: String
  let restartPolicy: RestartPolicy
  /// Those that run to their end and sidecars, in their order.
  let initContainers: [ContainerSpec]
  let containers: [ContainerSpec]

  init(_ object: Value) {
    self.object = object
    uid = object.uid ?? ""
    namespace = object.namespace ?? "default"
    name = object.name ?? ""
    let policy = object.at("spec", "restartPolicy")?.string.flatMap { RestartPolicy(rawValue: $0) } ?? .always
    restartPolicy = policy
    initContainers = (object.at("spec", "initContainers")?.array ?? []).map { value in
      let isSidecar = value["restartPolicy"]?.string == RestartPolicy.always.rawValue
      return ContainerSpec(value, role: isSidecar ? .sidecar : .initial, podRestartPolicy: policy)
    }
    containers = (object.at("spec", "containers")?.array ?? []).map {
      ContainerSpec($0, role: .main, podRestartPolicy: policy)
    }
  }

  var spec: Value { object["spec"] ?? [:] }
  var status: Value { object["status"] ?? [:] }
  var all: [ContainerSpec] { initContainers + containers }
  var sidecars: [ContainerSpec] { initContainers.filter { $0.role == .sidecar } }
  var usesHostNetwork: Bool { spec["hostNetwork"]?.bool ?? false }
  /// `name_namespace(uid)`, as messages call a pod.
  var title: String { "\(name)_\(namespace)(\(uid))" }

  /// When the pod must be gone; nil while it is not being deleted.
  var deadline: Timestamp? { object.deletionTimestamp }

  /// Seconds that a container has between being asked to end and being killed.
  var gracePeriod: Int64 {
    let seconds =
      object.at("metadata", "deletionGracePeriodSeconds")?.int
      ?? spec["terminationGracePeriodSeconds"]?.int ?? 30
    return min(max(seconds, 0), 86400 * 7)
  }

  /// When it has run for as long as it may; nil where it may run for ever, or has not begun.
  func timeLimit(startTime: Timestamp) -> Timestamp? {
    guard let seconds = spec["activeDeadlineSeconds"]?.int, seconds > 0 else { return nil }
    return (status["startTime"]?.string.flatMap { Timestamp($0) } ?? startTime).advanced(
      by: Double(min(seconds, 1 << 40)))
  }

  /// Whether all its containers have ended for good, as its status says.
  var isTerminal: Bool { ["Succeeded", "Failed"].contains(status["phase"]?.string) }

  func container(_ name: String) -> ContainerSpec? { all.first { $0.name == name } }

  /// The status of a container as the API has it.
  func reported(_ name: String) -> Value? {
    for list in ["containerStatuses", "initContainerStatuses"] {
      if let found = status[list]?.array?.first(where: { $0["name"]?.string == name }) { return found }
    }
    return nil
  }
}
