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
  func observe(_ object: Value) {
    state.withLock { state in
      if Self.isNewer(object, than: state.object) { state.object = object }
    }
  }

  /// Whether an object is of a later version than the one known. Versions that are no numbers cannot be told apart.
  private static func isNewer(_ object: Value, than known: Value?) -> Bool {
    guard let known, let old = known.resourceVersion.flatMap({ Int64($0) }),
      let new = object.resourceVersion.flatMap({ Int64($0) })
    else { return true }
    return new >= old
  }

  /// Whether the API has another phase, or another truth of a condition of ours, than was written.
  private static func differs(_ object: Value, from wanted: Value) -> Bool {
    func truths(_ status: Value?) -> [String: String] {
      var out: [String: String] = [:]
      for condition in status?["conditions"]?.array ?? [] {
        if let type = condition["type"]?.string, ownConditions.contains(type) {
          out[type] = condition["status"]?.string
        }
      }
      return out
    }
    return object.at("status", "phase") != wanted["phase"] || truths(object["status"]) != truths(wanted)
  }

  private static let ownConditions: Set = [
    "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled",
  ]

  /// Asks for a status to be written. What others changed of ours is written again.
  func offer(_ status: Value) {
    let isNew = state.withLock { state in
      if state.wanted == nil && state.object?["status"] == status { return false }
      if state.wanted == status {
        guard state.written == status, let object = state.object, Self.differs(object, from: status) else {
          return false
        }
        state.written = nil
      }
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
    func isOwn(_ condition: Value) -> Bool { ownConditions.contains(condition["type"]?.string ?? "") }
    let ours = (status["conditions"]?.array ?? []).filter(isOwn)
    let others = (object.at("status", "conditions")?.array ?? []).filter { !isOwn($0) }
    merged["conditions"] = .array(ours + others)
    out["status"] = merged
    return out
  }
}
