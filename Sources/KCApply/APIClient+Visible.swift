internal import KCClient
internal import KCData
internal import KCKube

extension APIClient {
  /// The objects of a kind that may be seen: all of them, or those of some namespaces where all may not be listed.
  ///
  /// - Returns: nil where none may be seen.
  func listVisible(_ type: ResourceType, in namespaces: Set<String>) async throws(ClientError) -> [Value]? {
    do throws(ClientError) {
      return try await list(type, limit: 500).items
    } catch {
      guard error.status?.code == 403 else { throw error }
    }
    if !type.namespaced { return nil }
    var found: [Value]?
    for namespace in namespaces.sorted() where !namespace.isEmpty {
      do throws(ClientError) {
        found = (found ?? []) + (try await list(type, namespace: namespace, limit: 500).items)
      } catch {
        guard let code = error.status?.code, [403, 404].contains(code) else { throw error }
      }
    }
    return found
  }
}
