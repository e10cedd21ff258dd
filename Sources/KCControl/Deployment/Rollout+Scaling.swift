internal import KCData
internal import KCKube

/// Rolling: first up, then down, never beyond the bounds.
extension Rollout {
  /// The size that the new replica set may have now.
  func size(ofNew set: Value, among others: [Value]) -> Int {
    if isRecreate { return replicas }
    let present = set.specReplicas
    let total = others.reduce(present) { $0 + $1.specReplicas }
    let room = replicas + bounds.surge - total
    return room <= 0 ? present : present + min(room, replicas - present)
  }

  /// Scales the new replica set; says whether it did.
  mutating func scaleNew() -> Bool {
    guard let set = new, set.specReplicas != replicas else { return false }
    let size = set.specReplicas > replicas ? replicas : size(ofNew: set, among: old)
    if size == set.specReplicas { return false }
    scale(set, to: size)
    return true
  }

  /// Scales old replica sets down as far as availability allows: first pods that are not available anyway, then others.
  mutating func scaleOld() -> Bool {
    guard let new, old.contains(where: { $0.specReplicas > 0 }) else { return false }
    let minAvailable = replicas - bounds.unavailable
    let newUnavailable = new.specReplicas - new.count("status", "availableReplicas")
    let total = all.reduce(0) { $0 + $1.specReplicas }
    let allowed = total - minAvailable - newUnavailable
    guard allowed > 0 else { return false }
    let cleaned = scaleDownUnhealthy(allowed)
    let stopped = scaleDownHealthy(minAvailable)
    return cleaned + stopped > 0
  }

  private mutating func scaleDownUnhealthy(_ allowed: Int) -> Int {
    var done = 0
    for set in old where done < allowed {
      let size = set.specReplicas
      let unavailable = size - set.count("status", "availableReplicas")
      guard size > 0, unavailable > 0 else { continue }
      let count = min(allowed - done, unavailable)
      scale(set, to: size - count)
      done += count
    }
    return done
  }

  private mutating func scaleDownHealthy(_ minAvailable: Int) -> Int {
    let available = all.reduce(0) { $0 + $1.count("status", "availableReplicas") }
    var left = available - minAvailable
    var done = 0
    for set in old where left > 0 {
      let count = min(set.specReplicas, left)
      guard count > 0 else { continue }
      scale(set, to: set.specReplicas - count)
      left -= count
      done += count
    }
    return done
  }
}

/// A deployment that is scaled, in the middle of a rollout or not.
extension Rollout {
  mutating func scaleInProportion() {
    let active = all.filter { $0.specReplicas > 0 }
    if active.count <= 1 {
      // Newest first where none has pods.
      if let only = active.first ?? new ?? old.last { scale(only, to: replicas) }
      return
    }
    if let new, isSaturated(new) {
      for set in old where set.specReplicas > 0 { scale(set, to: 0) }
      return
    }
    if !isRecreate { share(among: active) }
  }

  private func isSaturated(_ set: Value) -> Bool {
    set.specReplicas == replicas && set.annotations[DeploymentAnnotation.desired] == String(replicas)
      && set.count("status", "availableReplicas") == replicas
  }

  /// Shares what is to be added or taken among the replica sets, by their sizes; the largest gets what is left over.
  private mutating func share(among active: [Value]) {
    let allowed = replicas > 0 ? replicas + bounds.surge : 0
    let change = allowed - active.reduce(0) { $0 + $1.specReplicas }
    let sorted = active.sorted { left, right in
      if left.specReplicas != right.specReplicas { return left.specReplicas > right.specReplicas }
      return change > 0 ? isOlder(right, left) : isOlder(left, right)
    }
    var given = 0
    var sizes = sorted.map { set in
      let part = proportion(of: set, change: change, left: change - given)
      given += part
      return set.specReplicas + part
    }
    sizes[0] = max(0, sizes[0] + change - given)
    for (set, size) in zip(sorted, sizes) { scale(set, to: size, alsoNotes: true) }
  }

  private func proportion(of set: Value, change: Int, left: Int) -> Int {
    guard set.specReplicas > 0, change != 0, left != 0 else { return 0 }
    let part = fraction(of: set)
    return change > 0 ? min(part, left) : max(part, left)
  }

  /// How much a replica set would change if all of them changed by the same factor.
  private func fraction(of set: Value) -> Int {
    if replicas == 0 { return -set.specReplicas }
    let noted = set.annotations[DeploymentAnnotation.maximum].flatMap { Int32($0) }.map { Int($0) }
    let before = noted ?? deployment.count("status", "replicas")
    guard before > 0 else { return 0 }
    let exact = Double(set.specReplicas) * Double(replicas + bounds.surge) / Double(before)
    return Int(exact.rounded(.toNearestOrAwayFromZero)) - set.specReplicas
  }
}
