internal import KCData

/// One thing to do for a pod.
enum PodAction: Sendable, Hashable {
  case prepareVolumes
  /// Makes a sandbox, after stopping those before it.
  case createSandbox(attempt: UInt32)
  /// Stops the sandbox of a pod that has ended; its containers stay for their logs.
  case stopSandbox(String)
  /// Removes a sandbox with its containers.
  case removeSandbox(String)
  /// Looks for the image of a container, and pulls it as its policy says.
  case checkImage(container: String)
  /// Creates and starts a container.
  case start(container: String, attempt: UInt32, image: String)
  case stop(StopRequest)
  case removeContainer(String)
  /// Removes what is left of a pod that has no container any more, and its object from the API.
  case finish
}

/// The end of a container.
struct StopRequest: Sendable, Hashable {
  var id: String
  var container: String
  /// Seconds between asking it to end and killing it, its hook included.
  var grace: Int64
  /// What an event says.
  var message: String
  /// Whether its pod is going away, so that services must have time to forget it first.
  var isTermination: Bool
}

/// What to do for a pod now, and when to look again at the latest.
struct PodPlan: Sendable, Hashable {
  var actions: [PodAction] = []
  var wakeAt: Timestamp?

  mutating func act(_ action: PodAction) { actions.append(action) }

  mutating func wake(at moment: Timestamp) { wakeAt = wakeAt.map { min($0, moment) } ?? moment }
}
