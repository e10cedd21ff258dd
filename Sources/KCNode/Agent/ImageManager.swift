internal import Synchronization

/// Sees to it that images are there: a bounded number of pulls at once, and one pull for all who want the same.
actor ImageManager {
  private let runtime: any ContainerRuntime
  private let gate: Gate
  private var pulls: [String: Task<Result<String, RuntimeError>, Never>] = [:]

  /// - Parameter parallel: how many pulls run at once.
  init(runtime: any ContainerRuntime, parallel: Int = 4) {
    self.runtime = runtime
    gate = Gate(parallel)
  }

  /// The image of a name, if it is there.
  func find(_ name: String) async throws(RuntimeError) -> ContainerImage? { try await runtime.image(name) }

  /// Pulls an image, or waits for the pull of it that runs.
  ///
  /// - Returns: its identity.
  func pull(_ name: String) async throws(RuntimeError) -> String {
    if let running = pulls[name] { return try await running.value.get() }
    let runtime = runtime
    let gate = gate
    let task = Task {
      await gate.run {
        do throws(RuntimeError) {
          return Result<String, RuntimeError>.success(try await runtime.pullImage(name, credentials: nil))
        } catch {
          return .failure(error)
        }
      }
    }
    pulls[name] = task
    let result = await task.value
    pulls[name] = nil
    return try result.get()
  }
}
