import ArgumentParser
import Glibc
import KCClient
import KCData
import KCEngine
import KCHTTP
import KCKube

/// Where a plan goes: the engine on this machine, or a cluster.
struct TargetOptions: ParsableArguments {
  @Option(help: "engine, in-cluster, or a target-cluster of project.kc.") var target: String?
  @Option(help: "A kubeconfig of the cluster to use.") var kubeconfig: String?
  @Option(help: "A context of the kubeconfig, or of KUBECONFIG and ~/.kube/config where none is named.")
  var context: String?
}

/// A target that can be talked to.
struct Target {
  let client: APIClient
  let transport: HTTPTransport
  /// `engine local (3 nodes)`
  let name: String
  /// The API's address.
  let server: String
  /// The namespace of the context: what is meant where no project and no option says another.
  let namespace: String

  /// Connects to what the options say, or the project.
  ///
  /// - Parameter startsEngine: whether an engine is started where none runs.
  static func connect(_ options: TargetOptions, for project: Project? = nil, startsEngine: Bool = false) async throws
    -> Target
  {
    let chosen = try TargetChoice.choose(options, project)
    guard let config = try chosen.choice.kubeconfig() else { return try await engine(starts: startsEngine) }
    try check(config, chosen)
    return try await open(config, name: chosen.name.map { "\($0) (\(config.context))" } ?? config.context)
  }

  private static func engine(starts: Bool) async throws -> Target {
    let home = EngineHome()
    if home.running() == nil {
      guard starts else {
        throw Terminal.fail(
          "no engine runs on this machine",
          help: "start one with `kc engine start`, or name a cluster with --kubeconfig or --context", code: .target)
      }
      Terminal.say("No engine runs here: starting one.")
      try await EngineLauncher.start(home: home)
    }
    guard let text = Files.readText(home.kubeconfig) else {
      throw Terminal.fail(
        "the engine's kubeconfig \(home.kubeconfig) cannot be read",
        help: geteuid() == 0 ? nil : "only root can talk to the engine; use sudo", code: .target)
    }
    let config: Kubeconfig
    do throws(Kubeconfig.Failure) {
      config = try Kubeconfig(text, read: Files.readText)
    } catch {
      throw Terminal.fail(error.description, code: .target)
    }
    return try await open(config, name: nil)
  }

  /// The guard against the wrong cluster: before anything is asked of it.
  private static func check(_ config: Kubeconfig, _ chosen: TargetChoice.Chosen) throws {
    guard let expected = chosen.expected else { return }
    let name = chosen.name ?? "the target"
    let facts = [("server", config.server), ("namespace", config.namespace)]
    for (field, found) in facts {
      guard let wanted = expected[field]?.string, trimmed(wanted) != trimmed(found) else { continue }
      throw Terminal.fail(
        "this is not the cluster that \(name) stands for: its \(field) is to be \(wanted), and the context "
          + "\(config.context) says \(found)",
        help: "choose another --context, or correct `expect` of target-cluster \(name) in project.kc", code: .input)
    }
  }

  private static func trimmed(_ url: String) -> String { url.hasSuffix("/") ? String(url.dropLast()) : url }

  private static func open(_ config: Kubeconfig, name: String?) async throws -> Target {
    do {
      let transport = try HTTPTransport(try await connection(config))
      var policy = RetryingTransport.Policy(patience: .seconds(20))
      policy.onWait = { Terminal.say("The target is asked again, for up to 20 seconds: \($0).") }
      let patient = RetryingTransport(transport, policy: policy)
      let client = APIClient(transport: patient, fieldManager: "kc")
      // A target that is not there is to be told of at once; one that answers that it is busy is there.
      policy.repeatsUnreachable = false
      let first = APIClient(transport: RetryingTransport(transport, policy: policy), fieldManager: "kc")
      var title = name.map { "kubernetes \($0)" } ?? "engine local"
      if let type = client.types.find(apiVersion: "v1", kind: "Node") {
        do throws(ClientError) {
          let count = try await first.list(type, limit: 500).items.count
          title += " (\(count) node\(count == 1 ? "" : "s"))"
        } catch {
          // Those who may only work in their namespace do not see nodes.
          guard error.status?.code == 403 else { throw error }
        }
      }
      let full = try await client.discovered()
      return Target(
        client: full, transport: transport, name: title, server: config.server, namespace: config.namespace)
    } catch let error as ClientError {
      throw failure(error, isEngine: name == nil)
    }
  }

  private static func connection(_ config: Kubeconfig) async throws(ClientError) -> HTTPTransport.Connection {
    var connection = HTTPTransport.Connection(server: config.server)
    connection.authority = config.authority
    connection.isUnverified = config.isUnverified
    connection.serverName = config.serverName
    connection.proxy = Proxy.url(
      for: config.server, configured: config.proxy, variable: TargetChoice.variable)
    connection.token = config.token
    connection.clientCertificate = config.clientCertificate
    connection.clientKey = config.clientKey
    connection.headers = config.impersonation.headers
    if let plugin = config.plugin {
      let credentials = PluginCredentials(plugin)
      let first = try await credentials.credential()
      if let certificate = first.clientCertificate, let key = first.clientKey {
        connection.clientCertificate = certificate
        connection.clientKey = key
      }
      if first.token != nil { connection.tokens = credentials }
    } else if config.token == nil, let path = config.tokenFile {
      connection.tokens = FileToken(path: path)
    }
    return connection
  }

  /// Closes the connections when the work is done, and tells what the target warned of.
  func close() async {
    for warning in transport.warnings { Terminal.warn("the target says: \(warning)") }
    await transport.close()
  }

  /// - Parameter isEngine: whether it is known that the target is this machine's engine.
  static func failure(_ error: ClientError, isEngine: Bool = false) -> ExitCode {
    switch error {
    case .unreachable(let why):
      Terminal.fail(
        "the target could not be reached: \(why)",
        help: isEngine
          ? "`kc engine status` tells whether the engine runs"
          : "look at the address and the credentials of the context in the kubeconfig; for the engine, `kc engine "
            + "status` tells whether it runs", code: .target)
    case .noCredentials(let why):
      Terminal.fail(
        "there are no credentials for the target: \(why)",
        help: "the user of the context in the kubeconfig says where they come from", code: .target)
    case .status(let status) where status.code == 401:
      Terminal.fail("the target does not know you: it refused the credentials", code: .target)
    case .status(let status) where status.code == 429:
      Terminal.fail("the target has too much to do (429): \(status.message)", help: "try again later", code: .target)
    case .status(let status) where status.code >= 500 && status.message.contains("failed calling webhook"):
      Terminal.fail(
        "a webhook that the target asks does not answer: \(status.message)",
        help: "see that what answers for it runs; `failurePolicy = \"Ignore\"` in its configuration goes on without it",
        code: .target)
    case .status(let status) where status.code >= 500 && !status.isMisfit:
      Terminal.fail(
        "the target failed itself (\(status.code)): \(status.message)",
        help: "try again; if it lasts, its API server, or what stands before that, is in trouble", code: .target)
    case .status(let status): Terminal.fail("the target refused: \(status.message)", code: .target)
    case .badAnswer(let why): Terminal.fail("the target is no Kubernetes API: \(why)", code: .target)
    case .cancelled: Terminal.fail("stopped", code: .partial)
    }
  }
}
