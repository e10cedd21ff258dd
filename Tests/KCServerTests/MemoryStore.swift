import KCServer
import Synchronization

/// A store that forgets with the process, for tests that are not about keeping.
final class MemoryStore: Store {
  private let rows = Mutex<[String: StoreChange]>([:])
  private let failure = Mutex<StoreError?>(nil)

  func load() throws(StoreError) -> StoreContent {
    rows.withLock { rows in
      StoreContent(
        revision: rows.values.map(\.revision).max() ?? 0,
        rows: rows.values.compactMap { change in change.bytes.map { (change.key, change.revision, $0) } })
    }
  }

  func commit(_ changes: [StoreChange]) async throws(StoreError) {
    if let error = failure.withLock({ $0 }) { throw error }
    rows.withLock { rows in for change in changes { rows[change.key] = change } }
  }

  /// Makes commits fail from now on; nil lets them succeed again.
  func fail(with error: StoreError?) { failure.withLock { $0 = error } }
}
