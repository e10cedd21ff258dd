import ArgumentParser
import Glibc
import KCClient
import KCData
import KCEngine
import KCHTTP
import KCKube

/// Where a plan goes: the engine on this machine, or a cluster.
struct TargetOptions: ParsableArguments {
  @Option(help: "A kubeconfig of the cluster to use; without it, the engine on this machine.") var kubeconfig: String?
  @Option(help: "The context of the kubeconfig; its current one without.") var context: String?
}

/// A target that can be talked to.
struct Target {
  let client: APIClient
  let transport: HTTPTransport
  /// `engine local (3 nodes)`
  let name: String
  /// The API's address.
  let server: String

  /// Connects to what the options say.
  ///
  /// - Parameter startsEngine: whether an engine is started where none runs.
  static func connect(_ options: TargetOptions, startsEngine: Bool = false) async throws -> Target {
    if let path = options.kubeconfig {
      guard let text = Files.readText(path) else {
        throw Terminal.fail("the kubeconfig \(path) cannot be read", code: .target)
      }
      return try await open(text, options.context, name: nil)
    }
    let home = EngineHome()
    if home.running() == nil {
      guard startsEngine else {
        throw Terminal.fail(
          "no engine runs on this machine",
          help: "start one with `kc engine start`, or name a cluster with --kubeconfig", code: .target)
      }
      Terminal.say("No engine runs here yet: starting one.")
      try await EngineLauncher.start(home: home, nodes: 1, port: EngineLauncher.defaultPort)
    }
    guard let text = Files.readText(home.kubeconfig) else {
      throw Terminal.fail(
        "the engine's kubeconfig \(home.kubeconfig) cannot be read",
        help: geteuid() == 0 ? nil : "only root can talk to the engine; use sudo", code: .target)
    }
    return try await open(text, nil, name: "engine local")
  }

  private static func open(_ text: String, _ context: String?, name: String?) async throws -> Target {
    let config: Kubeconfig
    do {
      config = try Kubeconfig(text, context: context, read: Files.readText)
    } catch {
      throw Terminal.fail(error.description, code: .target)
    }
    var connection = HTTPTransport.Connection(server: config.server)
    connection.authority = config.authority
    connection.isUnverified = config.isUnverified
    connection.token = config.token
    connection.clientCertificate = config.clientCertificate
    connection.clientKey = config.clientKey
    do {
      let transport = try HTTPTransport(connection)
      let client = APIClient(transport: transport, fieldManager: "kc")
      var title = name ?? "kubernetes \(config.context)"
      if let type = client.types.find(apiVersion: "v1", kind: "Node") {
        let count = try await client.list(type).items.count
        title += " (\(count) node\(count == 1 ? "" : "s"))"
      }
      return Target(client: client, transport: transport, name: title, server: config.server)
    } catch {
      throw failure(error)
    }
  }

  /// Closes the connections when the work is done.
  func close() async { await transport.close() }

  static func failure(_ error: ClientError) -> ExitCode {
    switch error {
    case .unreachable(let why):
      Terminal.fail(
        "the target could not be reached: \(why)", help: "`kc engine status` tells whether the engine runs",
        code: .target)
    case .status(let status) where status.code == 401:
      Terminal.fail("the target does not know you: it refused the credentials", code: .target)
    case .status(let status): Terminal.fail("the target refused: \(status.message)", code: .target)
    case .badAnswer(let why): Terminal.fail("the target is no Kubernetes API: \(why)", code: .target)
    case .cancelled: Terminal.fail("stopped", code: .partial)
    }
  }
}
