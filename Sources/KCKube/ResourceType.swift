/// A resource that an API serves: its group, version and kind, and how it is addressed.
public struct ResourceType: Sendable, Hashable {
  /// Empty for the core group.
  public var group: String
  public var version: String
  public var kind: String
  /// The plural in paths: `deployments`.
  public var plural: String
  public var singular: String
  public var shortNames: [String]
  /// Groups of resources by name, as in `kubectl get all`.
  public var categories: [String]
  public var namespaced: Bool
  /// Such as `status`, `scale`, `log`.
  public var subresources: [String]
  /// What can be done: `create`, `get`, `list`, …
  public var verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

  public init(
    group: String, version: String, kind: String, plural: String, namespaced: Bool, shortNames: [String] = [],
    categories: [String] = [], subresources: [String] = []
  ) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    singular = kind.lowercased()
    self.shortNames = shortNames
    self.categories = categories
    self.namespaced = namespaced
    self.subresources = subresources
  }

  /// `apps/v1`, or `v1` for the core group.
  public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// `deployments.apps`, or `pods`.
  public var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }
  public var isStatusSubresource: Bool { subresources.contains("status") }

  /// The path of the collection, of one object, or of a subresource.
  ///
  /// - Parameter namespace: ignored for resources of the cluster; nil addresses all namespaces.
  public func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if namespaced, let namespace { path += "/namespaces/\(namespace)" }
    path += "/\(plural)"
    if let name { path += "/\(name)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}
