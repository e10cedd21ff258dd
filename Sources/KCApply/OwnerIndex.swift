internal import KCData
internal import KCKube

/// Pods and replica sets by what controls them: what a workload stands for is found without looking at all pods.
struct OwnerIndex {
  /// By the identity of the controller, then of the pod itself.
  private var pods: [String: [String: Value]] = [:]
  /// The replica sets of a deployment: their identities, and the revision of each.
  private var sets: [String: [String: Int64]] = [:]
  /// The controller of each replica set.
  private var owners: [String: String] = [:]

  /// Takes in a change.
  ///
  /// - Returns: the identity of the workload that it concerns.
  mutating func take(_ object: Value, kind: String, isGone: Bool) -> String? {
    guard let uid = object.uid else { return nil }
    let owner = object.controllerOwner?["uid"]?.string
    switch kind {
    case "Pod":
      guard let owner else { return uid }
      pods[owner, default: [:]][uid] = isGone ? nil : object
      if pods[owner]?.isEmpty == true { pods[owner] = nil }
      return owners[owner] ?? owner
    case "ReplicaSet":
      guard let owner else { return uid }
      sets[owner, default: [:]][uid] = isGone ? nil : Self.revision(object)
      if sets[owner]?.isEmpty == true { sets[owner] = nil }
      owners[uid] = isGone ? nil : owner
      return owner
    default: return uid
    }
  }

  /// - Parameter onlyNewest: of several replica sets, only the one of the newest revision counts.
  func pods(of uid: String, onlyNewest: Bool) -> [Value] {
    let own = sets[uid] ?? [:]
    let counted = onlyNewest ? own.max { $0.value < $1.value }.map { [$0.key] } ?? [] : [uid] + own.keys
    return counted.flatMap { pods[$0].map { Array($0.values) } ?? [] }
  }

  private static func revision(_ set: Value) -> Int64 {
    set.annotations["deployment.kubernetes.io/revision"].flatMap { Int64($0) } ?? 0
  }
}
