internal import KCClient
internal import KCKube
internal import Logging
internal import Synchronization

/// Runs one reconciler: changes become keys, keys are reconciled by a few workers, what they ask for is done, and what
/// fails comes back later. This is the one place that requeues.
final class Controller: Sendable {
  /// How many keys are worked on at the same time.
  static let workers = 16

  let reconciler: any Reconciler
  private let cache: ClusterCache
  private let executor: ActionExecutor
  private let time: any TimeSource
  private let log: Logger
  private let queue = Mutex(WorkQueue<ObjectKey>())
  /// When the timer that runs now ends.
  private let timer = Mutex<Double?>(nil)
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(
    _ reconciler: any Reconciler, cache: ClusterCache, executor: ActionExecutor, time: any TimeSource, log: Logger
  ) {
    self.reconciler = reconciler
    self.cache = cache
    self.executor = executor
    self.time = time
    self.log = log
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    observe()
  }

  private func observe() {
    cache.observe(reconciler.kinds) { [reconciler, weak self] key, old, new in
      guard let self else { return }
      var keys = new.map { reconciler.keys(for: $0, key) } ?? []
      if let old { keys += reconciler.keys(for: old, key) }
      if !keys.isEmpty { self.enqueue(keys) }
    }
  }

  private func enqueue(_ keys: [ObjectKey]) {
    queue.withLock { queue in for key in keys { queue.add(key) } }
    signal.yield()
  }

  /// Works until the task is cancelled; then lets what is under way end.
  func run() async {
    signal.yield()
    await withDiscardingTaskGroup { group in
      for await _ in signals {
        while let key = nextKey() { group.addTask { await self.work(on: key) } }
        if let due = newTimer() { group.addTask { await self.wait(until: due) } }
      }
      group.cancelAll()
    }
  }

  private func nextKey() -> ObjectKey? {
    let lost = queue.withLock { $0.isIdle && $0.takeLoss() }
    if lost {
      for kind in reconciler.kinds {
        for object in cache.list(kind) {
          if let key = ObjectKey(object) { enqueue(reconciler.keys(for: object, key)) }
        }
      }
    }
    return queue.withLock { $0.inProgress < Self.workers ? $0.next(now: time.uptime) : nil }
  }

  /// When a timer must end that does not run yet.
  private func newTimer() -> Double? {
    guard let due = queue.withLock({ $0.nextDue }) else { return nil }
    return timer.withLock { running in
      if let running, running <= due { return nil }
      running = due
      return due
    }
  }

  private func wait(until due: Double) async {
    await time.sleep(seconds: max(0.001, due - time.uptime))
    timer.withLock { if $0 == due { $0 = nil } }
    signal.yield()
  }

  private func work(on key: ObjectKey) async {
    let outcome = reconciler.reconcile(key, in: cache, now: time.now)
    do {
      try await executor.run(outcome.steps)
      queue.withLock { queue in
        queue.forget(key)
        for other in outcome.alsoLookAt { queue.add(other) }
        if let delay = outcome.requeueAfter { queue.add(key, at: time.uptime + delay) }
      }
    } catch {
      await handle(error, key)
    }
    queue.withLock { $0.done(key) }
    signal.yield()
  }

  private func handle(_ error: ClientError, _ key: ObjectKey) async {
    if error == .cancelled { return }
    // A conflict only says that the copy was behind.
    if !error.isConflict && !error.isNotFound && !error.isAlreadyExists {
      log.debug("\(reconciler.name): \(key): \(error)")
      let actions = reconciler.afterFailure(of: key, error, in: cache, now: time.now)
      if !actions.isEmpty { try? await executor.run([actions]) }
    }
    queue.withLock { $0.addAfterFailure(key, now: time.uptime) }
  }
}
