public import KCData

/// How an object stands.
public enum Health: Sendable, Hashable {
  case healthy
  /// Getting there; the text says what is missing.
  case progressing(String)
  /// It will not get there by itself; the text says why.
  case failed(cause: String, pod: String?)
}

extension Health {
  /// The health of an object, from itself and the pods it stands for.
  ///
  /// - Parameter pods: those that the object controls, directly or through replica sets, of its newest revision.
  public static func of(_ object: Value, pods: [Value]) -> Health {
    switch object["kind"]?.string {
    case "Deployment": deployment(object, pods: pods)
    case "StatefulSet", "ReplicaSet": replicated(object, pods: pods)
    case "DaemonSet": daemonSet(object, pods: pods)
    case "Job": job(object, pods: pods)
    case "Pod": pod(object)
    case "PersistentVolumeClaim": claim(object)
    case "Namespace": phase(object, wanted: "Active")
    default: .healthy
    }
  }

  private static func deployment(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("spec", "replicas")?.int ?? 1
    let status = object["status"]
    func count(_ field: String) -> Int64 { status?[field]?.int ?? 0 }
    let isObserved = (status?["observedGeneration"]?.int ?? 0) >= (object.at("metadata", "generation")?.int ?? 0)
    if isObserved, count("updatedReplicas") == wanted, count("availableReplicas") == wanted,
      count("replicas") == wanted
    {
      return .healthy
    }
    if let failure = firstFailure(pods) { return failure }
    if isObserved, condition(object, "Progressing")?["reason"]?.string == "ProgressDeadlineExceeded" {
      return .failed(cause: "no progress within its deadline", pod: nil)
    }
    let ready = isObserved ? min(count("updatedReplicas"), count("readyReplicas")) : 0
    return .progressing("\(ready) of \(wanted) pods ready")
  }

  private static func replicated(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("spec", "replicas")?.int ?? 1
    let ready = object.at("status", "readyReplicas")?.int ?? 0
    let updated = object.at("status", "updatedReplicas")?.int ?? ready
    let isObserved =
      (object.at("status", "observedGeneration")?.int ?? 0) >= (object.at("metadata", "generation")?.int ?? 0)
    if isObserved, ready == wanted, updated >= wanted { return .healthy }
    return firstFailure(pods) ?? .progressing("\(ready) of \(wanted) pods ready")
  }

  private static func daemonSet(_ object: Value, pods: [Value]) -> Health {
    let wanted = object.at("status", "desiredNumberScheduled")?.int ?? 0
    let ready = object.at("status", "numberReady")?.int ?? 0
    let isObserved =
      (object.at("status", "observedGeneration")?.int ?? 0) >= (object.at("metadata", "generation")?.int ?? 0)
    if isObserved, ready == wanted { return .healthy }
    return firstFailure(pods) ?? .progressing("ready on \(ready) of \(wanted) nodes")
  }

  private static func job(_ object: Value, pods: [Value]) -> Health {
    if condition(object, "Complete")?["status"]?.string == "True" { return .healthy }
    if let failed = condition(object, "Failed"), failed["status"]?.string == "True" {
      return .failed(
        cause: failed["message"]?.string ?? "the job failed", pod: pods.first?.at("metadata", "name")?.string)
    }
    let done = object.at("status", "succeeded")?.int ?? 0
    return firstFailure(pods) ?? .progressing("\(done) of \(object.at("spec", "completions")?.int ?? 1) done")
  }

  private static func pod(_ object: Value) -> Health {
    if object.at("status", "phase")?.string == "Succeeded" || condition(object, "Ready")?["status"]?.string == "True" {
      return .healthy
    }
    return firstFailure([object]) ?? .progressing(object.at("status", "phase")?.string ?? "Pending")
  }

  private static func claim(_ object: Value) -> Health { phase(object, wanted: "Bound") }

  private static func phase(_ object: Value, wanted: String) -> Health {
    let phase = object.at("status", "phase")?.string ?? wanted
    return phase == wanted ? .healthy : .progressing(phase)
  }

  static func condition(_ object: Value, _ type: String) -> Value? {
    object.at("status", "conditions")?.array?.first { $0["type"]?.string == type }
  }
}
