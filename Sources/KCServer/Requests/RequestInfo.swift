internal import KCKube

/// What a request is about, read from its path.
struct RequestInfo {
  var type: ResourceType
  /// nil for resources of the cluster, and for collections over all namespaces.
  var namespace: String?
  /// nil for collections.
  var name: String?
  /// nil for the object itself.
  var subresource: String?
  /// What follows a subresource that passes requests on.
  var rest = ""
  /// Whether the path is of the old kind that says `watch` itself.
  var isWatchPath = false

  /// What a path leads to.
  enum Target {
    case resource(RequestInfo)
    /// A group and version that are served, but nothing in them.
    case nothing
    /// Nothing that the API knows.
    case unknown
    /// A part of a custom resource that its definition does not have.
    case noPart(ResourceType, name: String)
  }

  /// The verb that access rules speak of.
  func verb(method: String, isWatch: Bool) -> String {
    switch method {
    case "GET", "HEAD": isWatch ? "watch" : name == nil ? "list" : "get"
    case "POST": "create"
    case "PUT": "update"
    case "PATCH": "patch"
    case "DELETE": name == nil ? "deletecollection" : "delete"
    default: method.lowercased()
    }
  }

  /// `pods/status`
  var resource: String { subresource.map { "\(type.plural)/\($0)" } ?? type.plural }

  /// - Parameter path: cleaned, as by `RequestPath`.
  static func target(of path: String, types: ResourceTypes) -> Target {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)[...]
    let group: String
    switch parts.first {
    case "api" where parts.count >= 3: group = ""
    case "apis" where parts.count >= 4:
      parts = parts.dropFirst()
      group = parts.first ?? ""
    default: return .unknown
    }
    parts = parts.dropFirst()
    let version = parts.removeFirst()
    guard types.all.contains(where: { $0.group == group }) else { return .unknown }
    guard !parts.contains("") else { return .nothing }
    var isWatchPath = false
    if parts.first == "watch", parts.count > 1 {
      isWatchPath = true
      parts = parts.dropFirst()
    }
    // `namespaces/x/pods` is about pods, `namespaces/x` and `namespaces/x/finalize` about the namespace.
    var namespace: String?
    if parts.first == "namespaces", parts.count >= 3 {
      let plural = parts[parts.startIndex + 2]
      if let type = types.find(group: group, version: version, plural: plural), type.namespaced {
        namespace = parts[parts.startIndex + 1]
        parts = parts.dropFirst(2)
      }
    }
    var isCustom: Bool { !ResourceTypes.builtin.all.contains { $0.group == group } }
    guard let plural = parts.first, let type = types.find(group: group, version: version, plural: plural) else {
      return isCustom ? .unknown : .nothing
    }
    let rest = Array(parts.dropFirst())
    var info = RequestInfo(type: type, namespace: namespace, name: rest.first, isWatchPath: isWatchPath)
    if type.namespaced, namespace == nil, info.name != nil { return .nothing }
    if rest.count > 1 {
      guard type.subresources.contains(rest[1]) else {
        return isCustom ? .noPart(type, name: rest[0]) : .nothing
      }
      info.subresource = rest[1]
      info.rest = rest.dropFirst(2).joined(separator: "/")
      if rest.count > 2, rest[1] != "proxy" { return .nothing }
    }
    return .resource(info)
  }
}

/// Paths as clients write them.
enum RequestPath {
  /// Without `.` and `..`, and without a slash at the end.
  static func clean(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    if parts.last == "" { parts.removeLast() }
    return "/" + parts.joined(separator: "/")
  }
}
