internal import KCData
internal import KCKube

/// What everyone may do: the roles that Kubernetes binds to all users from the start. Here they are no objects, so that
/// nobody can take from a user what the API's clients cannot do without.
struct BuiltinRole {
  let name: String
  private let groups: Set<String>
  private let urls: [String]
  let rules: [Value]

  private init(_ name: String, for groups: Set<String>, urls: [String] = [], rules: [Value] = []) {
    self.name = name
    self.groups = groups
    self.urls = urls
    self.rules = rules
  }

  private static let known = "system:authenticated"

  private static func creates(_ group: String, _ resources: [Value]) -> Value {
    ["verbs": ["create"], "apiGroups": [.string(group)], "resources": .array(resources)]
  }

  private static let all = [
    BuiltinRole(
      "system:basic-user", for: [known],
      rules: [
        creates("authentication.k8s.io", ["selfsubjectreviews"]),
        creates("authorization.k8s.io", ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
      ]),
    BuiltinRole(
      "system:service-account-issuer-discovery", for: [known], urls: ["/.well-known", "/.well-known/*"]),
    BuiltinRole(
      "system:discovery", for: [known],
      urls: [
        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
        "/version/",
      ]),
    BuiltinRole(
      "system:public-info-viewer", for: [known, "system:unauthenticated"],
      urls: ["/healthz", "/livez", "/readyz", "/version", "/version/"]),
  ]

  /// The roles that a user has.
  static func roles(of user: APIUser) -> [BuiltinRole] {
    all.filter { role in user.groups.contains { role.groups.contains($0) } }
  }

  func allows(_ path: String, verb: String) -> Bool {
    verb == "get"
      && urls.contains { $0.hasSuffix("*") ? path.hasPrefix(String($0.dropLast())) : path == $0 }
  }

  /// Its paths as a rule of a role.
  var urlRule: Value? {
    urls.isEmpty ? nil : ["verbs": ["get"], "nonResourceURLs": .array(urls.map { .string($0) })]
  }

  /// Why a user may do what it allows, in the words of Kubernetes.
  func reason(_ user: APIUser) -> String {
    let group = user.groups.first { groups.contains($0) } ?? ""
    return "RBAC: allowed by ClusterRoleBinding \"\(name)\" of ClusterRole \"\(name)\" to Group \"\(group)\""
  }
}
