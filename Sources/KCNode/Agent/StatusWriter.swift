internal import KCClient
internal import KCData
internal import KCKube
internal import Synchronization

/// Writes the status of one pod: always the newest, one at a time, again until the API has it.
final class StatusWriter: Sendable {
  private let client: APIClient
  private let type: ResourceType
  private let clock: any NodeClock
  private let signal = Signal()
  private let state = Mutex(State())

  private struct State {
    var wanted: Value?
    var written: Value?
    /// The newest form of the object that we know.
    var object: Value?
    var isGone = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  init(client: APIClient, type: ResourceType, clock: any NodeClock) {
    self.client = client
    self.type = type
    self.clock = clock
  }

  /// Notes the pod's newest form, as the API tells of it.
  ///
  /// Where others changed what is ours, as the control plane does while it thinks the node lost, ours is written again.
  func observe(_ object: Value) {
    let isOverwritten = state.withLock { state in
      state.object = object
      guard let written = state.written, written == state.wanted, !Self.agree(written, object) else { return false }
      state.written = nil
      return true
    }
    if isOverwritten { signal.wake() }
  }

  /// Whether the object's conditions of ours say what the status does.
  private static func agree(_ status: Value, _ object: Value) -> Bool {
    let found = object.at("status", "conditions")?.array ?? []
    return (status["conditions"]?.array ?? []).allSatisfy { wanted in
      found.contains { $0["type"] == wanted["type"] && $0["status"] == wanted["status"] }
    }
  }

  /// Asks for a status to be written.
  func offer(_ status: Value) {
    let isNew = state.withLock { state in
      if state.wanted == status || state.wanted == nil && state.object?["status"] == status { return false }
      state.wanted = status
      return true
    }
    if isNew { signal.wake() }
  }

  /// Notes that the pod is gone: nothing is written any more.
  func forget() {
    let waiters = state.withLock { state in
      state.isGone = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
    signal.end()
  }

  /// Returns when the API has the last status offered, or when the task is cancelled.
  func flush() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.isGone || state.wanted == state.written { return true }
          state.waiters.append(continuation)
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      forget()
    }
  }

  /// Writes until the pod is gone or the task is cancelled.
  func run() async {
    for await _ in signal.wakes {
      var failures = 0
      while !Task.isCancelled, let (object, status) = next() {
        do throws(ClientError) {
          let answer = try await client.update(Self.merged(status, into: object), type: type, subresource: "status")
          wrote(status, object: answer)
          failures = 0
        } catch {
          if error.isNotFound { return forget() }
          if error.isConflict {
            await refetch(object)
          } else {
            failures = min(failures + 1, 7)
            await clock.wait(0.05 * Double(1 << failures))
          }
        }
      }
    }
    forget()
  }

  private func next() -> (object: Value, status: Value)? {
    state.withLock { state in
      guard !state.isGone, let object = state.object, let wanted = state.wanted, wanted != state.written else {
        return nil
      }
      return (object, wanted)
    }
  }

  private func wrote(_ status: Value, object: Value) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.written = status
      if object.object != nil { state.object = object }
      guard state.wanted == status else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  private func refetch(_ object: Value) async {
    do throws(ClientError) {
      let fresh = try await client.get(type, namespace: object.namespace, name: object.name ?? "")
      // A new pod of the same name is another pod.
      if fresh.uid != object.uid { return forget() }
      observe(fresh)
    } catch {
      if error.isNotFound { return forget() }
      await clock.wait(0.1)
    }
  }

  /// The object with our status; conditions that are others' stay as they are in the object.
  static func merged(_ status: Value, into object: Value) -> Value {
    var out = object
    var merged = status
    let own = Set(["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"])
    func isOwn(_ condition: Value) -> Bool { own.contains(condition["type"]?.string ?? "") }
    let ours = (status["conditions"]?.array ?? []).filter(isOwn)
    let others = (object.at("status", "conditions")?.array ?? []).filter { !isOwn($0) }
    merged["conditions"] = .array(ours + others)
    out["status"] = merged
    return out
  }
}
