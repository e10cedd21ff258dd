internal import KCCodec
internal import KCKube
public import KCData

/// A program that gives credentials for a cluster: `exec` in a kubeconfig.
public struct CredentialPlugin: Sendable, Hashable {
  public var command: String
  public var arguments: [String]
  /// Added to kc's own environment.
  public var environment: [String: String]
  /// What the user is told where the program is not there.
  public var installHint: String?
  /// `client.authentication.k8s.io/v1` or `…/v1beta1`.
  public var apiVersion: String
  /// Whether it may ask the user: `Never`, `IfAvailable`, `Always`.
  public var interactiveMode: String
  /// What it is told of the cluster; nil where it did not ask.
  var cluster: Value?

  init(_ exec: Value, source: Kubeconfig.Source, cluster: Value) throws(Kubeconfig.Failure) {
    guard let command = exec["command"]?.string, !command.isEmpty else {
      throw Kubeconfig.Failure(description: "the exec plugin of the kubeconfig names no command")
    }
    apiVersion = exec["apiVersion"]?.string ?? ""
    guard ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"].contains(apiVersion) else {
      throw Kubeconfig.Failure(
        description: "the exec plugin \(command) speaks \"\(apiVersion)\"; kc knows client.authentication.k8s.io/v1")
    }
    // A path is relative to the kubeconfig; a bare name is looked up.
    self.command = command.contains("/") ? source.resolve(command) : command
    arguments = exec["args"]?.array?.compactMap(\.string) ?? []
    environment = [:]
    for entry in exec["env"]?.array ?? [] {
      if let name = entry["name"]?.string { environment[name] = entry["value"]?.string ?? "" }
    }
    installHint = exec["installHint"]?.string
    interactiveMode = exec["interactiveMode"]?.string ?? "IfAvailable"
    guard exec["provideClusterInfo"]?.bool == true else { return }
    var info: Value = [:]
    for field in ["server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url"] {
      info[field] = cluster[field]
    }
    info["config"] =
      cluster["extensions"]?.array?
      .first { $0["name"]?.string == "client.authentication.k8s.io/exec" }?["extension"]
    self.cluster = info
  }

  /// The value of `KUBERNETES_EXEC_INFO`.
  ///
  /// - Parameter isInteractive: whether there is a terminal that the program may ask on.
  public func info(isInteractive: Bool) -> String {
    var spec: Value = ["interactive": .bool(isInteractive && interactiveMode != "Never")]
    spec["cluster"] = cluster
    return JSON.text(["apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": spec])
  }

  /// What such a program gave.
  public struct Credential: Sendable, Hashable {
    public var token: String?
    /// PEM.
    public var clientCertificate: String?
    public var clientKey: String?
    /// nil lasts as long as kc runs.
    public var expires: Timestamp?

    /// Whether it can still be used; a little before its end it cannot.
    public func isValid(at now: Timestamp) -> Bool {
      expires.map { $0.seconds(since: now) > 10 } ?? true
    }
  }

  /// Reads what the program wrote.
  public func credential(_ output: String) throws(Kubeconfig.Failure) -> Credential {
    guard let answer = try? JSON.parse(output), answer["kind"]?.string == "ExecCredential" else {
      throw Kubeconfig.Failure(description: "the exec plugin \(command) wrote no ExecCredential")
    }
    guard answer["apiVersion"]?.string == apiVersion else {
      throw Kubeconfig.Failure(
        description: "the exec plugin \(command) answered in \(answer["apiVersion"]?.string ?? "no version"), "
          + "not in \(apiVersion) as the kubeconfig says")
    }
    let status = answer["status"]
    let credential = Credential(
      token: status?["token"]?.string, clientCertificate: status?["clientCertificateData"]?.string,
      clientKey: status?["clientKeyData"]?.string,
      expires: status?["expirationTimestamp"]?.string.flatMap { Timestamp($0) })
    guard credential.token != nil || (credential.clientCertificate != nil && credential.clientKey != nil) else {
      throw Kubeconfig.Failure(
        description: "the exec plugin \(command) gave neither a token nor a certificate with key")
    }
    guard credential.token.map(Self.isHeader) ?? true else {
      throw Kubeconfig.Failure(
        description: "the exec plugin \(command) gave a token with a line break or another control character in it")
    }
    return credential
  }

  /// Whether a text can stand in a header of a request.
  static func isHeader(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
