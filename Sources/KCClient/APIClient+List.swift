internal import KCCodec
public import KCData
public import KCKube

/// The objects of a list, and the version of the store they are of.
public struct ObjectList: Sendable {
  public var items: [Value]
  public var resourceVersion: String
}

/// A change that a watch tells of.
public struct WatchEvent: Sendable {
  public enum Kind: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
    case bookmark = "BOOKMARK"
  }
  public var kind: Kind
  /// The object as it is after the change; for a deletion, as it last was.
  public var object: Value
}

extension APIClient {
  /// Lists all objects that match, page by page where the server wants it so.
  ///
  /// - Parameters:
  ///   - namespace: nil lists all namespaces.
  ///   - limit: the size of a page.
  public func list(
    _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
    limit: Int? = nil
  ) async throws(ClientError) -> ObjectList {
    var result = ObjectList(items: [], resourceVersion: "")
    var next: String?
    repeat {
      var query = Self.selection(labelSelector, fieldSelector)
      if let limit { query.append(("limit", String(limit))) }
      if let token = next { query.append(("continue", token)) }
      let page = try await object(
        APIRequest(method: "GET", path: type.path(namespace: namespace), query: query))
      for var item in page["items"]?.array ?? [] {
        // Items of a list leave out what the list says for all.
        if item.kind == nil {
          item["apiVersion"] = .string(type.apiVersion)
          item["kind"] = .string(type.kind)
        }
        result.items.append(item)
      }
      result.resourceVersion = page.resourceVersion ?? ""
      next = page.at("metadata", "continue")?.string.flatMap { $0.isEmpty ? nil : $0 }
    } while next != nil
    return result
  }

  /// Watches from `resourceVersion` on; ends when the server ends it.
  ///
  /// - Throws: `status` when the watch is refused; the stream throws `ClientError` when it breaks, as with 410 when
  ///   the version is too old.
  public func watch(
    _ type: ResourceType, namespace: String? = nil, labelSelector: String? = nil, fieldSelector: String? = nil,
    resourceVersion: String
  ) async throws(ClientError) -> AsyncThrowingStream<WatchEvent, any Error> {
    let query =
      [("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion)]
      + Self.selection(labelSelector, fieldSelector)
    let response = try await transport.send(
      APIRequest(method: "GET", path: type.path(namespace: namespace), query: query))
    guard response.status < 400, case .events(let raw) = response.body else {
      _ = try Self.value(of: response)
      throw .badAnswer("one object where a watch was asked for")
    }
    return AsyncThrowingStream { continuation in
      let task = Task {
        do {
          for try await event in raw { continuation.yield(try Self.event(event)) }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private static func event(_ raw: Value) throws(ClientError) -> WatchEvent {
    let object = raw["object"] ?? .null
    if let kind = raw["type"]?.string.flatMap({ WatchEvent.Kind(rawValue: $0) }) {
      return WatchEvent(kind: kind, object: object)
    }
    if let status = APIStatus(object) { throw .status(status) }
    throw .badAnswer("a watch event of type \(raw["type"]?.string ?? "none")")
  }

  private static func selection(_ labels: String?, _ fields: String?) -> [(name: String, value: String)] {
    (labels.map { [("labelSelector", $0)] } ?? []) + (fields.map { [("fieldSelector", $0)] } ?? [])
  }
}
