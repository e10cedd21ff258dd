internal import KCData
internal import KCKube

/// What runs pods.
extension Health {
  static func deployment(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("spec", "replicas")?.int ?? 1
    let status = object["status"]
    func count(_ field: String) -> Int64 { status?[field]?.int ?? 0 }
    // One that is told to do nothing is as it should be.
    if isObserved(object), object.at("spec", "paused") == true { return .healthy }
    if isObserved(object), count("updatedReplicas") == wanted, count("availableReplicas") == wanted,
      count("replicas") == wanted
    {
      return .healthy
    }
    if let failure = firstFailure(pods) { return failure }
    if isObserved(object), let failed = condition(object, "ReplicaFailure"), failed["status"]?.string == "True",
      case let message = failed["message"]?.string ?? "", !passes(message)
    {
      return .barred(message)
    }
    if isOverdue(object) {
      return .failed(cause: "no progress within its deadline" + hint(pods), pod: nil)
    }
    return .progressing(Self.rollout(object, wanted, pods) + hint(pods))
  }

  /// How far a deployment is: of the new pods, and of those that still do their work.
  private static func rollout(_ object: Value, _ wanted: Int64, _ pods: [Value]) -> String {
    guard isObserved(object) else { return "its controller has not seen it yet" }
    func count(_ field: String) -> Int64 { object.at("status", field)?.int ?? 0 }
    let old = count("replicas") - count("updatedReplicas")
    let surplus = count("replicas") - wanted
    if old <= 0, surplus > 0 { return "\(surplus) pod\(surplus == 1 ? "" : "s") still to go" }
    if old <= 0 { return "\(min(count("updatedReplicas"), count("readyReplicas"))) of \(wanted) pods ready" }
    let ready = Int64(pods.count { !$0.isBeingDeleted && $0.isReady })
    return "\(min(ready, wanted)) of \(wanted) new pods ready, \(old) old still there"
  }

  /// Whether a deployment says that it has made no progress for as long as it has time for.
  static func isOverdue(_ object: Value) -> Bool {
    object.kind == "Deployment" && isObserved(object)
      && condition(object, "Progressing")?["reason"]?.string == "ProgressDeadlineExceeded"
  }

  /// Whether a refusal of pods passes by itself: the service account `default` is made a moment after its namespace, and
  /// webhooks of the same plan may still be starting.
  static func passes(_ refusal: String) -> Bool {
    refusal.hasSuffix("serviceaccount \"default\" not found") || refusal.contains("failed calling webhook")
  }

  static func replicated(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("spec", "replicas")?.int ?? 1
    let ready = object.at("status", "readyReplicas")?.int ?? 0
    // A set that waits for its pods to be deleted by hand rolls nothing by itself.
    let rolls = object.kind == "StatefulSet" && object.at("spec", "updateStrategy", "type")?.string != "OnDelete"
    let floor = object.at("spec", "updateStrategy", "rollingUpdate", "partition")?.int ?? 0
    let isUpdated =
      !rolls || object.at("status", "updateRevision") == object.at("status", "currentRevision")
      || (object.at("status", "updatedReplicas")?.int ?? 0) >= max(wanted - floor, 0)
    if isObserved(object), ready == wanted, isUpdated { return .healthy }
    if ready > wanted { return .progressing("\(ready - wanted) pod\(ready - wanted == 1 ? "" : "s") still to go") }
    return firstFailure(pods) ?? .progressing("\(ready) of \(wanted) pods ready" + hint(pods))
  }

  /// Whether a pod of a stateful set holds up a rollout: it is of the revision before and not ready, and the set goes on
  /// only when it is. One that is broken for good has to be deleted.
  static func blocksRollout(_ pod: Value, of set: Value) -> Bool {
    guard set.kind == "StatefulSet", isObserved(set), !pod.isBeingDeleted, !pod.isReady,
      set.at("spec", "updateStrategy", "type")?.string != "OnDelete",
      let revision = set.at("status", "updateRevision")?.string, let own = pod.labels["controller-revision-hash"],
      own != revision, let ordinal = pod.name?.split(separator: "-").last.flatMap({ Int64($0) })
    else { return false }
    return ordinal >= set.at("spec", "updateStrategy", "rollingUpdate", "partition")?.int ?? 0
  }

