internal import KCData

/// What the runtime has of one pod.
struct PodRuntimeState: Sendable, Hashable {
  /// The newest first.
  var sandboxes: [Sandbox]
  /// Of all the sandboxes; the newest of each name first.
  var containers: [ContainerState]

  init(sandboxes: [Sandbox] = [], containers: [ContainerState] = []) {
    self.sandboxes = sandboxes.sorted { ($0.attempt, $0.createdAt) > ($1.attempt, $1.createdAt) }
    self.containers = containers.sorted { ($0.attempt, $0.createdAt) > ($1.attempt, $1.createdAt) }
  }

  /// The sandbox that runs, if one does.
  var sandbox: Sandbox? { sandboxes.first.flatMap { $0.isReady ? $0 : nil } }

  var isEmpty: Bool { sandboxes.isEmpty && containers.isEmpty }

  /// The newest container of a name.
  func latest(_ name: String) -> ContainerState? { containers.first { $0.name == name } }

  /// The one before the newest.
  func previous(_ name: String) -> ContainerState? { containers.filter { $0.name == name }.dropFirst().first }

  /// The newest container of a name, if it is in the sandbox that runs.
  func current(_ name: String) -> ContainerState? {
    guard let sandbox, let latest = latest(name), latest.sandboxID == sandbox.id else { return nil }
    return latest
  }

  /// Containers that may have a process.
  var alive: [ContainerState] { containers.filter { $0.phase == .running || $0.phase == .unknown } }
}
