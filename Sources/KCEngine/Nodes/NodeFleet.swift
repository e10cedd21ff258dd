internal import KCClient
internal import KCData
internal import KCKube
internal import KCNode
internal import Logging

/// The logical nodes: an agent for each that is on. A node whose object is marked as off fails at once, as by a loss of
/// power: its agent falls silent and its containers end.
actor NodeFleet {
  private let nodes: [LogicalNode]
  private let home: EngineHome
  private let runtime: any ContainerRuntime
  private let client: APIClient
  private let log: Logger
  private var agents: [String: (agent: NodeAgent, task: Task<Void, Never>)] = [:]

  init(nodes: [LogicalNode], home: EngineHome, runtime: any ContainerRuntime, client: APIClient, log: Logger) {
    self.nodes = nodes
    self.home = home
    self.runtime = runtime
    self.client = client
    self.log = log
  }

  /// Keeps the agents of the nodes that are on running, until the task is cancelled. Containers go on then.
  func run() async throws(EngineError) {
    guard let type = client.types.find(apiVersion: "v1", kind: "Node") else { return }
    let (changes, signal) = AsyncStream<[String: Bool]>.makeStream()
    let informer = Informer(client: client, type: type)
    informer.addHandler { change in
      guard let name = change.object.name else { return }
      signal.yield([name: change.object.annotations[Engine.powerAnnotation] == "off"])
    }
    let following = Task { await informer.run() }
    await informer.waitUntilSynced()
    for node in nodes {
      let isOff = informer.get(namespace: nil, name: node.name)?.annotations[Engine.powerAnnotation] == "off"
      // An engine that ended in between, or one of an older kc, may have left a mark that is not so.
      await OutOfService(client: client, log: log).set(node.name, isOff)
      if !isOff { try start(node) }
    }
    await removeStrangers(informer.list())
    await withTaskCancellationHandler {
      for await change in changes {
        for (name, isOff) in change { await setPower(name, isOff: isOff) }
      }
    } onCancel: {
      signal.finish()
    }
    following.cancel()
    for (_, entry) in agents { entry.task.cancel() }
    for (_, entry) in agents { await entry.task.value }
  }

  private func start(_ node: LogicalNode) throws(EngineError) {
    do {
      let agent = try NodeAgent(configuration: configuration(node), client: client, runtime: runtime, logger: log)
      agents[node.name] = (agent, Task { await agent.run() })
    } catch {
      throw EngineError("node \(node.name) cannot start: \(error)")
    }
  }

  private func setPower(_ name: String, isOff: Bool) async {
    guard let node = nodes.first(where: { $0.name == name }) else { return }
    if isOff, let entry = agents.removeValue(forKey: name) {
      log.notice("node \(name) is switched off")
      entry.task.cancel()
      await entry.task.value
      do { try await entry.agent.powerOff() } catch { log.error("node \(name) does not switch off: \(error)") }
      await OutOfService(client: client, log: log).set(name, true)
    } else if !isOff, agents[name] == nil {
      log.notice("node \(name) is switched on")
      await OutOfService(client: client, log: log).set(name, false)
      do { try start(node) } catch { log.error("\(error)") }
    }
  }

  /// Nodes of an engine that had more of them are no longer part of the cluster.
  private func removeStrangers(_ objects: [Value]) async {
    let known = Set(nodes.map(\.name))
    guard let type = client.types.find(apiVersion: "v1", kind: "Node") else { return }
    for object in objects {
      guard let name = object.name, !known.contains(name) else { continue }
      try? await client.delete(type, namespace: nil, name: name)
    }
  }

  /// Ends all containers of all nodes.
  ///
  /// - Requires: `run` has ended.
  func switchOff() async {
    for node in nodes {
      guard
        let agent = try? NodeAgent(configuration: configuration(node), client: client, runtime: runtime, logger: log)
      else { continue }
      do { try await agent.powerOff() } catch { log.error("node \(node.name) does not switch off: \(error)") }
    }
  }

  private func configuration(_ node: LogicalNode) -> NodeConfiguration {
    let capacity: [String: Quantity] = [
      "cpu": Quantity(nano: Int128(node.milliCPU) * 1_000_000), "memory": Quantity(node.memory, format: .binarySI),
      "pods": Quantity(110), "ephemeral-storage": Quantity(10 << 30, format: .binarySI),
    ]
    var configuration = NodeConfiguration(
      name: node.name, address: node.address, podCIDR: node.podRange, capacity: capacity,
      stateDirectory: "\(home.pods)/\(node.name)", logDirectory: home.podLogs)
    configuration.labels = node.labels
    configuration.clusterDNS = [HostNetwork.address]
    return configuration
  }
}