  static func daemonSet(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("status", "desiredNumberScheduled")?.int ?? 0
    let ready = object.at("status", "numberReady")?.int ?? 0
    let rolls = object.at("spec", "updateStrategy", "type")?.string != "OnDelete"
    let updated = rolls ? object.at("status", "updatedNumberScheduled")?.int ?? 0 : wanted
    if isObserved(object), ready >= wanted, updated >= wanted { return .healthy }
    let state =
      updated < wanted && ready > 0
      ? "new on \(updated) of \(wanted) nodes, ready on \(ready)" : "ready on \(min(ready, updated)) of \(wanted) nodes"
    return firstFailure(pods) ?? .progressing(state + hint(pods))
  }

  static func job(_ object: Value, pods: [Value]) -> Health {
    if condition(object, "Complete")?["status"]?.string == "True" { return .healthy }
    // One that is told not to run is as it should be.
    if object.at("spec", "suspend")?.bool == true { return .healthy }
    let tries = JobTries(object, pods)
    if let failed = giveUp(object) {
      let detail = tries.last.flatMap(PodFailure.trouble).map { ": \($0)" } ?? ""
      return .failed(
        cause: (failed["message"]?.string ?? "the job failed") + detail, pod: (tries.last ?? pods.first)?.name)
    }
    if tries.isHopeless { return .failed(cause: tries.words, pod: tries.last?.name) }
    let done = object.at("status", "succeeded")?.int ?? 0
    return firstFailure(pods)
      ?? .progressing(
        "\(done) of \(object.at("spec", "completions")?.int ?? 1) done"
          + (tries.failed > 0 ? ": \(tries.words)" : hint(pods)))
  }

  /// A cron job stands as its last run does: one that runs is getting there.
  static func cronJob(_ object: Value) -> Health {
    guard let last = object.at("status", "lastScheduleTime")?.string, let begun = Timestamp(last),
      (object.at("status", "active")?.array ?? []).isEmpty
    else { return .healthy }
    let success = object.at("status", "lastSuccessfulTime")?.string
    if let success = success.flatMap({ Timestamp($0) }), success.seconds(since: begun) >= 0 { return .healthy }
    let before = success.map { "the last one that did ended at \($0)" } ?? "none has yet"
    return .failed(cause: "its run of \(last) did not succeed; \(before)", pod: nil)
  }

  /// The condition by which a job says that it will not be tried again: that it fails stands fast before its last pods
  /// are gone.
  static func giveUp(_ job: Value) -> Value? {
    ["Failed", "FailureTarget"].lazy.compactMap { condition(job, $0) }.first { $0["status"]?.string == "True" }
  }

  static func pod(_ object: Value) -> Health {
    switch object.at("status", "phase")?.string {
    case "Succeeded"?: return .healthy
    case "Failed"?:
      let why = object.at("status", "message")?.string ?? object.at("status", "reason")?.string
      return .failed(cause: why ?? PodFailure.trouble(object) ?? "the pod failed", pod: object.name)
    default: break
    }
    if condition(object, "Ready")?["status"]?.string == "True" { return .healthy }
    return firstFailure([object]) ?? .progressing((object.at("status", "phase")?.string ?? "Pending") + hint([object]))
  }

  /// What a pod has trouble with that it may still get over: said at once, so that nobody waits in the dark.
  private static func hint(_ pods: [Value]) -> String {
    for pod in pods where !pod.isBeingDeleted {
      if let trouble = PodFailure.trouble(pod) { return ": \(trouble)" }
    }
    return ""
  }
}
