internal import KCData

/// What a step does, in words.
enum Effect {
  static func describe(_ step: Step) -> String {
    switch step.action {
    case .add:
      if step.key.kind == "DaemonSet" { return "new, a pod a node" }
      if isPaused(step) { return "new, and makes no pods: it is paused" }
      if isSuspended(step.object) { return "new, and makes no pods: it is suspended" }
      return pods(of: step.object).map { "new, \(plural($0, "pod"))" } ?? "new"
    case .change: return change(step)
    case .replace, .remove, .keep: return step.effect
    }
  }

  /// Whether the step makes new pods in place of the old.
  static func rolls(_ step: Step) -> Bool {
    guard !["Job", "CronJob", "ReplicaSet"].contains(step.key.kind), !isPaused(step), !waitsForDeletion(step) else {
      return false
    }
    return changesTemplate(step)
  }

  /// Whether a deployment is told to do nothing for now.
  static func isPaused(_ step: Step) -> Bool {
    step.key.kind == "Deployment" && step.object?.at("spec", "paused") == true
  }

  /// Whether a job is told to wait before it begins, or goes on.
  static func isSuspended(_ object: Value?) -> Bool {
    object?["kind"] == "Job" && object?.at("spec", "suspend") == true
  }

  /// Whether the number of a workload's pods changes, but not what they are made from.
  static func scales(_ step: Step) -> Bool {
    let fields = step.key.kind == "Job" ? ["parallelism", "suspend"] : ["replicas"]
    return step.changes.contains { change in fields.contains { change.field.path == FieldPath("spec", $0) } }
  }

  /// Whether pods are made anew only where somebody deletes them.
  private static func waitsForDeletion(_ step: Step) -> Bool {
    step.key.kind == "ReplicaSet" || step.object?.at("spec", "updateStrategy", "type") == "OnDelete"
  }

  private static func changesTemplate(_ step: Step) -> Bool {
    step.changes.contains { $0.field.path.hasPrefix(template) }
  }

  /// The object as its workload will be, with the replicas that it keeps where the step says nothing of them, and what a
  /// job has done already.
  static func scaled(_ object: Value?, by step: Step, live: Value?) -> Value? {
    if step.key.kind == "Job", [.change, .keep].contains(step.action), var object,
      let done = live?.at("status", "succeeded")
    {
      object.set(done, at: "status", "succeeded")
      return object
    }
    let replicas = FieldPath("spec", "replicas")
    guard var object, step.action == .change, object.at("spec", "replicas") == nil,
      !step.changes.contains(where: { $0.field.path == replicas }), let kept = live?.at("spec", "replicas")
    else { return object }
    object.set(kept, at: "spec", "replicas")
    return object
  }

  private static let template = FieldPath("spec", "template")
  private static let annotations = FieldPath("spec", "template", "metadata", "annotations")
  private static let configs = annotations.key(Planner.configHashAnnotation)
  private static let secrets = annotations.key(SecretRevisions.consumerAnnotation)

  private static func change(_ step: Step) -> String {
    if step.key.kind == "DaemonSet", rolls(step) {
      let limit = step.object?.at("spec", "updateStrategy", "rollingUpdate", "maxUnavailable")
      let most = limit?.int.map(String.init) ?? limit?.string ?? "1"
      return "\(cause(step)), a pod a node, at most \(most) unavailable"
    }
    if step.key.kind == "CronJob" { return "changed in place, from the next run on" }
    if step.key.kind == "Pod" { return pod(step) }
    if step.key.kind == "Job", scales(step) { return job(step) }
    if changesTemplate(step), waitsForDeletion(step) {
      return "changed in place; takes effect as pods are deleted"
    }
    if changesTemplate(step), isPaused(step) { return "waits: it is paused" }
    guard let count = pods(of: step.object) else { return "changed in place" }
    let scale = step.changes.first { $0.field.path == FieldPath("spec", "replicas") }
    if rolls(step) {
      var text = "\(cause(step)), \(plural(count, "pod"))"
      if step.key.kind == "Deployment" {
        let strategy = Rollout(step.object ?? .null)
        text += strategy.recreates ? ", all at once" : ", \(Self.atMost(strategy.maxUnavailable)) unavailable"
      } else if step.key.kind == "StatefulSet" {
        text += ", one after the other"
      }
      return text
    }
    if let scale { return "scales \(scale.field.old?.int ?? 1) → \(scale.field.new?.int ?? 1)" }
    return "changed in place, no pod restarts"
  }

