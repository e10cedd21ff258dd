internal import KCData
internal import KCKube

/// Foretells that a quota will not let all declared pods be made: where they would run is then no question.
struct QuotaForecast {
  /// Declared quotas and those on the target, the declared ones first.
  private let quotas: [Value]
  /// The pods that the plan's workloads come to, by namespace; those that depend on the nodes are not counted.
  private var loads: [String: [Load]] = [:]

  /// Pods that are alike.
  private struct Load {
    var address: String
    var count: Int
    var pod: Value?
  }

  /// Namespaces whose quotas or limits the plan changes or removes.
  private let redefined: Set<String>

  /// - Parameter leaving: what the plan removes.
  init(_ steps: [Step], live: LiveState, leaving: Set<ObjectKey>) {
    let kept = steps.filter { $0.action != .remove }
    let declared = kept.compactMap(\.object).filter { $0.kind == "ResourceQuota" }
    let names = Set(declared.map(\.namespacedName))
    let changed = steps.filter { $0.action != .keep }.map(\.key)
    redefined = Set(
      leaving.union(changed).filter { ["ResourceQuota", "LimitRange"].contains($0.kind) }.map(\.namespace))
    quotas =
      declared
      + live.cluster.others.filter {
        $0.kind == "ResourceQuota" && !names.contains($0.namespacedName) && !leaving.contains(ObjectKey($0))
      }
    if quotas.isEmpty { return }
    for step in kept where ["Deployment", "StatefulSet", "ReplicaSet", "Job", "Pod"].contains(step.key.kind) {
      let object = Effect.scaled(step.object, by: step, live: live.objects[step.key])
      let pod = step.key.kind == "Pod" ? object : object?.at("spec", "template")
      loads[step.key.namespace, default: []].append(
        Load(address: step.address, count: Effect.pods(of: object) ?? 0, pod: pod))
    }
  }

  /// Whether it was refused by quotas or limits that the plan changes: what the new ones allow nobody has said.
  func isOutdated(_ refusal: String, in namespace: String) -> Bool {
    redefined.contains(namespace) && ["failed quota", "maximum ", "minimum "].contains { refusal.contains($0) }
  }

  /// `quota small allows 3 pods in shop, and 4 are declared`; nil where all may be made.
  func problem(of step: Step) -> String? {
    guard step.action == .add || step.action == .change || step.action == .replace,
      let loads = loads[step.key.namespace], let own = loads.first(where: { $0.address == step.address })
    else { return nil }
    for quota in quotas where quota.namespace == step.key.namespace {
      // Some count only some of the pods.
      if quota.at("spec", "scopes") != nil || quota.at("spec", "scopeSelector") != nil { continue }
      for (name, value) in (quota.at("spec", "hard")?.object ?? [:]).sorted(by: { $0.key < $1.key }) {
        guard let limit = Self.quantity(value), Self.amount(name, of: own.pod).nano > 0 else { continue }
        let wanted = loads.reduce(Quantity(0)) { $0 + Self.amount(name, of: $1.pod).times($1.count) }
        let said = "quota \(quota.name ?? "") allows \(Self.words(limit, name)) in \(step.key.namespace)"
        if wanted > limit { return "\(said), and \(wanted) \(wanted == Quantity(1) ? "is" : "are") declared" }
        if Self.needsMore(step), wanted + Self.amount(name, of: own.pod) > limit {
          return "\(said): there is no room for a new pod beside the old ones while it rolls out"
        }
      }
    }
    return nil
  }

  /// Whether a rollout waits for a pod more than declared, since none of the old ones may go before.
  private static func needsMore(_ step: Step) -> Bool {
    guard step.action == .change, step.key.kind == "Deployment", Effect.rolls(step), let object = step.object else {
      return false
    }
    let rollout = Rollout(object)
    return !rollout.recreates && rollout.maxUnavailable == 0
  }

  private static func words(_ limit: Quantity, _ name: String) -> String {
    guard name == "pods" || name == "count/pods" else { return "\(limit) of \(name)" }
    return "\(limit) \(limit == Quantity(1) ? "pod" : "pods")"
  }

  /// What one pod takes of what a quota limits by this name.
  private static func amount(_ name: String, of pod: Value?) -> Quantity {
    if name == "pods" || name == "count/pods" { return Quantity(1) }
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    let (side, resource) = parts.count == 2 ? (parts[0], parts[1]) : ("requests", name)
    guard ["requests", "limits"].contains(side), ["cpu", "memory", "ephemeral-storage"].contains(resource) else {
      return Quantity(0)
    }
    func amounts(_ field: String) -> [Quantity] {
      (pod?.at("spec", field)?.array ?? []).compactMap { container in
        // What has a limit and no request asks for as much.
        (container.at("resources", side, resource)
          ?? (side == "requests" ? container.at("resources", "limits", resource) : nil)).flatMap(quantity)
      }
    }
    return max(amounts("containers").reduce(Quantity(0)) { $0 + $1 }, amounts("initContainers").max() ?? Quantity(0))
  }

  private static func quantity(_ value: Value) -> Quantity? {
    value.int.map { Quantity($0) } ?? value.string.flatMap { Quantity($0) }
  }
}

extension Quantity {
  /// Counts beyond all sense are cut, so that nothing overflows.
  fileprivate func times(_ count: Int) -> Quantity {
    Quantity(nano: nano * Int128(min(max(count, 0), 1_000_000)), format: format)
  }
}
