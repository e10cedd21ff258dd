internal import KCCodec
internal import KCData
internal import KCKube

/// How to reach a cluster, as a kubeconfig says it.
public struct Kubeconfig: Sendable {
  public var server: String
  /// PEM.
  public var authority: String?
  public var isUnverified: Bool
  public var token: String?
  /// PEM.
  public var clientCertificate: String?
  public var clientKey: String?
  public var context: String
  public var namespace: String

  /// Why a kubeconfig cannot be used.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public var description: String
  }

  /// Reads a kubeconfig.
  ///
  /// - Parameters:
  ///   - context: nil is the current one.
  ///   - read: gives the content of a file that the kubeconfig names.
  public init(_ text: String, context: String? = nil, read: (String) -> String?) throws(Failure) {
    let config: Value
    do {
      config = try YAML.parseAll(text).first ?? .null
    } catch {
      throw Failure(description: "the kubeconfig cannot be read: \(error)")
    }
    func named(_ list: String, _ name: String) -> Value? {
      config[list]?.array?.first { $0["name"]?.string == name }
    }
    guard let name = context ?? config["current-context"]?.string, !name.isEmpty else {
      throw Failure(description: "the kubeconfig has no current context")
    }
    guard let chosen = named("contexts", name)?["context"] else {
      let known = (config["contexts"]?.array ?? []).compactMap { $0["name"]?.string }.joined(separator: ", ")
      throw Failure(
        description: "the kubeconfig has no context named \(name); it has \(known.isEmpty ? "none" : known)")
    }
    guard let cluster = named("clusters", chosen["cluster"]?.string ?? "")?["cluster"],
      let server = cluster["server"]?.string
    else { throw Failure(description: "the context \(name) names no cluster with a server") }
    let user = named("users", chosen["user"]?.string ?? "")?["user"]
    if user?["exec"] != nil || user?["auth-provider"] != nil {
      throw Failure(description: "the context \(name) gets its credentials from a plugin, which kc does not run yet")
    }
    func pem(_ value: Value?, _ field: String) -> String? {
      if let data = value?["\(field)-data"]?.string {
        return Base64.decode(data).map { String(decoding: $0, as: UTF8.self) }
      }
      return value?[field]?.string.flatMap(read)
    }
    self.context = name
    self.server = server
    namespace = chosen["namespace"]?.string ?? "default"
    authority = pem(cluster, "certificate-authority")
    isUnverified = cluster["insecure-skip-tls-verify"]?.bool ?? false
    token = user?["token"]?.string ?? user?["tokenFile"]?.string.flatMap(read)
    clientCertificate = pem(user, "client-certificate")
    clientKey = pem(user, "client-key")
  }
}