  private static func job(_ step: Step) -> String {
    let suspend = step.changes.first { $0.field.path == FieldPath("spec", "suspend") }
    if suspend != nil {
      return isSuspended(step.object)
        ? "suspended: its pods stop" : "begins: \(plural(pods(of: step.object) ?? 0, "pod"))"
    }
    let scale = step.changes.first { $0.field.path == FieldPath("spec", "parallelism") }
    return "\(scale?.field.old?.int ?? 1) → \(scale?.field.new?.int ?? 1) pods at once"
  }

  /// A pod that nothing else makes is not made anew: what of it can be changed is changed where it runs.
  private static func pod(_ step: Step) -> String {
    let isImage = step.changes.contains { change in
      guard case .field("image")? = change.field.path.elements.last else { return false }
      return change.field.path.hasPrefix(FieldPath("spec"))
    }
    if isImage { return "changed in place, its container restarts" }
    let hash = FieldPath("metadata", "annotations").key(Planner.configHashAnnotation)
    if step.changes.allSatisfy({ $0.field.path == hash }) {
      return "its config has changed: what it read at its start stays until it is made anew"
    }
    return "changed in place"
  }

  private static func atMost(_ count: Int) -> String { count == 0 ? "none" : "at most \(count)" }

  /// Why pods are made anew.
  private static func cause(_ step: Step) -> String {
    let inTemplate = Set(step.changes.map(\.field.path).filter { $0.hasPrefix(template) })
    switch inTemplate {
    case [configs]: return "restarts because config changed"
    case [secrets]: return "restarts because secrets changed"
    case [configs, secrets]: return "restarts because config and secrets changed"
    default: return "rolls out"
    }
  }

  /// How many pods a workload declares; nil for other kinds and for those that depend on the nodes.
  static func pods(of object: Value?) -> Int? {
    guard let object else { return nil }
    switch object["kind"]?.string {
    case "Deployment", "StatefulSet", "ReplicaSet": return Int(clamping: object.at("spec", "replicas")?.int ?? 1)
    case "Job":
      if object.at("spec", "suspend") == true { return 0 }
      let left = object.at("spec", "completions")?.int.map { $0 - (object.at("status", "succeeded")?.int ?? 0) }
      return Int(clamping: max(0, min(object.at("spec", "parallelism")?.int ?? 1, left ?? .max)))
    case "Pod": return 1
    default: return nil
    }
  }

  static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

/// The limits of a deployment's rolling update.
struct Rollout {
  var replicas: Int
  var maxSurge: Int
  var maxUnavailable: Int
  var recreates: Bool

  init(_ deployment: Value) {
    replicas = Int(clamping: deployment.at("spec", "replicas")?.int ?? 1)
    recreates = deployment.at("spec", "strategy", "type")?.string == "Recreate"
    let limits = deployment.at("spec", "strategy", "rollingUpdate")
    maxSurge = Self.resolve(limits?["maxSurge"] ?? "25%", of: replicas, roundUp: true)
    maxUnavailable = Self.resolve(limits?["maxUnavailable"] ?? "25%", of: replicas, roundUp: false)
    // As the deployment controller does: without either, nothing could ever move.
    if maxSurge == 0, maxUnavailable == 0 { maxUnavailable = 1 }
  }

  private static func resolve(_ limit: Value, of total: Int, roundUp: Bool) -> Int {
    if let number = limit.int { return Int(clamping: number) }
    guard let text = limit.string, text.hasSuffix("%"), let percent = Int(text.dropLast()),
      (0...10_000).contains(percent)
    else { return 0 }
    return roundUp ? (total * percent + 99) / 100 : total * percent / 100
  }
}
