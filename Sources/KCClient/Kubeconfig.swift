internal import KCCodec
internal import KCData
internal import KCKube

/// How to reach a cluster, as kubeconfigs say it.
public struct Kubeconfig: Sendable {
  public var server: String
  /// PEM.
  public var authority: String?
  public var isUnverified = false
  /// The name that the server's certificate must be for, where that is not the host of its address.
  public var serverName: String?
  /// The proxy to go through: `http://…`, `https://…` or `socks5://…`.
  public var proxy: String?
  public var token: String?
  /// A file whose content is the token; it may change while kc runs.
  public var tokenFile: String?
  /// PEM.
  public var clientCertificate: String?
  public var clientKey: String?
  /// A program that gives credentials.
  public var plugin: CredentialPlugin?
  public var impersonation = Impersonation()
  public var context: String
  public var namespace: String

  /// A cluster without credentials yet.
  public init(server: String, context: String, namespace: String) {
    self.server = server
    self.context = context
    self.namespace = namespace
  }

  /// Whom to act as.
  public struct Impersonation: Sendable, Hashable {
    public var user: String?
    public var uid: String?
    public var groups: [String] = []
    public var extra: [String: [String]] = [:]

    public init() {}

    /// The headers that say so, in order.
    public var headers: [(name: String, value: String)] {
      guard let user else { return [] }
      return [("impersonate-user", user)] + (uid.map { [("impersonate-uid", $0)] } ?? [])
        + groups.map { ("impersonate-group", $0) }
        + extra.sorted { $0.key < $1.key }.flatMap { key, values in
          values.map { ("impersonate-extra-\(key.lowercased())", $0) }
        }
    }
  }

  /// Why a kubeconfig cannot be used.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// A file and its content.
  public struct Source: Sendable {
    public var path: String
    public var text: String

    public init(path: String, text: String) {
      self.path = path
      self.text = text
    }

    /// A path in the file, which is relative to the file's folder.
    func resolve(_ other: String) -> String {
      if other.hasPrefix("/") { return other }
      guard let slash = path.lastIndex(of: "/") else { return other }
      return path[...slash] + other
    }
  }

  /// Reads one kubeconfig.
  public init(_ text: String, context: String? = nil, read: (String) -> String?) throws(Failure) {
    try self.init([Source(path: "", text: text)], context: context, read: read)
  }

  /// Reads a list of kubeconfigs as kubectl does: of two entries with one name, the first counts, and the first current
  /// context that is set.
  ///
  /// - Parameters:
  ///   - context: nil is the current one.
  ///   - read: gives the content of a file that a kubeconfig names.
  public init(_ sources: [Source], context: String? = nil, read: (String) -> String?) throws(Failure) {
    let merged = try Merged(sources)
    guard let name = context ?? merged.current, !name.isEmpty else {
      let known = merged.contextNames
      throw Failure(
        description: "the kubeconfig has no current context"
          + (known.isEmpty ? "" : "; choose one with --context: \(known.joined(separator: ", "))"))
    }
    guard let chosen = merged.find("contexts", name)?.entry["context"] else {
      let known = merged.contextNames
      throw Failure(
        description:
          "the kubeconfig has no context named \(name); it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
      )
    }
    let clusterName = chosen["cluster"]?.string ?? ""
    guard let found = merged.find("clusters", clusterName), let cluster = found.entry["cluster"],
      let server = cluster["server"]?.string, !server.isEmpty
    else { throw Failure(description: "the context \(name) names no cluster with a server") }
    self.context = name
    self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
    namespace = chosen["namespace"]?.string ?? "default"
    authority = try Self.pem(cluster, "certificate-authority", found.source, read)
    isUnverified = cluster["insecure-skip-tls-verify"]?.bool ?? false
    serverName = cluster["tls-server-name"]?.string
    proxy = cluster["proxy-url"]?.string
    let userName = chosen["user"]?.string ?? ""
    guard let user = merged.find("users", userName) else {
      if userName.isEmpty { return }
      throw Failure(description: "the context \(name) names a user \(userName) that the kubeconfig does not have")
    }
    try readUser(user.entry["user"] ?? [:], user.source, cluster, read)
  }

  private mutating func readUser(
    _ user: Value, _ source: Source, _ cluster: Value, _ read: (String) -> String?
  ) throws(Failure) {
    if user["auth-provider"] != nil {
      throw Failure(
        description: "the context \(context) uses an auth-provider, which Kubernetes no longer has; use an exec plugin")
    }
    if user["username"] != nil, user["token"] == nil {
      throw Failure(
        description: "the context \(context) logs in with a password, which Kubernetes no longer takes")
    }
    token = user["token"]?.string
    tokenFile = user["tokenFile"]?.string.map(source.resolve)
    clientCertificate = try Self.pem(user, "client-certificate", source, read)
    clientKey = try Self.pem(user, "client-key", source, read)
    if let exec = user["exec"] { plugin = try CredentialPlugin(exec, source: source, cluster: cluster) }
    impersonation.user = user["as"]?.string
    impersonation.uid = user["as-uid"]?.string
    impersonation.groups = user["as-groups"]?.array?.compactMap(\.string) ?? []
    for (key, values) in user["as-user-extra"]?.object ?? [:] {
      impersonation.extra[key] = values.array?.compactMap(\.string) ?? []
    }
    // Without the user nothing of it would be sent, and all would be done with the full rights.
    let isPart = impersonation.uid != nil || !impersonation.groups.isEmpty || !impersonation.extra.isEmpty
    if impersonation.user?.isEmpty ?? true, isPart {
      throw Failure(
        description: "the context \(context) says in what groups, with what uid or as what else it acts, but not as "
          + "whom: Kubernetes refuses that; add `as: USER` to its user")
    }
    if let token, !CredentialPlugin.isHeader(token) {
      throw Failure(description: "the token of the context \(context) holds a line break or another control character")
    }
  }

  /// Data wins over a file, as in kubectl.
  private static func pem(
    _ value: Value, _ field: String, _ source: Source, _ read: (String) -> String?
  ) throws(Failure) -> String? {
    if let data = value["\(field)-data"]?.string, !data.isEmpty {
      guard let bytes = Base64.decode(data) else {
        throw Failure(description: "\(field)-data in the kubeconfig is not base 64")
      }
      return String(decoding: bytes, as: UTF8.self)
    }
    guard let path = value[field]?.string, !path.isEmpty else { return nil }
    guard let text = read(source.resolve(path)) else {
      throw Failure(description: "the file \(source.resolve(path)), which the kubeconfig names, cannot be read")
    }
    return text
  }

  /// The entries of several files.
  private struct Merged {
    var current: String?
    private var entries: [(list: String, name: String, entry: Value, source: Source)] = []

    init(_ sources: [Source]) throws(Failure) {
      for source in sources {
        let config: Value
        do {
          config = try YAML.parseAll(source.text).first ?? .null
        } catch {
          throw Failure(description: "the kubeconfig \(source.path) cannot be read: \(error)")
        }
        if current == nil, let name = config["current-context"]?.string, !name.isEmpty { current = name }
        for list in ["clusters", "contexts", "users"] {
          for entry in config[list]?.array ?? [] {
            guard let name = entry["name"]?.string, find(list, name) == nil else { continue }
            entries.append((list, name, entry, source))
          }
        }
      }
    }

    func find(_ list: String, _ name: String) -> (entry: Value, source: Source)? {
      entries.first { $0.list == list && $0.name == name }.map { ($0.entry, $0.source) }
    }

    var contextNames: [String] { entries.filter { $0.list == "contexts" }.map(\.name).sorted() }
  }
}
