public import KCClient
internal import KCCodec
internal import KCData
internal import KCKube
public import KCPlan
public import KCScheduler

/// Reads from a target what a plan needs. It only reads: writes are dry runs.
public struct LiveReader: Sendable {
  let client: APIClient
  let target: String

  /// - Parameter target: how the target is called in plans.
  public init(client: APIClient, target: String) {
    self.client = client
    self.target = target
  }

  /// How many requests are under way at once.
  static let width = 8

  /// - Parameters:
  ///   - namespace: where the project's record is kept.
  ///   - takeOwnership: whether the dry runs take fields from other managers, as the apply would.
  public func read(project: String, namespace: String, desired: [DesiredObject]) async throws(ClientError)
    -> LiveState
  {
    var state = LiveState(target: target)
    state.now = ApplyLock.now()
    state.inventory = try await Inventory.read(project: project, namespace: namespace, from: client).entries
    state.cluster = try await cluster()
    state.scheduling = try await scheduling()
    let keys = Set(desired.map(\.key)).union(state.inventory.map(\.key))
    state.objects = try await objects(Array(keys).sorted())
    state.predicted = try await predictions(desired.filter { state.objects[$0.key] != nil })
    return state
  }

  /// What the target's scheduler looks at.
  public func cluster() async throws(ClientError) -> LiveState.Cluster {
    var cluster = LiveState.Cluster()
    cluster.nodes = try await list("v1", "Node")
    cluster.pods = try await list("v1", "Pod")
    cluster.namespaces = try await list("v1", "Namespace")
    let kinds = [
      ("v1", "Service"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("policy/v1", "PodDisruptionBudget"),
      ("v1", "PersistentVolume"), ("v1", "PersistentVolumeClaim"), ("storage.k8s.io/v1", "StorageClass"),
      ("storage.k8s.io/v1", "CSINode"), ("scheduling.k8s.io/v1", "PriorityClass"),
    ]
    cluster.others = try await inParallel(kinds) { kind async throws(ClientError) in
      try await self.list(kind.0, kind.1)
    }.flatMap { $0 }
    return cluster
  }

  /// How the target places pods: kc's engine tells in a config map; others are taken to do as Kubernetes does.
  public func scheduling() async throws(ClientError) -> SchedulerConfiguration {
    let place = SchedulerConfiguration.published
    guard let type = client.types.find(apiVersion: "v1", kind: "ConfigMap"),
      let found = try await client.find(type, namespace: place.namespace, name: place.name),
      let text = found.at("data", place.key)?.string, let value = try? JSON.parse(text),
      let configuration = try? SchedulerConfiguration(value)
    else { return .default }
    return configuration
  }

  private func list(_ apiVersion: String, _ kind: String) async throws(ClientError) -> [Value] {
    guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
    return try await client.list(type, limit: 500).items
  }

  /// The objects of `keys` that are there.
  private func objects(_ keys: [ObjectKey]) async throws(ClientError) -> [ObjectKey: Value] {
    let found = try await inParallel(keys) { key async throws(ClientError) -> Value? in
      guard let type = client.types.find(apiVersion: key.apiVersion, kind: key.kind) else { return nil }
      return try await client.find(type, namespace: key.namespace, name: key.name)
    }
    return Dictionary(zip(keys, found).compactMap { key, value in value.map { (key, $0) } }, uniquingKeysWith: { $1 })
  }

  private func predictions(_ desired: [DesiredObject]) async throws(ClientError)
    -> [ObjectKey: Result<Value, APIStatus>]
  {
    let results = try await inParallel(desired) { item async throws(ClientError) -> Result<Value, APIStatus>? in
      guard let type = client.types.find((item.object.apiVersion, item.object.kind)) else { return nil }
      do throws(ClientError) {
        return .success(try await client.apply(item.object, type: type, force: true, dryRun: true))
      } catch {
        if case .status(let status) = error, status.code < 500, status.code != 429 { return .failure(status) }
        throw error
      }
    }
    return Dictionary(
      zip(desired.map(\.key), results).compactMap { key, value in value.map { (key, $0) } }, uniquingKeysWith: { $1 })
  }
}

/// Does `work` for each item, a few at a time, and keeps the order of the results.
func inParallel<Item: Sendable, Output: Sendable>(
  _ items: [Item], width: Int = LiveReader.width,
  _ work: @escaping @Sendable (Item) async throws(ClientError) -> Output
) async throws(ClientError) -> [Output] {
  typealias Outcome = (index: Int, result: Result<Output, ClientError>)
  let outcomes = await withTaskGroup(of: Outcome.self, returning: [Result<Output, ClientError>?].self) { group in
    var outcomes = [Result<Output, ClientError>?](repeating: nil, count: items.count)
    var next = 0
    func startOne() {
      guard next < items.count else { return }
      let index = next
      next += 1
      group.addTask {
        do throws(ClientError) {
          return (index, .success(try await work(items[index])))
        } catch {
          return (index, .failure(error))
        }
      }
    }
    for _ in 0..<width { startOne() }
    while let outcome = await group.next() {
      outcomes[outcome.index] = outcome.result
      startOne()
    }
    return outcomes
  }
  var results: [Output] = []
  for case let outcome? in outcomes { results.append(try outcome.get()) }
  return results
}
