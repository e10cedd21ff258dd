public import KCClient
public import KCKube
public import KCScheduler
public import Logging

/// What a control plane needs to know.
public struct ControlSettings: Sendable {
  /// The certificate authority of the API, in PEM, for the config map in every namespace.
  public var authority: String
  /// Seconds without a sign of life after which a node counts as unreachable.
  public var nodeGracePeriod: Double
  /// Seconds that pods stay on a node that is not well, where they do not say otherwise: what Kubernetes sets by
  /// `--default-unreachable-toleration-seconds`.
  public var evictionPatience: Double
  /// How pods are placed.
  public var scheduling: SchedulerConfiguration
  /// The resources that the API serves.
  public var types: ResourceTypes
  /// Where volumes that are folders of this machine are made; nil makes none.
  public var volumeFolder: String?

  public init(
    authority: String, nodeGracePeriod: Double = 40, evictionPatience: Double = 300,
    scheduling: SchedulerConfiguration = .default, types: ResourceTypes = .builtin, volumeFolder: String? = nil
  ) {
    self.volumeFolder = volumeFolder
    self.scheduling = scheduling
    self.authority = authority
    self.nodeGracePeriod = nodeGracePeriod
    self.evictionPatience = evictionPatience
    self.types = types
  }
}

/// The controllers and the scheduler of a cluster, and what they share: one informer a kind, one copy of the cluster.
public final class ControlPlane: Sendable {
  /// Under this name controllers appear in `managedFields`.
  static let fieldManager = "kube-controller-manager"

  private let controllers: [Controller]
  private let scheduler: SchedulerLoop
  private let informers: [ObjectKind: Informer]
  private let customResources: CustomResources

  /// - Parameter transport: reaches the API as a user who may do everything.
  public init(
    transport: any APITransport, settings: ControlSettings, time: any TimeSource = SystemTime(),
    log: Logger = Logger(label: "kc.control")
  ) {
    let cache = ClusterCache()
    let client = APIClient(transport: transport, fieldManager: Self.fieldManager, types: settings.types)
    controllers = Self.reconcilers(settings, time).map { reconciler in
      let executor = ActionExecutor(
        client: client, cache: cache, events: EventRecorder(client: client, source: reconciler.name, time: time))
      return Controller(reconciler, cache: cache, executor: executor, time: time, log: log)
    }
    let schedulerClient = APIClient(transport: transport, fieldManager: "kube-scheduler", types: settings.types)
    scheduler = SchedulerLoop(
      client: schedulerClient, cache: cache,
      events: EventRecorder(client: schedulerClient, source: SchedulerLoop.name, time: time), time: time, log: log,
      configuration: settings.scheduling)
    var informers: [ObjectKind: Informer] = [:]
    for kind in Set(controllers.flatMap(\.reconciler.kinds) + SchedulerLoop.kinds + [.definition]) {
      guard let type = settings.types.find(apiVersion: kind.apiVersion, kind: kind.name) else { continue }
      let informer = Informer(client: client, type: type)
      informer.addHandler { change in cache.take(change) }
      informers[kind] = informer
    }
    self.informers = informers
    customResources = CustomResources(client: client, cache: cache)
  }

  private static func reconcilers(_ settings: ControlSettings, _ time: any TimeSource) -> [any Reconciler] {
    let collectable = collectable(settings.types)
    return [
      DeploymentController(), ReplicaSetController(), StatefulSetController(), DaemonSetController(), JobController(),
      CronJobController(),
      EndpointSliceController(), EndpointsController(), DisruptionController(),
      VolumeProtection(), VolumeBinder(folder: settings.volumeFolder), PodCollector(),
      NamespaceController(types: collectable), NamespaceDefaults(authority: settings.authority),
      GarbageCollector(types: collectable),
      NodeLifecycle(
        gracePeriod: settings.nodeGracePeriod, patience: settings.evictionPatience, since: time.now),
    ]
  }

  /// The resources whose objects can be owned and deleted, each in one version. Events are not: they have no owners,
  /// and there are many of them.
  static func collectable(_ types: ResourceTypes) -> [ResourceType] {
    var seen: Set<String> = []
    return types.all.filter { type in
      ["list", "watch", "delete"].allSatisfy(type.verbs.contains) && type.kind != "Event"
        && seen.insert(type.qualifiedName).inserted
    }
  }

  /// Runs until the task is cancelled; writes that are under way are finished then.
  public func run() async {
    await withDiscardingTaskGroup { group in
      for informer in informers.values { group.addTask { await informer.run() } }
      group.addTask { await self.customResources.run() }
      for controller in controllers {
        group.addTask { if await self.isSynced(controller.reconciler.kinds) { await controller.run() } }
      }
      group.addTask { if await self.isSynced(SchedulerLoop.kinds) { await self.scheduler.run() } }
    }
  }

  /// Waits for the first lists of the kinds; false where the task was cancelled meanwhile.
  private func isSynced(_ kinds: [ObjectKind]) async -> Bool {
    for kind in kinds { await informers[kind]?.waitUntilSynced() }
    return !Task.isCancelled
  }
}

extension ClusterCache {
  /// Takes in what an informer tells.
  func take(_ change: Informer.Change) {
    switch change {
    case .added(let object), .updated(_, let object): store(object)
    case .deleted(let object):
      if let key = ObjectKey(object) { remove(key, uid: object.uid) }
    }
  }
}
