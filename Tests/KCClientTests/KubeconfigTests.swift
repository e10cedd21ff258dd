import KCClient
import KCCodec
import KCData
import KCKube
import Testing

@Suite struct KubeconfigTests {
  private let first = """
    apiVersion: v1
    kind: Config
    current-context: one
    contexts:
    - {name: one, context: {cluster: a, user: u, namespace: shop}}
    clusters:
    - {name: a, cluster: {server: "https://a:6443/", certificate-authority: ca.pem, tls-server-name: real}}
    """
  private let second = """
    current-context: two
    contexts:
    - {name: two, context: {cluster: a, user: u}}
    - {name: one, context: {cluster: b, user: u}}
    clusters:
    - {name: a, cluster: {server: "https://other"}}
    users:
    - {name: u, user: {token: t, as: bob, as-groups: [g1, g2], as-user-extra: {Scope: [x]}}}
    """

  private func read(_ path: String) -> String? { path == "/home/one/ca.pem" ? "PEM" : nil }

  private func sources() -> [Kubeconfig.Source] {
    [.init(path: "/home/one/config", text: first), .init(path: "/home/two/config", text: second)]
  }

  @Test func listsAreMergedAsKubectlDoes() throws {
    let config = try Kubeconfig(sources(), read: read)
    #expect(config.context == "one" && config.namespace == "shop")
    // The first entry of a name counts, and its paths are relative to its own file.
    #expect(config.server == "https://a:6443" && config.authority == "PEM" && config.serverName == "real")
    #expect(config.token == "t")
    #expect(
      config.impersonation.headers.map { "\($0.name)=\($0.value)" } == [
        "impersonate-user=bob", "impersonate-group=g1", "impersonate-group=g2", "impersonate-extra-scope=x",
      ])
  }

  @Test func whatIsMissingIsSaid() {
    func failure(_ text: String, _ context: String? = nil) -> String {
      do throws(Kubeconfig.Failure) {
        _ = try Kubeconfig(text, context: context, read: { _ in nil })
        return ""
      } catch {
        return error.description
      }
    }
    #expect(failure(first, "three").contains("no context named three; it has one"))
    #expect(failure(first).contains("ca.pem"))
    #expect(failure("contexts: [{name: x, context: {cluster: y}}]").contains("choose one with --context: x"))
    #expect(failure("a: [").contains("cannot be read"))
    let old = """
      current-context: x
      contexts: [{name: x, context: {cluster: c, user: u}}]
      clusters: [{name: c, cluster: {server: "https://c"}}]
      users: [{name: u, user: {auth-provider: {name: gcp}}}]
      """
    #expect(failure(old).contains("auth-provider"))
    func withUser(_ user: String) -> String {
      old.replacing("{auth-provider: {name: gcp}}", with: user)
    }
    // Nothing of it would be sent, and kc would act with the full rights.
    for part in ["as-groups: [view]", "as-uid: u1", "as-user-extra: {scopes: [view]}"] {
      #expect(failure(withUser("{token: t, \(part)}")).contains("add `as: USER`"))
    }
    #expect(failure(withUser("{token: t, as: bob, as-groups: [view]}")) == "")
    #expect(failure(withUser("{token: \"a\\nb\"}")).contains("holds a line break"))
  }

  private let plugin = """
    current-context: x
    contexts: [{name: x, context: {cluster: c, user: u}}]
    clusters:
    - name: c
      cluster:
        server: "https://c"
        extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: me}}]
    users:
    - name: u
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1
          command: ./bin/login
          args: [get, token]
          env: [{name: REGION, value: eu}]
          interactiveMode: Never
          provideClusterInfo: true
    """

  @Test func pluginsAreToldAndUnderstood() throws {
    let config = try Kubeconfig([.init(path: "/home/me/config", text: plugin)], read: { _ in nil })
    let plugin = try #require(config.plugin)
    #expect(plugin.command == "/home/me/./bin/login" && plugin.arguments == ["get", "token"])
    #expect(plugin.environment == ["REGION": "eu"])
    let info = try JSON.parse(plugin.info(isInteractive: true))
    #expect(info.at("spec", "interactive") == false)
    #expect(info.at("spec", "cluster", "server") == "https://c")
    #expect(info.at("spec", "cluster", "config", "audience") == "me")

    let answer = """
      {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
       "status": {"token": "abc", "expirationTimestamp": "2030-01-01T00:00:00Z"}}
      """
    let credential = try plugin.credential(answer)
    let end = try #require(Timestamp("2030-01-01T00:00:00Z"))
    #expect(credential.token == "abc")
    #expect(credential.isValid(at: end.advanced(by: -60)) && !credential.isValid(at: end.advanced(by: -5)))
    for bad in ["", "{}", answer.replacing("/v1", with: "/v1beta1"), answer.replacing("token", with: "nothing")] {
      #expect(throws: Kubeconfig.Failure.self) { try plugin.credential(bad) }
    }
  }

  @Test func proxiesAreFoundAsCurlFindsThem() {
    func proxy(_ server: String, _ variables: [String: String], configured: String? = nil) -> String? {
      Proxy.url(for: server, configured: configured, variable: { variables[$0] })
    }
    let plain = ["HTTPS_PROXY": "http://p:1"]
    #expect(proxy("https://a.example:6443", plain) == "http://p:1")
    #expect(proxy("http://a.example", plain) == nil)
    #expect(proxy("https://127.0.0.1:6443", plain) == nil)
    #expect(proxy("https://localhost", plain, configured: "http://q") == "http://q")
    for (exceptions, isThrough) in [
      ("a.example", false), ("example", false), (".example", false), ("b.example", true), ("ample", true), ("*", false),
    ] {
      #expect((proxy("https://a.example", ["https_proxy": "x", "NO_PROXY": "z, " + exceptions]) != nil) == isThrough)
    }
    #expect(proxy("https://10.1.2.3", ["HTTPS_PROXY": "x", "NO_PROXY": "10.0.0.0/8"]) == nil)
    #expect(proxy("https://11.1.2.3", ["HTTPS_PROXY": "x", "NO_PROXY": "10.0.0.0/8,1/99"]) == "x")
  }
}
