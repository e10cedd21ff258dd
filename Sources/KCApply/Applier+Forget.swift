internal import KCClient
internal import KCKube
internal import KCPlan

extension Applier {
  /// Removes what the target remembers of a project that has nothing on it any more.
  ///
  /// - Returns: whether there was something.
  public func forget(project: String, namespace: String) async throws(ApplyFailure) -> Bool {
    let history = History(client: client, project: project, namespace: namespace)
    let isKnown = try await request { () async throws(ClientError) in
      if try await !history.list().isEmpty { return true }
      // The record, and the lock of one that died as its last.
      for type in [Inventory.type, ApplyLock.type] {
        if try await client.find(type, namespace: namespace, name: Inventory.recordName(project)) != nil { return true }
      }
      return false
    }
    if !isKnown { return false }
    let lock = ApplyLock(client: client, project: project, namespace: namespace, author: options.author)
    try await lock.acquire(breaking: options.breaksLock)
    var failure: ApplyFailure?
    do throws(ApplyFailure) {
      try await request { () async throws(ClientError) in
        try await history.removeAll()
        try await Inventory(project: project, namespace: namespace).write(to: client)
      }
    } catch {
      failure = error
    }
    await Task { await lock.release() }.value
    if let failure { throw failure }
    return true
  }
}
