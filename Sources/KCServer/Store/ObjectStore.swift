internal import KCCodec
internal import KCData
internal import KCKube
internal import Synchronization

/// The server's objects: memory for reading, the store for keeping, watches told of what is durable.
final class ObjectStore: Sendable {
  private let store: any Store
  private let cipher: (any StoreCipher)?
  private let state: Mutex<ObjectState>
  private let watchers = Mutex<[Int: Watcher]>([:])
  private let nextWatcher = Atomic<Int>(0)
  private let flusher: Flusher
  /// When watchers that hear of little were last told how far the store has come.
  private let lastBookmark = Atomic<Int64>(0)

  /// Every so many changes bookmarks are sent: often enough that a watcher never falls behind what is remembered.
  static let bookmarkInterval: Int64 = 250

  init(store: any Store, cipher: (any StoreCipher)?) throws(StoreError) {
    self.store = store
    self.cipher = cipher
    flusher = Flusher()
    let content = try store.load()
    var state = ObjectState()
    for row in content.rows {
      let resource = String(row.key.prefix { $0 != "/" })
      do {
        let bytes = resource == Self.secret ? try cipher?.open(row.bytes) ?? row.bytes : row.bytes
        state.load(resource, try JSON.parse(bytes), revision: row.revision)
      } catch {
        throw .failed("the stored object \(row.key) cannot be read")
      }
    }
    state.startHistory(at: content.revision)
    self.state = Mutex(state)
  }

  private static let secret = "secrets"

  /// Looks at the objects.
  func read<Result>(_ body: (borrowing ObjectState) throws(APIStatus) -> Result) throws(APIStatus) -> Result {
    let result: Swift.Result<Result, APIStatus> = state.withLock { state in
      do throws(APIStatus) { return .success(try body(state)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// Changes objects. When this returns, the change is durable and watches have been told.
  ///
  /// - Parameter body: runs alone; what it changed is taken back if it throws.
  func write<Result: Sendable>(_ body: (inout ObjectState) throws(APIStatus) -> Result) async throws(APIStatus)
    -> Result
  {
    let result: Swift.Result<(Result, Int64?), APIStatus> = state.withLock { state in
      let before = state.pending.count
      do throws(APIStatus) {
        let value = try body(&state)
        return .success((value, state.pending.count > before ? state.revision : nil))
      } catch {
        state.undo(Array(state.pending[before...]))
        state.pending.removeSubrange(before...)
        return .failure(error)
      }
    }
    let (value, revision) = try result.get()
    if let revision { try await flusher.flush(upTo: revision, self) }
    return value
  }

  /// Commits what is pending, one commit at a time; changes that come while one runs share the next.
  private actor Flusher {
    /// Changes up to this revision are durable, or have failed.
    private var settled: Int64 = 0
    private var failures: [(revisions: ClosedRange<Int64>, error: StoreError)] = []
    private var running: Task<Void, Never>?

    func flush(upTo revision: Int64, _ owner: ObjectStore) async throws(APIStatus) {
      while settled < revision {
        let task = running ?? Task { finish(await owner.commitPending()) }
        running = task
        await task.value
      }
      if let failure = failures.last(where: { $0.revisions.contains(revision) }) { throw Self.status(failure.error) }
    }

    private func finish(_ outcome: (upTo: Int64, error: StoreError?)) {
      running = nil
      if let error = outcome.error, outcome.upTo > settled {
        failures.append((settled + 1...outcome.upTo, error))
        if failures.count > 64 { failures.removeFirst() }
      }
      settled = max(settled, outcome.upTo)
    }

    private static func status(_ error: StoreError) -> APIStatus {
      switch error {
      case .diskFull(let path):
        APIStatus(
          code: 507, reason: "InsufficientStorage",
          message: "nothing can be stored: the disk with \(path) is full; free some space and try again")
      case .failed(let why): APIStatus(code: 500, reason: "InternalError", message: "the store failed: \(why)")
      }
    }
  }

  private func commitPending() async -> (upTo: Int64, error: StoreError?) {
    var (batch, upTo) = state.withLock { state in
      defer { state.pending = [] }
      return (state.pending, state.revision)
    }
    do throws(StoreError) {
      var changes: [StoreChange] = []
      for pending in batch { changes.append(try encode(pending)) }
      try await store.commit(changes)
    } catch {
      state.withLock { state in
        state.undo(batch + state.pending)
        state.pending = []
        upTo = state.revision
      }
      return (upTo, error)
    }
    tell(batch.map(\.event), upTo: upTo)
    return (upTo, nil)
  }

  /// Tells watchers of what is durable now. Commits, and so this, happen one after the other.
  ///
  /// No lock is held while a watcher is told: its task is woken then, and where that is being cancelled, the one who
  /// cancels it waits in `forget` for the lock while the waking waits for the cancellation.
  private func tell(_ events: [ObjectEvent], upTo: Int64) {
    let listening = watchers.withLock { watchers in
      // Remembering and looking who listens are one step, so that a watch that starts now misses nothing and hears
      // nothing twice.
      state.withLock { $0.remember(events) }
      return watchers
    }
    let isTimeForBookmarks = upTo - lastBookmark.load(ordering: .relaxed) >= Self.bookmarkInterval
    if isTimeForBookmarks { lastBookmark.store(upTo, ordering: .relaxed) }
    for (id, watcher) in listening {
      if events.allSatisfy(watcher.tell) {
        if isTimeForBookmarks { watcher.bookmark(upTo) }
      } else {
        forget(id)
        watcher.close()
      }
    }
  }

  private func encode(_ pending: ObjectState.Pending) throws(StoreError) -> StoreChange {
    let event = pending.event
    let key = "\(event.resource)/\(pending.key)"
    if event.type == "DELETED" { return StoreChange(key: key, revision: event.revision, bytes: nil) }
    var bytes = JSON.bytes(event.object)
    if event.resource == Self.secret, let cipher {
      do { bytes = try cipher.seal(bytes) } catch { throw .failed("a secret could not be encrypted") }
    }
    return StoreChange(key: key, revision: event.revision, bytes: bytes)
  }
}

/// Watches.
extension ObjectStore {
  /// Forgets the changes up to now.
  func compact() { state.withLock { $0.compact() } }

  /// Tells a watcher of everything after `revision`, and from then on of what happens.
  ///
  /// - Returns: false when changes since then are no longer remembered.
  func watch(_ watcher: Watcher, after revision: Int64) -> Bool {
    let id = nextWatcher.wrappingAdd(1, ordering: .relaxed).newValue
    let isTooOld = watchers.withLock { watchers in
      let past: [ObjectEvent]? = state.withLock { state in
        revision < state.historyStart ? nil : state.history.filter { $0.revision > revision }
      }
      guard let past else { return true }
      // Nobody waits for these events yet: telling of them wakes no one.
      for event in past { _ = watcher.tell(event) }
      watchers[id] = watcher
      return false
    }
    if isTooOld { return false }
    watcher.onEnd { [weak self] in self?.forget(id) }
    return true
  }

  /// Ends all watches; what they have not read yet they still can.
  func endWatches() {
    let all = watchers.withLock { watchers in
      defer { watchers = [:] }
      return Array(watchers.values)
    }
    for watcher in all { watcher.close() }
  }

  private func forget(_ id: Int) {
    _ = watchers.withLock { $0.removeValue(forKey: id) }
  }
}
