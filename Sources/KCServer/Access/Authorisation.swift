internal import KCData
internal import KCKube

extension APIServer {
  /// Refuses what no role allows.
  func authorise(_ user: APIUser, _ info: RequestInfo, verb: String) throws(APIStatus) {
    if user.groups.contains("system:masters") { return }
    let isAllowed = try objects.read { state throws(APIStatus) in
      let rules = AccessRules(user: user, namespace: info.namespace, state: state)
      return rules.allow(verb, info)
    }
    if isAllowed { return }
    let resource = info.subresource.map { "\(info.type.plural)/\($0)" } ?? info.type.plural
    let place = info.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
    throw APIStatus(
      code: 403, reason: "Forbidden",
      message:
        "\(info.type.qualifiedName)\(info.name.map { " \"\($0)\"" } ?? "") is forbidden: User \"\(user.name)\" cannot \(verb) resource \"\(resource)\" in API group \"\(info.type.group)\" \(place)",
      details: .init(name: info.name ?? "", group: info.type.group, kind: info.type.plural))
  }
}

/// What role bindings allow a user.
struct AccessRules {
  private var rules: [Value] = []

  init(user: APIUser, namespace: String?, state: borrowing ObjectState) {
    let group = "rbac.authorization.k8s.io"
    for binding in state.list("clusterrolebindings.\(group)", namespace: nil) where Self.names(binding.value, user) {
      rules += Self.role(of: binding.value, namespace: nil, state)
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

  func allow(_ verb: String, _ info: RequestInfo) -> Bool {
    let resource = info.subresource.map { "\(info.type.plural)/\($0)" } ?? info.type.plural
    return rules.contains { rule in
      func has(_ field: String, _ wanted: String) -> Bool {
        (rule[field]?.array ?? []).contains { $0.string == wanted || $0.string == "*" }
      }
      let names = (rule["resourceNames"]?.array ?? []).compactMap(\.string)
      return has("verbs", verb) && has("apiGroups", info.type.group) && has("resources", resource)
        && (names.isEmpty || info.name.map(names.contains) ?? false)
    }
  }
}
