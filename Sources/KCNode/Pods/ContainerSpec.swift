internal import KCData

/// A container as a pod declares it.
struct ContainerSpec: Sendable, Hashable {
  var name: String
  var image: String
  var role: Role
  /// Whether it is started again when it ends: the container's own rule, or else its pod's.
  var restartPolicy: RestartPolicy
  var pullPolicy: PullPolicy
  var startupProbe: ProbeSpec?
  var readinessProbe: ProbeSpec?
  var livenessProbe: ProbeSpec?
  /// The declaration.
  var value: Value

  /// What its restarts are counted by: one with another image is another one, and begins anew.
  var backOffKey: String { "\(name) \(image)" }

  enum Role: Sendable, Hashable {
    /// Runs to its end before those after it.
    case initial
    /// Starts in the order of the init containers and stays as long as the pod.
    case sidecar
    case main
  }

  init(_ value: Value, role: Role, podRestartPolicy: RestartPolicy) {
    name = value["name"]?.string ?? ""
    image = value["image"]?.string ?? ""
    self.role = role
    self.value = value
    // An init container that has succeeded is done, whatever the pod's rule.
    restartPolicy =
      role == .sidecar
      ? .always
      : role == .initial && podRestartPolicy == .always
        ? .onFailure
        : podRestartPolicy
    pullPolicy = value["imagePullPolicy"]?.string.flatMap { PullPolicy(rawValue: $0) } ?? .standard(for: image)
    startupProbe = ProbeSpec(value["startupProbe"], kind: .startup)
    readinessProbe = ProbeSpec(value["readinessProbe"], kind: .readiness)
    livenessProbe = ProbeSpec(value["livenessProbe"], kind: .liveness)
  }

  /// The number of a port that is given by number or by name.
  func port(_ value: Value?) -> Int? {
    if let number = value?.int { return (1...65535).contains(number) ? Int(number) : nil }
    guard let name = value?.string else { return nil }
    let declared = self.value["ports"]?.array?.first { $0["name"]?.string == name }?["containerPort"]?.int
    return (declared ?? Int64(name)).flatMap { (1...65535).contains($0) ? Int($0) : nil }
  }
}

/// When a container that has ended is started again.
enum RestartPolicy: String, Sendable, Hashable {
  case always = "Always"
  case onFailure = "OnFailure"
  case never = "Never"

  func restarts(exitCode: Int32) -> Bool {
    switch self {
    case .always: true
    case .onFailure: exitCode != 0
    case .never: false
    }
  }
}

/// When an image is pulled.
enum PullPolicy: String, Sendable, Hashable {
  case always = "Always"
  case ifNotPresent = "IfNotPresent"
  case never = "Never"

  /// What Kubernetes defaults to: names without a tag, and `latest`, may change what they stand for.
  static func standard(for image: String) -> PullPolicy {
    if image.contains("@") { return .ifNotPresent }
    let last = image.split(separator: "/").last ?? ""
    guard let colon = last.firstIndex(of: ":") else { return .always }
    return last[last.index(after: colon)...] == "latest" ? .always : .ifNotPresent
  }
}
