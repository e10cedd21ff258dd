internal import KCData

/// What the agent knows of a pod beyond what API and runtime say. Lost with the process, and then found anew.
struct PodMemory: Sendable {
  /// When the agent first saw the pod.
  var startTime: Timestamp
  var volumes = Preparation.needed
  /// The sandbox that runs.
  var sandbox: String?
  /// Of each sandbox.
  var addresses: [String: [String]] = [:]
  /// Of each container, by name, for its next start.
  var images: [String: ImageState] = [:]
  /// Why the last try to start a container, by name, failed.
  var startFailures: [String: StartFailure] = [:]
  /// Why the last try to make or remove a sandbox failed.
  var sandboxFailure: StartFailure?
  /// Restarts of containers, by name and image.
  var restarts: BackOff
  /// Pulls, by image.
  var pulls: BackOff
  /// What is known of each container from its probes, by identity.
  var probes: [String: ProbeOutcome] = [:]
  /// Containers that are being stopped, by identity, and until when they have time.
  var stopping: [String: Timestamp] = [:]
  /// Why the pod as a whole has failed, beyond what its containers did.
  var verdict: Verdict?
  /// Whether the pod's object is gone from the API, or was never there.
  var isOrphan = false

  init(startTime: Timestamp, restarts: BackOff, pulls: BackOff) {
    self.startTime = startTime
    self.restarts = restarts
    self.pulls = pulls
  }

  /// How far the volumes are.
  enum Preparation: Sendable, Hashable {
    case needed, ready
    case failed(message: String, retryAt: Timestamp)
  }

  /// Whether the image of a container's next start is there.
  enum ImageState: Sendable, Hashable {
    case pulling
    /// The image's identity.
    case present(String)
    /// `reason` is `ErrImagePull`, `ErrImageNeverPull` or `InvalidImageName`.
    case failed(reason: String, message: String, at: Timestamp, retryAt: Timestamp)
  }

  /// A reason and a message, as in a pod's status.
  struct Verdict: Sendable, Hashable {
    var reason: String
    var message: String
  }

  struct StartFailure: Sendable, Hashable {
    /// As in a container's status: `CreateContainerError`, `RunContainerError`, `CreateContainerConfigError`.
    var reason: String
    var message: String
    var retryAt: Timestamp
    /// How many tries failed in a row.
    var count = 1

    /// Seconds to the next try after so many failures: a quarter at first, doubling.
    static func delay(_ count: Int, maximum: Double) -> Double {
      min(0.25 * Double(1 << min(max(count - 1, 0), 10)), maximum)
    }
  }

  /// Whether a container counts as started and as ready.
  func outcome(_ spec: ContainerSpec, _ container: ContainerState?) -> (started: Bool, ready: Bool) {
    guard let container, container.phase == .running else {
      let done = spec.role == .initial && container?.phase == .exited && container?.exitCode == 0
      return (false, done)
    }
    let probes = probes[container.id] ?? ProbeOutcome()
    let started = spec.startupProbe == nil || probes.started
    let ready = started && (spec.readinessProbe == nil || probes.ready)
    return (started, spec.role == .initial ? false : ready)
  }
}

/// What a container's probes have found.
struct ProbeOutcome: Sendable, Hashable {
  var started = false
  var ready = false
  /// Why the container must be started anew: a failed liveness or startup probe.
  var failure: String?
}
