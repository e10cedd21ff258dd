internal import KCData
internal import KCKube

/// The order in which steps are taken.
enum Ordering {
  /// Kinds that others need, first. Removal goes the other way.
  static func rank(_ kind: String) -> Int {
    switch kind {
    case "Namespace": 0
    case "CustomResourceDefinition": 1
    case "PriorityClass", "StorageClass", "RuntimeClass", "IngressClass": 2
    case "ServiceAccount", "Role", "ClusterRole": 3
    case "RoleBinding", "ClusterRoleBinding": 4
    case "ResourceQuota", "LimitRange", "NetworkPolicy": 5
    case "ConfigMap", "Secret": 6
    case "PersistentVolume", "PersistentVolumeClaim": 7
    case "Service": 8
    case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod": 10
    case "HorizontalPodAutoscaler", "PodDisruptionBudget": 11
    case "Ingress", "HTTPRoute", "Gateway": 12
    // What the API server asks for each object or group: who answers must be there, or nothing else can be made.
    case "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration": 13
    default: 9
    }
  }

  /// Kinds by when they are removed, the last first.
  static func removalRank(_ key: ObjectKey) -> Int {
    // A volume is held for as long as a claim has it.
    if key.kind == "PersistentVolume" { return rank(key.kind) * 2 - 1 }
    // Who ends what a custom resource stands for may be a workload that goes, too.
    if ResourceTypes.builtin.find(apiVersion: key.apiVersion, kind: key.kind) == nil { return .max }
    return rank(key.kind) * 2
  }

  /// Sorts steps into waves: each after all it depends on, by reference and by the rank of its kind.
  ///
  /// A reference against the ranks (a service names the workload it selects) orders nothing: both exist by name.
  ///
  /// - Parameter waits: what has values that others give only when they are applied: it comes after them whatever the
  ///   kinds are, and so does what refers to it.
  static func waves(
    _ steps: [Step], dependencies: [String: [String]], waits: [String: [String]] = [:]
  ) -> [Step] {
    let byAddress = Dictionary(steps.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    let depths = depths(of: steps, byAddress, dependencies)
    var places = Dictionary(
      steps.map { ($0.address, rank($0.key.kind) * 10_000 + (depths[$0.address] ?? 0)) },
      uniquingKeysWith: { first, _ in first })
    if !waits.isEmpty { places = put(off: waits, places, dependencies) }
    let levels = Set(places.values).sorted()
    let index = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($0.element, $0.offset) })
    let ordered = steps.map { step -> Step in
      var step = step
      step.wave = places[step.address].flatMap { index[$0] } ?? 0
      step.after = (dependencies[step.address] ?? []).filter { byAddress[$0] != nil }.sorted()
      return step
    }
    return ordered.sorted { ($0.wave, $0.address) < ($1.wave, $1.address) }
  }

  /// What each object waits for.
  static func waits(_ desired: [DesiredObject]) -> [String: [String]] {
    var waits: [String: [String]] = [:]
    for item in desired where !item.deferred.isEmpty {
      waits[item.address] = Set(item.deferred.flatMap(\.expression.addresses)).sorted()
    }
    return waits
  }

  /// Moves what waits behind what it waits for, and along with it what refers to it: Kahn's algorithm.
  private static func put(
    off waits: [String: [String]], _ places: [String: Int], _ dependencies: [String: [String]]
  ) -> [String: Int] {
    var before: [String: Set<String>] = [:]
    for (address, place) in places {
      let forward = (dependencies[address] ?? []).filter { places[$0].map { $0 < place } ?? false }
      before[address] = Set(forward + (waits[address] ?? []).filter { places[$0] != nil })
    }
    var left = before.mapValues(\.count)
    var behind: [String: [String]] = [:]
    for (address, others) in before { for other in others { behind[other, default: []].append(address) } }
    var moved = places
    var ready = left.filter { $0.value == 0 }.map(\.key)
    while let address = ready.popLast() {
      for next in behind[address] ?? [] {
        let isWait = waits[next]?.contains(address) ?? false
        // What stands before it by its kind alone does so still, unless it was moved itself.
        if isWait || moved[address] != places[address], let place = moved[address] {
          moved[next] = max(moved[next] ?? 0, place + 1)
        }
        left[next, default: 1] -= 1
        if left[next] == 0 { ready.append(next) }
      }
    }
    return moved
  }

  /// How many references among kinds of the same rank lead to each step: Kahn's algorithm. Members of a cycle, which
  /// need no order since they only name one another, stay at 0.
  private static func depths(
    of steps: [Step], _ byAddress: [String: Step], _ dependencies: [String: [String]]
  ) -> [String: Int] {
    var waiting: [String: Int] = [:]
    var dependents: [String: [String]] = [:]
    for step in steps {
      let needed = peers(of: step, byAddress, dependencies)
      waiting[step.address] = needed.count
      for other in needed { dependents[other, default: []].append(step.address) }
    }
    var depths: [String: Int] = [:]
    var ready = steps.map(\.address).filter { waiting[$0] == 0 }
    while let address = ready.popLast() {
      for dependent in dependents[address] ?? [] {
        depths[dependent] = max(depths[dependent] ?? 0, (depths[address] ?? 0) + 1)
        waiting[dependent, default: 1] -= 1
        if waiting[dependent] == 0 { ready.append(dependent) }
      }
    }
    return depths.filter { waiting[$0.key] == 0 }
  }

  /// The steps of the same rank that one leads to, directly or through others, as through the service of a workload.
  private static func peers(
    of step: Step, _ byAddress: [String: Step], _ dependencies: [String: [String]]
  ) -> [String] {
    let own = rank(step.key.kind)
    var found: Set<String> = []
    var seen: Set<String> = [step.address]
    var queue = dependencies[step.address] ?? []
    while let address = queue.popLast() {
      guard seen.insert(address).inserted, let other = byAddress[address] else { continue }
      if rank(other.key.kind) == own { found.insert(address) } else { queue += dependencies[address] ?? [] }
    }
    return found.sorted()
  }
}
