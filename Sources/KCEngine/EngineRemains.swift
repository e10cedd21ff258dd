internal import KCCRI
internal import KCClient
internal import KCKube
internal import KCNode
internal import Logging

/// What an engine that died has left running: its containers, containerd, the process that answers for names, devices,
/// rules and mounts. The next start takes that up; a stop ends it.
public struct EngineRemains: Sendable {
  let home: EngineHome
  private let logger = Logger(label: "kc.engine")

  public init(home: EngineHome) { self.home = home }

  /// Whether there is something; an engine that was stopped leaves nothing.
  public var areThere: Bool {
    home.running() == nil
      && (ContainerdSupervisor.wasStarted(home) || ClusterNames.isServed(home))
  }

  /// Ends all of it.
  func remove() async throws(EngineError) {
    try ContainerdSupervisor.checkTools()
    let lock = try await MachineLock(home: home)
    defer { withExtendedLifetime(lock) {} }
    let nodes = (1...LogicalNode.limit).map { LogicalNode(index: $0, count: LogicalNode.limit) }
    let supervisor = ContainerdSupervisor(home: home, nodes: nodes, logger: logger)
    // Only containerd knows what it started: where it died, too, it is asked once more.
    try await supervisor.start()
    let runtime: CRIRuntime
    do {
      runtime = try CRIRuntime(socket: home.socket)
    } catch {
      throw EngineError(error.description)
    }
    let client = APIClient(transport: Silent(), fieldManager: "kubelet")
    await NodeFleet(nodes: nodes, home: home, runtime: runtime, client: client, log: logger).switchOff()
    await runtime.close()
    await ClusterNames.stop(home)
    await Self.takeDown(home, supervisor)
  }

  /// Ends what containers need, when they are gone.
  static func takeDown(_ home: EngineHome, _ supervisor: ContainerdSupervisor) async {
    await supervisor.stop()
    await HostNetwork(home: home).stop()
    for hierarchy in FileSystem.list("/sys/fs/cgroup") + ["."] {
      FileSystem.removeControlGroup("/sys/fs/cgroup/\(hierarchy)/kc")
    }
    home.removeState()
  }

  /// The API of an engine that does not run.
  private struct Silent: APITransport {
    func send(_ request: APIRequest) async throws(ClientError) -> APIResponse {
      throw .unreachable("the engine does not run")
    }
  }
}
