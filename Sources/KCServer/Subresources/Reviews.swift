internal import KCData
internal import KCKube

/// Questions about who may do what: objects that are answered, not stored.
extension APIServer {
  /// The answer, where the request is of a kind that is only asked.
  func review(_ info: RequestInfo, _ request: APIRequest, _ user: APIUser) throws(APIStatus) -> APIResponse {
    let options = try WriteOptions(request)
    var object = try decode(request, info.type, options).object
    object["metadata"] = object["metadata"] ?? [:]
    Defaulting.apply(to: &object, type: info.type)
    let now = settings.now()
    ServerSideApply.recordUpdate(old: nil, new: &object, manager: options.manager, type: info.type, now: now)
    switch info.type.kind {
    case "SelfSubjectAccessReview": object["status"] = try answer(object["spec"], user, info.type)
    case "SubjectAccessReview", "LocalSubjectAccessReview":
      let groups = (object.at("spec", "groups")?.array ?? []).compactMap(\.string)
      let other = APIUser(name: object.at("spec", "user")?.string ?? "", groups: groups)
      object["status"] = try answer(object["spec"], other, info.type)
    case "SelfSubjectReview":
      let groups = Value.array(user.groups.map { .string($0) })
      var info: Value = ["username": .string(user.name), "groups": groups]
      if !user.uid.isEmpty { info["uid"] = .string(user.uid) }
      object["status"] = ["userInfo": info]
      object.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
      object.set(nil, at: "metadata", "managedFields")
    case "SelfSubjectRulesReview":
      object["status"] = try rules(user, namespace: object.at("spec", "namespace")?.string ?? "")
      object["spec"] = [:]
      object.set(nil, at: "metadata", "managedFields")
    default: throw .notAllowed
    }
    return APIResponse(status: 201, body: .value(object))
  }

  private func answer(_ spec: Value?, _ user: APIUser, _ type: ResourceType) throws(APIStatus) -> Value {
    let (resource, path) = (spec?["resourceAttributes"], spec?["nonResourceAttributes"])
    guard (resource == nil) != (path == nil) else {
      throw .invalid(
        kind: "", group: type.group, "",
        [
          .init(
            reason: "FieldValueInvalid",
            message: "Invalid value: exactly one of nonResourceAttributes or resourceAttributes must be specified",
            field: "spec.resourceAttributes")
        ])
    }
    if let path {
      let (url, verb) = (path["path"]?.string ?? "", path["verb"]?.string ?? "")
      var out: Value = ["allowed": .bool(mayGet(url, user, verb: verb))]
      if !user.groups.contains("system:masters"),
        let role = BuiltinRole.roles(of: user).first(where: { $0.allows(url, verb: verb) })
      {
        out["reason"] = .string(role.reason(user))
      }
      return out
    }
    func text(_ field: String) -> String { resource?[field]?.string ?? "" }
    let subresource = text("subresource")
    let full = subresource.isEmpty ? text("resource") : "\(text("resource"))/\(subresource)"
    let question = AccessQuestion(
      verb: text("verb"), group: text("group"), resource: full, name: text("name").isEmpty ? nil : text("name"),
      namespace: text("namespace").isEmpty ? nil : text("namespace"))
    return ["allowed": .bool(try isAllowed(user, question))]
  }

  /// Where a rule stands in the list of those that someone has: by its groups, those about single objects first.
  private static func place(_ rule: Value) -> String {
    func text(_ field: String) -> String { (rule[field]?.array ?? []).compactMap(\.string).joined(separator: ",") }
    return [text("apiGroups"), rule["resourceNames"] == nil ? "1" : "0", text("resources")].joined(separator: "\n")
  }

  private func rules(_ user: APIUser, namespace: String) throws(APIStatus) -> Value {
    let found = try objects.read { state throws(APIStatus) in
      AccessRules(user: user, namespace: namespace, state: state)
    }
    let rules = found.rules.sorted { Self.place($0) < Self.place($1) }
    return ["resourceRules": .array(rules), "nonResourceRules": .array(found.paths), "incomplete": false]
  }
}
