internal import KCData

/// Reads what the runtime has of one pod, asking for details only of what changed.
struct RuntimeReader: Sendable {
  let runtime: any ContainerRuntime
  /// Full states by identity.
  private var known: [String: ContainerState] = [:]

  init(runtime: any ContainerRuntime) { self.runtime = runtime }

  mutating func read(uid: String) async throws(RuntimeError) -> PodRuntimeState {
    let labels = [PodLabels.podUID: uid]
    let sandboxes = try await runtime.sandboxes(labels: labels)
    let summaries = try await runtime.containers(labels: labels)
    var states: [ContainerState] = []
    for summary in summaries {
      if let state = known[summary.id], state.phase == summary.phase, state.phase != .created {
        states.append(state)
        continue
      }
      do throws(RuntimeError) {
        var state = try await runtime.containerState(summary.id)
        state.sandboxID = summary.sandboxID
        states.append(state)
      } catch {
        // Between the list and the question it may have been removed.
        if !error.isNotFound { throw error }
      }
    }
    known = Dictionary(states.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    return PodRuntimeState(sandboxes: sandboxes, containers: states)
  }
}
