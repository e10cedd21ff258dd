internal import KCClient
internal import KCData
internal import KCKube
internal import KCPlan

/// The records of other projects on a target.
struct OtherRecords: Sendable {
  let client: APIClient
  let project: String
  let namespace: String

  /// The other projects that have objects of a target.
  ///
  /// - Parameter namespaces: where records are looked for by those who may not look everywhere.
  func owners(in namespaces: Set<String>) async throws(ClientError) -> [ObjectKey: LiveState.Owner] {
    var owners: [ObjectKey: LiveState.Owner] = [:]
    for record in try await read(namespaces) {
      let owner = LiveState.Owner(project: record.project, namespace: record.namespace)
      for entry in record.entries { owners[entry.key] = owner }
    }
    return owners
  }

  /// Where else on the target the project owns something: as its environments do that have namespaces of their own.
  func ofTheProject() async throws(ClientError) -> [Inventory] {
    try await read([]).filter { $0.project == project && !$0.entries.isEmpty }.sorted { $0.namespace < $1.namespace }
  }

  /// Takes objects out of the records of others: they are this project's from now on, and theirs to remove no more.
  func release(_ keys: Set<ObjectKey>) async throws(ClientError) {
    for var record in try await read(Set(keys.map(\.namespace))) {
      let left = record.entries.filter { !keys.contains($0.key) }
      if left.count == record.entries.count { continue }
      record.entries = left
      try await record.write(to: client)
    }
  }

  /// Hands namespaces that this project made over to others that use them: the last one takes them away.
  func handOver(_ namespaces: Set<ObjectKey>) async throws(ClientError) {
    for var record in try await read(Set(namespaces.map(\.name))) {
      let before = record.entries
      for index in before.indices where namespaces.contains(before[index].key) { record.entries[index].isFound = false }
      if record.entries != before { try await record.write(to: client) }
    }
  }

  private func read(_ namespaces: Set<String>) async throws(ClientError) -> [Inventory] {
    var found: [Value] = []
    do throws(ClientError) {
      found = try await list(nil)
    } catch {
      guard error.status?.code == 403 else { throw error }
      for place in namespaces.union([namespace]).sorted() where !place.isEmpty {
        found += (try? await list(place)) ?? []
      }
    }
    return found.compactMap { object in
      guard let other = object.labels[Inventory.projectLabel], let place = object.namespace,
        other != project || place != namespace
      else { return nil }
      return Inventory(record: object, project: other, namespace: place)
    }
  }

  private func list(_ namespace: String?) async throws(ClientError) -> [Value] {
    try await client.list(Inventory.type, namespace: namespace, labelSelector: Inventory.projectLabel, limit: 100).items
  }
}
