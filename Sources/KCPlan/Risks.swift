internal import KCData
internal import KCKube

/// Finds what a step may cost.
enum Risks {
  /// Kinds whose removal takes data with it.
  static func holdsData(_ kind: String) -> Bool {
    ["PersistentVolumeClaim", "PersistentVolume", "StatefulSet", "Namespace", "CustomResourceDefinition"]
      .contains(kind)
  }

  /// Why the removal of an object has to be allowed by itself; nil where it has not.
  static func guardReason(_ live: Value) -> String? {
    if let reason = protection(live) { return reason }
    switch live.kind {
    case "PersistentVolumeClaim", "PersistentVolume": return "it holds data"
    case "StatefulSet": return losesClaims(live) ? "its volumes go with it" : nil
    case "CustomResourceDefinition": return "all objects of its kind go with it"
    case "Namespace": return "all that is in it goes with it"
    default: return nil
    }
  }

  /// Whether an object says that its removal has to be allowed, in words.
  static func protection(_ object: Value) -> String? {
    object.annotations[Planner.protectAnnotation] == "true" ? "it is protected (protect = true)" : nil
  }

  /// The claims of a stateful set outlive it, unless it says otherwise.
  private static func losesClaims(_ set: Value) -> Bool {
    !(set.at("spec", "volumeClaimTemplates")?.array ?? []).isEmpty
      && set.at("spec", "persistentVolumeClaimRetentionPolicy", "whenDeleted")?.string == "Delete"
  }

  /// Whether the claims of a stateful set outlive it.
  static func keepsClaims(_ set: Value?) -> Bool {
    guard let set, set.kind == "StatefulSet" else { return false }
    return Renames.hasClaims(set) && !losesClaims(set)
  }

  static func of(_ step: Step, live: Value?) -> [Risk] {
    switch step.action {
    case .keep, .add: []
    case .remove: removal(step, live)
    case .replace: replacement(step, live)
    case .change: change(step)
    }
  }

  private static func removal(_ step: Step, _ live: Value?) -> [Risk] {
    guard let live else { return [] }
    var out: [Risk] = []
    if holdsData(step.key.kind), let reason = guardReason(live) { out.append(Risk(.dataLoss, reason)) }
    if let pods = running(live), pods > 0, step.key.kind != "Job" {
      out.append(Risk(.downtime, "\(Effect.plural(pods, "pod")) \(pods == 1 ? "stops" : "stop")"))
    }
    return out
  }

  private static func replacement(_ step: Step, _ live: Value?) -> [Risk] {
    var out: [Risk] = []
    if let live, holdsData(step.key.kind), let reason = guardReason(live) { out.append(Risk(.dataLoss, reason)) }
    switch step.key.kind {
    case "Job", "ConfigMap", "Secret", "RoleBinding", "ClusterRoleBinding": break
    case "Service": out.append(Risk(.downtime, "its address changes"))
    default:
      if let pods = running(live), pods > 0 {
        out.append(Risk(.downtime, "\(Effect.plural(pods, "pod")) \(pods == 1 ? "goes" : "go") before new ones start"))
      }
    }
    return out
  }

  /// How many pods a workload has.
  private static func running(_ live: Value?) -> Int? {
    guard live?["kind"] == "DaemonSet" else { return Effect.pods(of: live) }
    return Int(clamping: live?.at("status", "currentNumberScheduled")?.int ?? 0)
  }

  private static func change(_ step: Step) -> [Risk] {
    guard let object = step.object, let pods = Effect.pods(of: object) else { return [] }
    let scale = step.changes.first { $0.field.path == FieldPath("spec", "replicas") }
    if let scale, scale.field.new?.int == 0, (scale.field.old?.int ?? 1) > 0 {
      return [Risk(.downtime, "no pod is left")]
    }
    guard Effect.rolls(step), pods > 0 else { return [] }
    if step.key.kind == "Deployment" {
      let rollout = Rollout(object)
      if rollout.recreates { return [Risk(.downtime, "all pods stop before new ones start")] }
      if rollout.maxUnavailable >= pods { return [Risk(.downtime, "all pods may be unavailable at once")] }
    }
    if step.key.kind == "StatefulSet", pods == 1 { return [Risk(.downtime, "its only pod restarts")] }
    return []
  }
}
