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
  static let width = 16

  /// - Parameter namespace: where the project's record is kept.
  public func read(project: String, namespace: String, desired: [DesiredObject]) async throws(ClientError)
    -> LiveState
  {
    var state = LiveState(target: target)
    state.now = ApplyLock.now()
    async let last = unfinished(project, namespace)
    // What is declared is looked for whatever the record says.
    let declared = Set(desired.map(\.key))
    async let wanted = outcome { () async throws(ClientError) in try await objects(declared) }
    let inventory = try await Inventory.read(project: project, namespace: namespace, from: client)
    (state.inventory, state.environment) = (inventory.entries, inventory.environment)
    let keys = declared.union(state.inventory.map(\.key))
    let undeclared = try await objects(keys.subtracting(declared))
    state.objects = try await wanted.get().merging(undeclared) { known, _ in known }
    state.unfinished = await last
    let others = OtherRecords(client: client, project: project, namespace: namespace)
    if inventory.entries.isEmpty, !desired.isEmpty {
      state.elsewhere = (try? await others.ofTheProject())?.map { ($0.namespace, $0.environment) } ?? []
    }
    if Self.mayShare(state, project, desired) {
      state.owners = try await others.owners(in: Set(keys.map(\.namespace))).filter { keys.contains($0.key) }
    }
    // What is new is placed: while it is looked at here, the target is asked already for what that takes.
    let hasNew = desired.contains { state.objects[$0.key] == nil }
    let places = Set(desired.map(\.key.namespace)).subtracting([""])
    async let early = hasNew ? await surroundings(places) : nil
    async let policies = hasNew ? await Admission.hasPolicies(client) : nil
    var (open, new): ([DesiredObject], [DesiredObject]) = ([], [])
    let planner = Planner(types: client.types, defining: desired)
    let known = Deferral.resolve(desired, live: state.objects)
    let kinds = KnownKinds(definedBy: desired.map(\.object))
    // What is not known yet cannot be asked about.
    for item in Planner.prepare(known, live: state.objects, inventory: state.inventory)
    where item.deferred.isEmpty {
      guard let current = state.objects[item.key] else {
        if let status = refusal(of: item, planner) {
          state.refused[item.key] = status
        } else if Self.canAsk(item, state) {
          new.append(item)
        }
        continue
      }
      // It is there in another version than the one that is declared.
      guard planner.knows(item) else {
        state.refused[item.key] = Self.unknownKind(item.object, client.types)
        open.append(item)
        continue
      }
      // Where it is certain that an apply changes nothing, the target need not be asked what it would do.
      if planner.isSettled(item, current) { state.settled.insert(item.key) } else { open.append(item) }
    }
    // Where nothing changes, nothing is placed either: of a large cluster that saves reading all pods.
    if open.isEmpty, desired.allSatisfy({ state.objects[$0.key] != nil }) {
      state.cluster.nodes = try await visible("v1", "Node") ?? []
      return state
    }
    let around = if let early = await early { early } else { await surroundings(places) }
    (state.cluster, state.scheduling) = try around.get()
    let hasPolicies = if let early = await policies { early } else { await Admission.hasPolicies(client) }
    let admission = Admission(state, hasPolicies: hasPolicies)
    let touched = desired.filter { state.objects[$0.key] == nil } + open
    let needed = touched.reduce(into: Set<ObjectKey>()) { $0.formUnion(Requirements.of($1.object)) }
    state.lacking = await absent(needed.subtracting(declared))
    state.refused.merge(try await refusals(of: new.filter(admission.judges))) { known, _ in known }
    var answers = try await predictions(open)
    judgeAnew(open, &answers, of: new, &state, by: kinds)
    state.refusedAnew = try await refusalsAnew(open, answers)
    state.refusedPods = await podRefusals(of: touched.filter { admission.judgesPods(of: $0) && Self.canAsk($0, state) })
    state.predicted = answers.compactMapValues(\.result)
    state.conflicts = answers.compactMapValues { $0.conflicts.isEmpty ? nil : $0.conflicts }
    if open.contains(where: { Self.lacks($0, state) }) { state.lastApplied = await lastApplied(project, namespace) }
    state.knowsStorage = true
    return state
  }

  /// What pods are placed by.
  private func surroundings(_ namespaces: Set<String>) async -> Result<
    (LiveState.Cluster, SchedulerConfiguration), ClientError
  > {
    do throws(ClientError) {
      let rules = try await scheduling()
      return .success((try await cluster(in: namespaces), rules))
    } catch {
      return .failure(error)
    }
  }

  /// Whether an object that is there may be another project's: where it is new to this one, leaves it, or says so.
  private static func mayShare(_ state: LiveState, _ project: String, _ desired: [DesiredObject]) -> Bool {
    let own = Set(state.inventory.map(\.key))
    let declared = Set(desired.map(\.key))
    return state.objects.contains { key, object in
      if !own.contains(key) || !declared.contains(key) { return true }
      return object.labels[Planner.projectLabel].map { $0 != project } ?? false
    }
  }

  /// The last apply, where it did not come to its end; nil where the history cannot be read, too.
  public func unfinished(_ project: String, _ namespace: String) async -> Unfinished? {
    let history = History(client: client, project: project, namespace: namespace)
    guard var found = (try? await history.unfinished()) ?? nil else { return nil }
    let lock = ApplyLock(client: client, project: project, namespace: namespace)
    if let holder = await lock.currentHolder() {
      found.runBy = holder.author.isEmpty ? holder.name : holder.author
    }
    return found
  }

  /// What the target's scheduler looks at.
  ///
  /// - Parameter namespaces: where to look, for who may not look everywhere.
  public func cluster(in namespaces: Set<String> = []) async throws(ClientError) -> LiveState.Cluster {
    var cluster = LiveState.Cluster()
    let kinds = [
      ("v1", "Node"), ("v1", "Pod"), ("v1", "Namespace"), ("v1", "Service"), ("apps/v1", "ReplicaSet"),
      ("apps/v1", "StatefulSet"), ("policy/v1", "PodDisruptionBudget"),
      ("v1", "PersistentVolume"), ("v1", "PersistentVolumeClaim"), ("storage.k8s.io/v1", "StorageClass"),
      ("storage.k8s.io/v1", "CSINode"), ("scheduling.k8s.io/v1", "PriorityClass"), ("v1", "ResourceQuota"),
      ("v1", "LimitRange"),
    ]
    let lists = try await inParallel(kinds, width: Self.width) { kind async throws(ClientError) in
      try await self.visible(kind.0, kind.1, in: namespaces)
    }
    cluster.hidesNodes = lists[0] == nil
    (cluster.nodes, cluster.pods, cluster.namespaces) = (lists[0] ?? [], lists[1] ?? [], lists[2] ?? [])
    cluster.others = lists.dropFirst(3).flatMap { $0 ?? [] }
    return cluster
  }

  /// How the target places pods: kc's engine tells in a config map; others are taken to do as Kubernetes does.
  public func scheduling() async throws(ClientError) -> SchedulerConfiguration {
    let place = SchedulerConfiguration.published
    guard let type = client.types.find(apiVersion: "v1", kind: "ConfigMap") else { return .default }
    let found: Value?
    do throws(ClientError) {
      found = try await client.find(type, namespace: place.namespace, name: place.name)
    } catch {
      // Who may only work in a namespace is not told; nodes to place pods on are not shown, either.
      guard error.status?.code == 403 else { throw error }
      return .default
    }
    guard let text = found?.at("data", place.key)?.string, let value = try? JSON.parse(text),
      let configuration = try? SchedulerConfiguration(value)
    else { return .default }
    return configuration
  }

  /// - Parameter namespaces: where to look, for who may not look everywhere.
  /// - Returns: nil where nothing of the kind may be seen.
  private func visible(
    _ apiVersion: String, _ kind: String, in namespaces: Set<String> = []
  ) async throws(ClientError) -> [Value]? {
    guard let type = client.types.find(apiVersion: apiVersion, kind: kind) else { return [] }
    return try await client.listVisible(type, in: namespaces)
  }

  /// More objects than this of one kind in one namespace are read with a list instead of a request each.
  static let listFrom = 6

  /// The objects of `keys` that are there.
  func objects(_ keys: Set<ObjectKey>) async throws(ClientError) -> [ObjectKey: Value] {
    var groups: [Group: [ObjectKey]] = [:]
    for key in keys { groups[Group(key), default: []].append(key) }
    let tasks = groups.flatMap { group, keys -> [[ObjectKey]] in
      keys.count < Self.listFrom ? keys.map { [$0] } : [keys]
    }
    let read = try await inParallel(tasks, width: Self.width) { keys async throws(ClientError) in
      try await self.read(keys)
    }
    var found: [ObjectKey: Value] = [:]
    for object in read.joined() {
      let key = ObjectKey(object)
      if keys.contains(key) { found[key] = object }
    }
    return found
  }

  /// What of `keys` is certainly not there. What may not be read may be.
  private func absent(_ keys: Set<ObjectKey>) async -> Set<ObjectKey> {
    let found = try? await inParallel(Array(keys), width: Self.width) { key async throws(ClientError) -> ObjectKey? in
      guard let type = client.types.find(apiVersion: key.apiVersion, kind: key.kind) else { return nil }
      do throws(ClientError) {
        return try await client.find(type, namespace: key.namespace, name: key.name) == nil ? key : nil
      } catch {
        guard case .status = error else { throw error }
        return nil
      }
    }
    return Set((found ?? []).compactMap { $0 })
  }

  /// Objects that one list gives.
  private struct Group: Hashable {
    var apiVersion: String
    var kind: String
    var namespace: String

    init(_ key: ObjectKey) { (apiVersion, kind, namespace) = (key.apiVersion, key.kind, key.namespace) }
  }

  /// Reads objects of one kind and namespace: by a list where they are many and lists are allowed.
  private func read(_ keys: [ObjectKey]) async throws(ClientError) -> [Value] {
    guard let first = keys.first, let type = client.types.reach(apiVersion: first.apiVersion, kind: first.kind)
    else { return [] }
    // A kind that kc took for one without namespaces, as it does not know its version: there can be no such object.
    if type.namespaced, first.namespace.isEmpty { return [] }
    if keys.count >= Self.listFrom {
      do throws(ClientError) {
        return try await client.list(type, namespace: type.namespaced ? first.namespace : nil, limit: 500).items
      } catch {
        // Who may not list may be allowed to read what is theirs.
        guard case .status(let status) = error, status.code == 403 else { throw error }
      }
    }
    var found: [Value] = []
    for key in keys {
      if let object = try await client.find(type, namespace: key.namespace, name: key.name) { found.append(object) }
    }
    return found
  }

  /// The refusal of an object whose kind the target does not serve.
  ///
  /// - Parameter types: what it serves.
  static func unknownKind(_ object: Value, _ types: ResourceTypes) -> APIStatus {
    let (apiVersion, kind) = (object.apiVersion ?? "?", object.kind ?? "?")
    let what = "\(kind) of \(apiVersion)"
    let why =
      if let now = types.successor(of: apiVersion, kind) {
        "it serves them as \(now)"
      } else if ResourceTypes.builtin.find((object.apiVersion, object.kind)) != nil {
        "its version of Kubernetes does not serve them"
      } else if ResourceTypes.builtin.hasGroup(of: apiVersion) {
        "Kubernetes has no such kind, or no longer"
      } else {
        "its custom resource definition is not there"
      }
    return APIStatus(
      code: 404, reason: "NotFound", message: "the target does not know objects of kind \(what): \(why)")
  }

  /// Why the target would refuse a new object, by its type's rules.
  private func refusal(of item: DesiredObject, _ planner: Planner) -> APIStatus? {
    let object = item.object
    guard let type = client.types.find((object.apiVersion, object.kind)) else {
      return planner.knows(item) ? nil : Self.unknownKind(object, client.types)
    }
    guard let known = ResourceTypes.builtin.find((object.apiVersion, object.kind)) else { return nil }
    return Offline.refusal(of: object, known.namespaced == type.namespaced ? known : type, .builtin)
  }
}
