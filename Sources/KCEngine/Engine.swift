internal import Dispatch
internal import Glibc
internal import KCCRI
internal import KCClient
internal import KCControl
internal import KCData
internal import KCHTTP
internal import KCKube
internal import KCNode
internal import KCServer
internal import Logging

/// The engine: every part of a Kubernetes on one machine, in one process.
public struct Engine: Sendable {
  /// Set to `off` on a node's object to make the node fail.
  public static let powerAnnotation = "kc.dev/power"

  let home: EngineHome
  let nodes: [LogicalNode]
  let port: Int
  let logger: Logger

  public init(home: EngineHome, nodes: Int, port: Int) {
    self.home = home
    self.port = port
    self.nodes = (1...max(1, nodes)).map { LogicalNode(index: $0, count: max(1, nodes)) }
    logger = Logger(label: "kc.engine")
  }

  /// Runs until the process is told to end (SIGTERM or SIGINT), and leaves nothing behind then.
  public func run() async throws(EngineError) {
    do {
      try await serve()
    } catch {
      // What waits for the start reads the failure here.
      try? home.writeState(
        .init(
          process: getpid(), port: port, nodes: nodes.count, isReady: false, failure: error.message,
          help: error.help))
      throw error
    }
  }

  private func serve() async throws(EngineError) {
    try ContainerdSupervisor.checkTools()
    Limits.raise()
    try FileSystem.makeFolder(home.path)
    let lock = try await MachineLock(home: home)
    defer { withExtendedLifetime(lock) {} }
    try home.writeState(.init(process: getpid(), port: port, nodes: nodes.count, isReady: false, failure: nil))
    let credentials = try home.loadCredentials()
    let server: APIServer
    var settings = APIServer.Settings(now: { Clock.now() })
    settings.port = port
    do {
      server = try APIServer(
        store: SQLiteStore(path: home.store), cipher: SealingCipher(secret: credentials.storeKey),
        settings: settings)
    } catch {
      throw EngineError("the engine's store cannot be opened: \(error)")
    }
    do {
      try await server.bootstrap()
    } catch {
      throw EngineError("the engine's store cannot be written: \(error.message)")
    }
    let supervisor = ContainerdSupervisor(home: home, nodes: nodes, logger: logger)
    let network = HostNetwork(home: home)
    await StaleDevices(home: home).remove()
    try await network.start(nodes: nodes)
    try await supervisor.start()
    try await EngineImages(home: home).loadPause()
    let runtime: CRIRuntime
    do {
      runtime = try CRIRuntime(socket: home.socket)
    } catch {
      throw EngineError(error.description)
    }
    let parts = EngineParts(
      engine: self, server: server, credentials: credentials, supervisor: supervisor,
      runtime: runtime)
    var failure: EngineError?
    do {
      try await parts.run()
    } catch {
      failure = error
    }
    await runtime.close()
    await EngineRemains.takeDown(home, supervisor)
    if let failure { throw failure }
  }
}

/// The moment, for everything that needs one.
enum Clock {
  static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec))
  }
}

/// What the process may use.
enum Limits {
  /// Watches and containers take files.
  static func raise() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, 65_536)
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}

/// Waits for the signals that end the process.
enum Signals {
  static func waitForEnd() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    for await _ in stream { break }
    for source in sources { source.cancel() }
  }
}
