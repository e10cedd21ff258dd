internal import Glibc
internal import KCClient
internal import KCControl
internal import KCHTTP
internal import KCData
internal import KCKube
internal import KCNode
internal import KCProxy
internal import KCServer
internal import Logging

/// The parts that run side by side while the engine does.
struct EngineParts: Sendable {
  let engine: Engine
  let server: APIServer
  let credentials: ServerCredentials
  let supervisor: ContainerdSupervisor
  let runtime: any ContainerRuntime

  /// Runs all parts until the process is told to end, then ends what they run.
  func run() async throws(EngineError) {
    let client = APIClient(transport: transport, fieldManager: "kubelet")
    let fleet = NodeFleet(
      nodes: engine.nodes, home: engine.home, runtime: runtime, client: client, log: engine.logger)
    let scheduling = try await SchedulingRules(home: engine.home).publish(over: client)
    let control = ControlPlane(
      transport: transport,
      settings: ControlSettings(
        authority: credentials.authority, nodeGracePeriod: 6, evictionPatience: 5, scheduling: scheduling,
        volumeFolder: engine.home.volumes),
      log: engine.logger)
    let volumes = LocalVolumes(home: engine.home, client: client)
    try await volumes.publishClass()
    let proxyClient = APIClient(transport: transport, fieldManager: "kube-proxy")
    guard
      let proxy = ProxyLoop(client: proxyClient, applier: KernelRules(), table: HostNetwork.table, log: engine.logger)
    else { throw EngineError("the API serves no services") }
    let listener = APIListener(
      server: server, credentials: credentials, host: "127.0.0.1", port: engine.port, logger: engine.logger)
    server.setLogProvider(logProvider(client))
    try engine.home.writeKubeconfig(credentials, port: engine.port)
    let names = ClusterNames(home: engine.home, client: proxyClient, log: engine.logger)
    let failure = await withTaskGroup(of: EngineError?.self, returning: EngineError?.self) { group in
      group.addTask { await serveAPI(listener, client) }
      group.addTask { await outcome { await control.run() } }
      group.addTask { await outcome { await proxy.run() } }
      group.addTask { await outcome { try await names.run() } }
      group.addTask { await outcome { await volumes.run() } }
      group.addTask { await outcome { await supervisor.keep() } }
      group.addTask { await outcome { try await fleet.run() } }
      group.addTask { await outcome { await Signals.waitForEnd() } }
      // The first part that ends, ends the engine: by a failure, or because the process was told to end.
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    server.endWatches()
    // What an engine before this one left running is not ended by one that could not even begin.
    if let failure, failure.isBeforeStart { throw failure }
    await fleet.switchOff()
    await ClusterNames.stop(engine.home)
    if let failure { throw failure }
  }

  /// Why the API is served no more; nil where that was to end.
  private func serveAPI(_ listener: APIListener, _ client: APIClient) async -> EngineError? {
    do throws(ListenError) {
      try await serve(listener) { await announceWhenReady(client) }
      return nil
    } catch {
      return Self.plain(error)
    }
  }

  /// Serves the API. An engine that was killed a moment ago may hold its port while it goes: that is waited for.
  private func serve(
    _ listener: APIListener, onReady: @escaping @Sendable () async -> Void
  ) async throws(ListenError) {
    var attempts = 0
    while true {
      var taken: ListenError?
      do throws(ListenError) {
        try await listener.run(onReady: onReady)
      } catch {
        taken = error
      }
      guard let taken else { return }
      attempts += 1
      guard case .portInUse = taken, attempts < Self.listenAttempts, !Task.isCancelled else { throw taken }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  /// How often the port is asked for, ten times a second.
  private static let listenAttempts = 50

  private var transport: InProcessTransport { InProcessTransport(server: server, user: .engine) }

  private func logProvider(_ client: APIClient) -> NodeLogs {
    NodeLogs(logs: PodLogs(root: engine.home.podLogs)) { namespace, name, container in
      guard let type = client.types.find(apiVersion: "v1", kind: "Pod"),
        let pod = try? await client.find(type, namespace: namespace, name: name)
      else { return false }
      let statuses =
        (pod.at("status", "containerStatuses")?.array ?? []) + (pod.at("status", "initContainerStatuses")?.array ?? [])
      return statuses.contains { $0["name"]?.string == container && $0.at("state", "terminated") == nil }
    }
  }

  /// Why a part ended; nil where it was to.
  private func outcome(_ part: () async throws -> Void) async -> EngineError? {
    do {
      try await part()
      return nil
    } catch let error as EngineError {
      return error
    } catch let error as ListenError {
      return Self.plain(error)
    } catch {
      return EngineError("a part of the engine failed: \(error)")
    }
  }

  /// Waits until the nodes that are on are ready, then says that the engine is.
  private func announceWhenReady(_ client: APIClient) async {
    guard let type = client.types.find(apiVersion: "v1", kind: "Node") else { return }
    for _ in 0..<500 {
      let nodes = (try? await client.list(type).items) ?? []
      let on = nodes.filter { $0.annotations[Engine.powerAnnotation] != "off" }
      let ready = on.filter { node in
        (node.at("status", "conditions")?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
      }
      if nodes.count >= engine.nodes.count, ready.count == on.count { break }
      try? await Task.sleep(for: .milliseconds(20))
    }
    announce()
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
        "port \(port) on 127.0.0.1 is in use by another program",
        help: "choose another: kc engine start --port \(port + 1)", isBeforeStart: true)
    case .failed(let why): EngineError("the API cannot be served: \(why)")
    }
  }
}
