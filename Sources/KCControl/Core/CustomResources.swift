internal import KCClient
internal import KCData
internal import KCKube

/// Follows the objects of custom definitions, as these come and go: so that they are collected and namespaces emptied.
final class CustomResources: Sendable {
  private let client: APIClient
  private let cache: ClusterCache
  private let changes: AsyncStream<Void>
  private let changed: AsyncStream<Void>.Continuation

  init(client: APIClient, cache: ClusterCache) {
    self.client = client
    self.cache = cache
    (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    cache.observe([.definition]) { [changed] _, _, _ in changed.yield() }
  }

  /// Follows until the task is cancelled.
  func run() async {
    var followed: [ObjectKind: Task<Void, Never>] = [:]
    for await _ in changes {
      let types = Dictionary(cache.customTypes.map { (ObjectKind($0), $0) }, uniquingKeysWith: { first, _ in first })
      // First what goes: the same objects may come in another version.
      for (kind, task) in followed where types[kind] == nil {
        followed[kind] = nil
        task.cancel()
        await task.value
        cache.drop(kind)
      }
      for (kind, type) in types where followed[kind] == nil {
        let informer = Informer(client: client, type: type)
        informer.addHandler { [cache] change in cache.take(change) }
        followed[kind] = Task { await informer.run() }
      }
    }
    for task in followed.values {
      task.cancel()
      await task.value
    }
  }
}
