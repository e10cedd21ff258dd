internal import Glibc
internal import KCClient
internal import KCControl
internal import KCHTTP
internal import KCKube
internal import KCServer
internal import Logging

/// The parts that run side by side while the engine does.
struct EngineParts: Sendable {
  let engine: Engine
  let server: APIServer
  let credentials: ServerCredentials
  let supervisor: ContainerdSupervisor

  /// Runs all parts until the process is told to end.
  func run() async throws(EngineError) {
    let transport = InProcessTransport(server: server, user: .engine)
    let control = ControlPlane(
      transport: transport, settings: ControlSettings(authority: credentials.authority, nodeGracePeriod: 4))
    let listener = APIListener(
      server: server, credentials: credentials, host: "127.0.0.1", port: engine.port, logger: engine.logger)
    try engine.home.writeKubeconfig(credentials, port: engine.port)
    let failure = await withTaskGroup(of: EngineError?.self, returning: EngineError?.self) { group in
      group.addTask {
        do throws(ListenError) {
          try await listener.run { self.announce() }
          return nil
        } catch {
          return Self.plain(error)
        }
      }
      group.addTask {
        await control.run()
        return nil
      }
      group.addTask {
        await supervisor.keep()
        return nil
      }
      group.addTask {
        await Signals.waitForEnd()
        return nil
      }
      // The first part that ends, ends the engine: by a failure, or because the process was told to end.
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    if let failure { throw failure }
  }

  /// Says that requests are answered.
  private func announce() {
    try? engine.home.writeState(
      .init(process: getpid(), port: engine.port, nodes: engine.nodes.count, isReady: true, failure: nil))
  }

  private static func plain(_ error: ListenError) -> EngineError {
    switch error {
    case .portInUse(let port):
      EngineError(
        "port \(port) on 127.0.0.1 is in use by another program", help: "choose another: kc engine start --port \(port + 1)")
    case .failed(let why): EngineError("the API cannot be served: \(why)")
    }
  }
}
