internal import KCData
internal import KCKube

/// What someone wants to do.
struct AccessQuestion {
  var verb: String
  var group: String
  /// `pods/log`
  var resource: String
  /// nil where it is about no single object.
  var name: String?
  /// nil for the whole cluster.
  var namespace: String?
}

extension APIServer {
  /// Who asks without saying who it is.
  static let anonymous = APIUser(name: "system:anonymous", groups: ["system:unauthenticated"])

  /// Refuses what no role allows.
  func authorise(_ user: APIUser, _ info: RequestInfo, verb: String) throws(APIStatus) {
    let question = AccessQuestion(
      verb: verb, group: info.type.group, resource: info.resource, name: verb == "create" ? nil : info.name,
      namespace: info.type.qualifiedName == "namespaces" ? info.name : info.namespace)
    if try isAllowed(user, question) { return }
    let place = question.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
    throw .forbidden(
      info.type, info.name ?? "",
      "User \"\(user.name)\" cannot \(verb) resource \"\(info.resource)\" in API group \"\(info.type.group)\" \(place)")
  }

  func isAllowed(_ user: APIUser, _ question: AccessQuestion) throws(APIStatus) -> Bool {
    if user.groups.contains("system:masters") { return true }
    return try objects.read { state throws(APIStatus) in
      AccessRules(user: user, namespace: question.namespace, state: state).allow(question)
    }
  }

  /// Paths that everyone may read, and those for users who are known.
  func mayGet(_ path: String, _ user: APIUser, verb: String = "get") -> Bool {
    if user.groups.contains("system:masters") { return true }
    return BuiltinRole.roles(of: user).contains { $0.allows(path, verb: verb) }
  }
}

/// What role bindings allow a user.
struct AccessRules {
  private(set) var rules: [Value] = []
  /// The paths that are no resources.
  private(set) var paths: [Value] = []

  init(user: APIUser, namespace: String?, state: borrowing ObjectState) {
    let group = "rbac.authorization.k8s.io"
    for binding in state.list("clusterrolebindings.\(group)", namespace: nil) where Self.names(binding.value, user) {
      rules += Self.role(of: binding.value, namespace: nil, state)
    }
    for role in BuiltinRole.roles(of: user) {
      rules += role.rules
      if let urls = role.urlRule { paths.append(urls) }
    }
    guard let namespace else { return }
    for binding in state.list("rolebindings.\(group)", namespace: namespace) where Self.names(binding.value, user) {
      rules += Self.role(of: binding.value, namespace: namespace, state)
    }
  }

  private static func names(_ binding: Value, _ user: APIUser) -> Bool {
    (binding["subjects"]?.array ?? []).contains { subject in
      let name = subject["name"]?.string ?? ""
      switch subject["kind"]?.string {
      case "User"?: return name == user.name
      case "Group"?: return user.groups.contains(name)
      case "ServiceAccount"?: return user.name == "system:serviceaccount:\(subject["namespace"]?.string ?? ""):\(name)"
      default: return false
      }
    }
  }

  private static func role(of binding: Value, namespace: String?, _ state: borrowing ObjectState) -> [Value] {
    let name = binding.at("roleRef", "name")?.string ?? ""
    let isCluster = binding.at("roleRef", "kind")?.string == "ClusterRole"
    let resource = isCluster ? "clusterroles" : "roles"
    let role = state.get("\(resource).rbac.authorization.k8s.io", isCluster ? nil : namespace, name)
    return role?.value["rules"]?.array ?? []
  }

  func allow(_ question: AccessQuestion) -> Bool {
    let subresource = question.resource.split(separator: "/").dropFirst().first
    return rules.contains { rule in
      func has(_ field: String, _ wanted: String) -> Bool {
        (rule[field]?.array ?? []).contains { $0.string == wanted || $0.string == "*" }
      }
      let names = (rule["resourceNames"]?.array ?? []).compactMap(\.string)
      let isResource = has("resources", question.resource) || (subresource.map { has("resources", "*/\($0)") } ?? false)
      return has("verbs", question.verb) && has("apiGroups", question.group) && isResource
        && (names.isEmpty || question.name.map(names.contains) ?? false)
    }
  }
}
