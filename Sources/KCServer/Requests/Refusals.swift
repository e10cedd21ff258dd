internal import KCData
internal import KCKube

/// Refusals in the words of the API.
extension APIStatus {
  /// The status as it goes over the wire: what is empty is left out.
  var wire: Value {
    var out = value
    if reason.isEmpty { out["reason"] = nil }
    if case .array(let causes)? = value.at("details", "causes") {
      out.set(.array(causes.map { $0.object.map { .object($0.filter { $1 != "" }) } ?? $0 }), at: "details", "causes")
    }
    return out
  }

  static func notFound(_ type: ResourceType, _ name: String) -> APIStatus {
    APIStatus(
      code: 404, reason: "NotFound", message: "\(type.qualifiedName) \"\(name)\" not found",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  static func alreadyExists(_ type: ResourceType, _ name: String, isLeaving: Bool = false) -> APIStatus {
    let prefix = isLeaving ? "object is being deleted: " : ""
    return APIStatus(
      code: 409, reason: "AlreadyExists", message: "\(prefix)\(type.qualifiedName) \"\(name)\" already exists",
      details: .init(name: name, group: type.group, kind: type.plural))
  }

  /// - Parameter kind: what the refusal is said to be about; nil is the resource.
  static func conflict(_ type: ResourceType, _ name: String, _ why: String, kind: String? = nil) -> APIStatus {
    APIStatus(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(kind ?? type.qualifiedName) \"\(name)\": \(why)",
      details: .init(name: name, group: kind == nil ? type.group : "", kind: kind ?? type.plural))
  }

  static func badRequest(_ why: String) -> APIStatus { APIStatus(code: 400, reason: "BadRequest", message: why) }

  /// - Parameter kind: what the refusal is said to be about; nil is the kind.
  static func invalid(_ type: ResourceType, _ name: String, _ causes: [Cause], kind: String? = nil) -> APIStatus {
    invalid(kind: kind ?? type.kind, group: type.group, name, causes)
  }

  static func invalid(kind: String, group: String, _ name: String, _ causes: [Cause]) -> APIStatus {
    let list = causes.map { "\($0.field): \($0.message)" }
    let text = list.count == 1 ? list[0] : "[\(list.joined(separator: ", "))]"
    let shown = group.isEmpty ? kind : "\(kind).\(group)"
    return APIStatus(
      code: 422, reason: "Invalid", message: "\(shown) \"\(name)\" is invalid: \(text)",
      details: .init(name: name, group: group, kind: kind, causes: causes))
  }

  /// Options of a request that are wrong: `ListOptions`, `CreateOptions`, …
  static func options(_ kind: String, _ causes: [Cause]) -> APIStatus {
    invalid(kind: kind, group: "meta.k8s.io", "", causes)
  }

  static func forbidden(_ type: ResourceType, _ name: String, _ why: String, causes: [Cause] = []) -> APIStatus {
    let about = name.isEmpty ? type.qualifiedName : "\(type.qualifiedName) \"\(name)\""
    return APIStatus(
      code: 403, reason: "Forbidden", message: "\(about) is forbidden: \(why)",
      details: .init(name: name, group: type.group, kind: type.plural, causes: causes))
  }

  /// What the API server gives no reason for.
  static func plain(_ code: Int, _ why: String) -> APIStatus { APIStatus(code: code, reason: "", message: why) }

  static let notServed = APIStatus(
    code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: .init())

  static let notAllowed = APIStatus(
    code: 405, reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource", details: .init())

  static func tooLargeVersion(_ asked: Int64, current: Int64) -> APIStatus {
    APIStatus(
      code: 504, reason: "Timeout", message: "Timeout: Too large resource version: \(asked), current: \(current)",
      details: .init(
        causes: [.init(reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "")],
        retryAfterSeconds: 1))
  }

  static let staleVersion =
    "the object has been modified; please apply your changes to the latest version and try again"

  static func number(_ text: String) -> APIStatus {
    .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
  }
}
