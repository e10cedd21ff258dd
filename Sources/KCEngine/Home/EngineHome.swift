internal import Glibc
internal import KCCodec
internal import KCData
internal import KCHTTP
internal import KCKube

/// The engine's folder: where everything it knows and makes lies.
public struct EngineHome: Sendable {
  public let path: String

  /// The folder that `KC_HOME` names, or `/var/lib/kc`.
  public init() {
    self.init(path: getenv("KC_HOME").map { String(cString: $0) } ?? "/var/lib/kc")
  }

  init(path: String) { self.path = path }

  public var log: String { "\(path)/engine.log" }
  public var kubeconfig: String { "\(path)/kubeconfig" }
  var state: String { "\(path)/engine.json" }
  var launch: String { "\(path)/launch.json" }
  var scheduling: String { "\(path)/scheduler.json" }
  var names: String { "\(path)/names.json" }
  var namesProcess: String { "\(path)/names.pid" }
  var store: String { "\(path)/store.db" }
  var credentials: String { "\(path)/credentials.json" }
  var containerd: String { "\(path)/containerd" }
  var socket: String { "\(path)/containerd/containerd.sock" }
  var cni: String { "\(path)/cni" }
  var pods: String { "\(path)/pods" }
  var volumes: String { "\(path)/volumes" }
  var podLogs: String { "\(path)/logs" }

  /// What a running engine says of itself.
  public struct State: Sendable, Equatable {
    public var process: Int32
    public var port: Int
    public var nodes: Int
    /// Whether it answers requests yet.
    public var isReady: Bool
    /// Why it could not start.
    public var failure: String?
    /// What to do about that.
    public var help: String?
  }

  /// The engine's state, where one was started; it may be dead since.
  public func readState() -> State? {
    guard let bytes = FileSystem.read(state), let value = try? JSON.parse(bytes) else { return nil }
    return State(
      process: Int32(clamping: value["process"]?.int ?? 0), port: Int(clamping: value["port"]?.int ?? 0),
      nodes: Int(clamping: value["nodes"]?.int ?? 0), isReady: value["ready"]?.bool ?? false,
      failure: value["failure"]?.string, help: value["help"]?.string)
  }

  func writeState(_ new: State) throws(EngineError) {
    var value: Value = [
      "process": .int(Int64(new.process)), "port": Value(new.port), "nodes": Value(new.nodes),
      "ready": .bool(new.isReady),
    ]
    value["failure"] = new.failure.map { .string($0) }
    value["help"] = new.help.map { .string($0) }
    try FileSystem.write(JSON.bytes(value), to: state)
  }

  func removeState() { FileSystem.remove(state) }

  /// How an engine was started last: the next start does the same where it says nothing else.
  struct Launch: Sendable, Equatable {
    var nodes: Int
    var port: Int
  }

  func readLaunch() -> Launch? {
    guard let bytes = FileSystem.read(launch), let value = try? JSON.parse(bytes), let nodes = value["nodes"]?.int,
      let port = value["port"]?.int
    else { return nil }
    return Launch(nodes: Int(clamping: nodes), port: Int(clamping: port))
  }

  func writeLaunch(_ new: Launch) throws(EngineError) {
    try FileSystem.write(JSON.bytes(["nodes": Value(new.nodes), "port": Value(new.port)]), to: launch)
  }

  /// The running engine's state; nil where none runs.
  public func running() -> State? {
    guard let state = readState(), state.process > 0, Self.isEngine(state.process) else { return nil }
    return state
  }

  /// Whether a process is an engine: its number may have gone to another since.
  private static func isEngine(_ process: Int32) -> Bool {
    guard let command = FileSystem.readText("/proc/\(process)/cmdline") else { return false }
    return command.contains("engine\0run")
  }

  /// The server's certificate and keys, made at the first start. Only the owner can read them.
  func loadCredentials() throws(EngineError) -> ServerCredentials {
    if let bytes = FileSystem.read(credentials), let value = try? JSON.parse(bytes),
      let authority = value["authority"]?.string, let certificate = value["certificate"]?.string,
      let key = value["key"]?.string, let token = value["token"]?.string, let storeKey = value["storeKey"]?.string
    {
      return ServerCredentials(
        authority: authority, certificate: certificate, key: key, token: token, storeKey: storeKey)
    }
    let made: ServerCredentials
    do {
      made = try ServerCredentials.make(addresses: [[127, 0, 0, 1], [10, 96, 0, 1], [10, 244, 0, 1]])
    } catch {
      throw EngineError(error.description)
    }
    let value: Value = [
      "authority": .string(made.authority), "certificate": .string(made.certificate), "key": .string(made.key),
      "token": .string(made.token), "storeKey": .string(made.storeKey),
    ]
    try FileSystem.write(JSON.bytes(value), to: credentials, mode: 0o600)
    return made
  }

  /// Writes the kubeconfig that leads to the engine; only the owner can read it.
  func writeKubeconfig(_ made: ServerCredentials, port: Int) throws(EngineError) {
    let value: Value = [
      "apiVersion": "v1", "kind": "Config", "current-context": "kc",
      "clusters": [
        [
          "name": "kc",
          "cluster": [
            "server": .string("https://127.0.0.1:\(port)"),
            "certificate-authority-data": .string(Base64.encode(made.authority.utf8)),
          ],
        ]
      ],
      "users": [["name": "kc-admin", "user": ["token": .string(made.token)]]],
      "contexts": [["name": "kc", "context": ["cluster": "kc", "user": "kc-admin", "namespace": "default"]]],
    ]
    try FileSystem.write(YAML.text(value), to: kubeconfig, mode: 0o600)
  }
}
