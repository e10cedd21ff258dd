internal import KCClient
internal import KCData
internal import KCKube
internal import Logging

/// Keeps the node's object and lease up to date.
struct NodeRegistration: Sendable {
  let services: AgentServices
  /// Why the runtime does not work; nil while it does.
  let problem: @Sendable () -> String?

  func run() async {
    let signal = Signal()
    let object = Informer(
      client: services.client, type: services.types.node, fieldSelector: "metadata.name=\(services.node.name)")
    // What others make of the node is answered at once: one that is called silent says that it is not.
    object.addHandler { _ in signal.wake() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await object.run() }
      group.addTask { await keepLease() }
      group.addTask {
        while !Task.isCancelled {
          signal.wake()
          await services.clock.wait(services.node.timing.relist)
        }
        signal.end()
      }
      group.addTask { await keepNode(object, signal) }
    }
  }

  private func keepNode(_ object: Informer, _ signal: Signal) async {
    var failures = 0
    var reported: (problem: String?, at: Timestamp)?
    var runtimeVersion = ""
    for await _ in signal.wakes {
      let current = problem()
      let now = services.clock.now
      if let reported, reported.problem == current, agrees(object, current),
        now.seconds(since: reported.at) < services.node.timing.nodeStatus
      {
        continue
      }
      if let version = try? await services.runtime.version() {
        runtimeVersion = "\(version.name)://\(version.version)"
      }
      let builder = NodeObject(
        configuration: services.node, machine: .read(stateDirectory: services.node.stateDirectory),
        runtimeVersion: runtimeVersion, problem: current, now: now)
      do throws(ClientError) {
        try await write(builder)
        reported = (current, now)
        failures = 0
      } catch {
        services.log.debug("\(services.node.name): the node's object cannot be written: \(error)")
        failures = min(failures + 1, 6)
        await services.clock.wait(0.05 * Double(1 << failures))
        signal.wake()
      }
    }
  }

  /// Whether the API says of the node what we do.
  private func agrees(_ informer: Informer, _ problem: String?) -> Bool {
    guard informer.hasSynced else { return true }
    let object = informer.get(namespace: nil, name: services.node.name)
    let ready = object?.at("status", "conditions")?.array?.first { $0["type"]?.string == "Ready" }
    return ready?["status"]?.string == (problem == nil ? "True" : "False")
  }

  private func write(_ builder: NodeObject) async throws(ClientError) {
    let type = services.types.node
    var object: Value
    do throws(ClientError) {
      object = try await services.client.get(type, namespace: nil, name: services.node.name)
    } catch {
      guard error.isNotFound else { throw error }
      object = try await services.client.create(builder.registration, type: type)
    }
    let updated = builder.updated(object)
    if updated != object { object = try await services.client.update(updated, type: type) }
    object["status"] = builder.status(previous: object["status"] ?? [:])
    _ = try await services.client.update(object, type: type, subresource: "status")
  }

  private func keepLease() async {
    var lease: Value?
    while !Task.isCancelled {
      let began = services.clock.now
      do throws(ClientError) {
        lease = try await renew(lease)
      } catch {
        lease = nil
        if !Task.isCancelled { services.log.debug("\(services.node.name): the lease cannot be renewed: \(error)") }
      }
      let spent = services.clock.now.seconds(since: began)
      await services.clock.wait(max(services.node.timing.leaseRenewal - spent, 0.05))
    }
  }

  private func renew(_ known: Value?) async throws(ClientError) -> Value {
    let type = services.types.lease
    let namespace = "kube-node-lease"
    var lease: Value
    if let known {
      lease = known
    } else {
      do throws(ClientError) {
        lease = try await services.client.get(type, namespace: namespace, name: services.node.name)
      } catch {
        guard error.isNotFound else { throw error }
        lease = [
          "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
          "metadata": ["name": .string(services.node.name), "namespace": .string(namespace)],
          "spec": spec,
        ]
        return try await services.client.create(lease, type: type)
      }
    }
    lease["spec"] = spec
    return try await services.client.update(lease, type: type)
  }

  private var spec: Value {
    [
      "holderIdentity": .string(services.node.name),
      "leaseDurationSeconds": Value(Int(max(services.node.timing.leaseDuration.rounded(.up), 1))),
      "renewTime": .string(services.clock.now.rfc3339Micro),
    ]
  }
}
