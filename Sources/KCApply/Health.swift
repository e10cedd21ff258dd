public import KCData
internal import KCKube

/// How an object stands.
public enum Health: Sendable, Hashable {
  case healthy
  /// Getting there; the text says what is missing.
  case progressing(String)
  /// It will not get there by itself; the text says why.
  case failed(cause: String, pod: String?)
  /// The target forbids its pods; the text is the refusal. It is told for a while after the reason is gone.
  case barred(String)

  /// Why it will not get there by itself, and the pod that shows it; nil where it may.
  public var failure: (cause: String, pod: String?)? {
    switch self {
    case .healthy, .progressing: nil
    case .failed(let cause, let pod): (cause, pod)
    case .barred(let refusal): ("no pod can be made: \(refusal)", nil)
    }
  }
}

extension Health {
  /// The health of an object, from itself and the pods it stands for.
  ///
  /// - Parameter pods: those that the object controls, directly or through replica sets, of its newest revision.
  public static func of(_ object: Value, pods: [Value]) -> Health {
    if object.isBeingDeleted { return .progressing("being deleted") }
    return switch object["kind"]?.string {
    case "Deployment": deployment(object, pods: pods)
    case "StatefulSet", "ReplicaSet": replicated(object, pods: pods)
    case "DaemonSet": daemonSet(object, pods: pods)
    case "Job": job(object, pods: pods)
    case "CronJob": cronJob(object)
    case "Pod": pod(object)
    case "PersistentVolumeClaim": claim(object)
    case "Namespace": phase(object, wanted: "Active")
    case "Service": service(object)
    case "Ingress": ingress(object)
    case "CustomResourceDefinition": definition(object)
    case "APIService": condition(object, means: "Available")
    default: isCustom(object.apiVersion ?? "") ? custom(object) : .healthy
    }
  }

  /// Whether an apply waits for objects of a kind.
  static func isAwaited(_ kind: String, apiVersion: String) -> Bool {
    switch kind {
    case "Deployment", "StatefulSet", "ReplicaSet", "DaemonSet", "Job", "Pod", "PersistentVolumeClaim", "Namespace",
      "Service", "Ingress", "CustomResourceDefinition", "APIService":
      true
    default: isCustom(apiVersion)
    }
  }

  /// Whether the answer to its apply says already that an object is healthy: most services are, and need not be asked for.
  ///
  /// - Parameter followed: whether a watch tells of it anyway. What controllers of others think of theirs comes later.
  static func isSettled(_ made: Value, followed: Bool) -> Bool {
    !followed && !isCustom(made.apiVersion ?? "") && Health.of(made, pods: []) == .healthy
  }

  /// Whether objects of a kind may become healthy only when others are there, so that nothing waits for them before.
  static func comesLate(_ kind: String) -> Bool {
    ["PersistentVolumeClaim", "Service", "Ingress", "APIService"].contains(kind)
  }

  /// Whether a group is none of Kubernetes' own.
  static func isCustom(_ apiVersion: String) -> Bool {
    guard let slash = apiVersion.firstIndex(of: "/") else { return false }
    let group = apiVersion[..<slash]
    return group.contains(".") && !group.hasSuffix(".k8s.io")
  }

  static func condition(_ object: Value, _ type: String) -> Value? {
    object.at("status", "conditions")?.array?.first { $0["type"]?.string == type }
  }

  static func isObserved(_ object: Value) -> Bool {
    (object.at("status", "observedGeneration")?.int ?? 0) >= (object.generation ?? 0)
  }
}
