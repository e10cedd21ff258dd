public import KCData
public import KCKube
internal import Synchronization

/// Keeps a local copy of a collection up to date, by list and watch, and tells of each change.
///
/// A broken watch is taken up again from the last version seen; where that is too old, the collection is listed anew
/// and the differences are told as changes.
public final class Informer: Sendable {
  /// A change of the collection. `updated` may also be told for an object that did not change.
  public enum Change: Sendable {
    case added(Value)
    case updated(old: Value, new: Value)
    case deleted(Value)

    /// The object: its present form, or its last.
    public var object: Value {
      switch self {
      case .added(let object), .deleted(let object): object
      case .updated(_, let new): new
      }
    }
  }

  public let type: ResourceType
  private let client: APIClient
  private let namespace: String?
  private let labelSelector: String?
  private let fieldSelector: String?
  private let endsWhenRefused: Bool
  private let state = Mutex(State())
  /// Changes are made and told of under this lock, in one order. What ends or is cancelled never waits for it: handlers
  /// wake tasks, and whoever wakes a task waits for its cancellation.
  private let handlers = Mutex<[@Sendable (Change) -> Void]>([])

  private struct State {
    var objects: [String: Value] = [:]
    var hasSynced = false
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
    var trouble: Trouble?
    var hasFollowed = false
    var refusal: APIStatus?
  }

  /// The server cannot be reached, so that what is known may be out of date.
  public struct Trouble: Sendable {
    public var since: ContinuousClock.Instant
    public var error: ClientError
  }

  /// - Parameter endsWhenRefused: whether it gives up where the collection may not be read, as it is from the first on.
  public init(
    client: APIClient, type: ResourceType, namespace: String? = nil, labelSelector: String? = nil,
    fieldSelector: String? = nil, endsWhenRefused: Bool = false
  ) {
    self.endsWhenRefused = endsWhenRefused
    self.client = client
    self.type = type
    self.namespace = namespace
    self.labelSelector = labelSelector
    self.fieldSelector = fieldSelector
  }

  /// Whether the first list has arrived.
  public var hasSynced: Bool { state.withLock { $0.hasSynced } }

  /// What keeps the informer from following; nil while it does, and where the server answers, if only with refusals.
  public var trouble: Trouble? { state.withLock { $0.trouble } }

  /// Why it has given up; nil where it has not.
  public var refusal: APIStatus? { state.withLock { $0.refusal } }

  /// Returns when the first list has arrived, or when the informer was ended before that, or the task was cancelled.
  public func waitUntilSynced() async {
    let id = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          // A cancellation that came before leaves nobody waiting.
          if state.hasSynced || Task.isCancelled { return true }
          state.waiters[id] = continuation
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Waits for the first list, for so long at most.
  ///
  /// - Returns: whether it has arrived.
  public func waitUntilSynced(within limit: Duration) async -> Bool {
    if hasSynced { return true }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.waitUntilSynced() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
    return hasSynced
  }

  public func get(namespace: String?, name: String) -> Value? {
    state.withLock { $0.objects[Self.key(namespace, name)] }
  }

  /// The objects, of one namespace or of all, in no particular order.
  public func list(namespace: String? = nil) -> [Value] {
    let all = state.withLock { Array($0.objects.values) }
    return namespace == nil ? all : all.filter { $0.namespace == namespace }
  }

  /// Calls `handler` for each change, after telling it of the objects that are there already as `added`.
  ///
  /// Handlers are called one at a time, in the order of the changes. They must return quickly and must not add handlers.
  public func addHandler(_ handler: @escaping @Sendable (Change) -> Void) {
    handlers.withLock { handlers in
      for object in state.withLock({ Array($0.objects.values) }) { handler(.added(object)) }
      handlers.append(handler)
    }
  }

  private static func key(_ namespace: String?, _ name: String) -> String { "\(namespace ?? "")/\(name)" }
  private static func key(_ object: Value) -> String { key(object.namespace, object.name ?? "") }
}

extension Informer {
  /// Lists and watches until the task is cancelled.
  public func run() async {
    var version: String?
    var failures = 0
    while !Task.isCancelled {
      do {
        if version == nil { version = try await relist() }
        try await follow(from: &version)
        failures = 0
      } catch let error as ClientError {
        if error.status?.isExpired == true { version = nil }
        note(error)
        if endsWhenRefused, giveUp(error) { break }
        failures = min(failures + 1, 6)
        // From 50 ms to 3.2 s: a server that restarts is found again quickly, one that is gone is not pestered.
        try? await Task.sleep(for: .milliseconds(25 << failures))
      } catch {
        version = nil
      }
    }
    release()
  }

  private func note(_ error: ClientError?) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard case .unreachable? = error, let error else { return state.trouble = nil }
      state.trouble = Trouble(since: state.trouble?.since ?? now, error: error)
    }
  }

  /// Whether what was refused has never been allowed. A server that has just begun may not know of all roles yet, and
  /// refuses for a moment who was followed before.
  private func giveUp(_ error: ClientError) -> Bool {
    guard let status = error.status, status.code == 403 else { return false }
    return state.withLock { state in
      if !state.hasFollowed { state.refusal = status }
      return !state.hasFollowed
    }
  }

  private func relist() async throws(ClientError) -> String {
    let list = try await client.list(
      type, namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector)
    change { state in
      var gone = state.objects
      var changes: [Change] = []
      for object in list.items {
        let key = Self.key(object)
        gone[key] = nil
        if let change = Self.store(object, key: key, in: &state) { changes.append(change) }
      }
      for (key, object) in gone {
        state.objects[key] = nil
        changes.append(.deleted(object))
      }
      return changes
    }
    release()
    return list.resourceVersion
  }

  private func follow(from version: inout String?) async throws {
    let events = try await client.watch(
      type, namespace: namespace, labelSelector: labelSelector, fieldSelector: fieldSelector,
      resourceVersion: version ?? "0")
    note(nil)
    state.withLock { $0.hasFollowed = true }
    for try await event in events {
      version = event.object.resourceVersion ?? version
      if event.kind == .bookmark { continue }
      change { state in
        let key = Self.key(event.object)
        if event.kind == .deleted {
          state.objects[key] = nil
          return [.deleted(event.object)]
        }
        return Self.store(event.object, key: key, in: &state).map { [$0] } ?? []
      }
    }
  }

  /// Takes note of an object; nil where it is as it was.
  private static func store(_ object: Value, key: String, in state: inout State) -> Change? {
    guard let old = state.objects.updateValue(object, forKey: key) else { return .added(object) }
    return old.resourceVersion == object.resourceVersion ? nil : .updated(old: old, new: object)
  }

  /// Changes the collection, and tells the handlers of it.
  private func change(_ body: (inout State) -> [Change]) {
    handlers.withLock { handlers in
      let changes = state.withLock { body(&$0) }
      for change in changes { for handler in handlers { handler(change) } }
    }
  }

  /// Lets those go who wait for the first list.
  private func release() {
    let waiters = state.withLock { state in
      state.hasSynced = true
      defer { state.waiters = [:] }
      return state.waiters.values
    }
    for waiter in waiters { waiter.resume() }
  }
}
