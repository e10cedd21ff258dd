internal import KCKube

/// What a request is about, read from its path.
struct RequestInfo {
  var type: ResourceType
  /// nil for resources of the cluster, and for collections over all namespaces.
  var namespace: String?
  /// nil for collections.
  var name: String?
  var subresource: String?

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

  /// - Returns: nil where the path names no resource that is served.
  init?(path: String, types: ResourceTypes) {
    var parts = path.split(separator: "/").map(String.init)[...]
    let group: String
    let version: String
    switch parts.first {
    case "api" where parts.count >= 3:
      group = ""
      version = parts[1]
      parts = parts.dropFirst(2)
    case "apis" where parts.count >= 4:
      group = parts[1]
      version = parts[2]
      parts = parts.dropFirst(3)
    default: return nil
    }
    // `namespaces/x/pods` is about pods, `namespaces/x` and `namespaces/x/finalize` about the namespace.
    if parts.first == "namespaces", parts.count >= 3,
      let type = types.find(group: group, version: version, plural: parts[parts.startIndex + 2]), type.namespaced
    {
      namespace = parts[parts.startIndex + 1]
      parts = parts.dropFirst(2)
    }
    guard let plural = parts.first, let type = types.find(group: group, version: version, plural: plural) else {
      return nil
    }
    self.type = type
    let rest = Array(parts.dropFirst())
    name = rest.first
    subresource = rest.count > 1 ? rest[1...].joined(separator: "/") : nil
  }
}

/// Refusals in the words of the API.
extension APIStatus {
  static func notFound(_ type: ResourceType, _ name: String) -> APIStatus {
    APIStatus(
      code: 404, reason: "NotFound", message: "\(type.qualifiedName) \"\(name)\" not found",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  static func alreadyExists(_ type: ResourceType, _ name: String) -> APIStatus {
    APIStatus(
      code: 409, reason: "AlreadyExists", message: "\(type.qualifiedName) \"\(name)\" already exists",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  static func conflict(_ type: ResourceType, _ name: String, _ why: String) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(type.qualifiedName) \"\(name)\": \(why)",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  static func badRequest(_ why: String) -> APIStatus { APIStatus(code: 400, reason: "BadRequest", message: why) }

  static func invalid(_ type: ResourceType, _ name: String, _ causes: [Cause]) -> APIStatus {
    let list = causes.map { "\($0.field): \($0.message)" }
    let text = list.count == 1 ? list[0] : "[\(list.joined(separator: ", "))]"
    let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
    return APIStatus(
      code: 422, reason: "Invalid", message: "\(kind) \"\(name)\" is invalid: \(text)",
      details: .init(name: name, group: type.group, kind: type.kind, causes: causes))
  }

  static func forbidden(_ type: ResourceType, _ name: String, _ why: String) -> APIStatus {
    APIStatus(
      code: 403, reason: "Forbidden", message: "\(type.qualifiedName) \"\(name)\" is forbidden: \(why)",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  static let staleVersion =
    "the object has been modified; please apply your changes to the latest version and try again"
}
