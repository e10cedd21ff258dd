internal import KCData
internal import KCKube

/// Foretells that a quota will not let all declared pods be made: where they would run is then no question.
struct QuotaForecast {
  /// Declared quotas and those on the target, the declared ones first.
  private let quotas: [Value]
  /// The pods that the plan's workloads come to, by namespace; those that depend on the nodes are not counted.
  private var pods: [String: Int] = [:]

  init(_ steps: [Step], live: LiveState) {
    let kept = steps.filter { $0.action != .remove }
    let declared = kept.compactMap(\.object).filter { $0.kind == "ResourceQuota" }
    let names = Set(declared.map(\.namespacedName))
    let gone = Set(steps.filter { $0.action == .remove }.map(\.key))
    quotas =
      declared
      + live.cluster.others.filter {
        $0.kind == "ResourceQuota" && !names.contains($0.namespacedName) && !gone.contains(ObjectKey($0))
      }
    for step in kept where ["Deployment", "StatefulSet", "ReplicaSet", "Job", "Pod"].contains(step.key.kind) {
      let object = Effect.scaled(step.object, by: step, live: live.objects[step.key])
      pods[step.key.namespace, default: 0] += Effect.pods(of: object) ?? 0
    }
  }

  /// `quota small allows 3 pods in shop, and 4 are declared`; nil where all may be made.
  func problem(of step: Step) -> String? {
    guard step.action == .add || step.action == .change || step.action == .replace, Effect.pods(of: step.object) != nil,
      let wanted = pods[step.key.namespace]
    else { return nil }
    for quota in quotas where quota.namespace == step.key.namespace {
      // Some count only some of the pods.
      if quota.at("spec", "scopes") != nil || quota.at("spec", "scopeSelector") != nil { continue }
      let hard = quota.at("spec", "hard")
      guard let limit = ["pods", "count/pods"].compactMap({ hard?[$0].flatMap(Self.number) }).min(), wanted > limit
      else { continue }
      return "quota \(quota.name ?? "") allows \(Effect.plural(limit, "pod")) in \(step.key.namespace), and \(wanted) "
        + "\(wanted == 1 ? "is" : "are") declared"
    }
    return nil
  }

  private static func number(_ value: Value) -> Int? {
    value.int.map { Int(clamping: $0) } ?? value.string.flatMap { Int($0) }
  }
}
