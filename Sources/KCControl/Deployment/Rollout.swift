internal import KCData
internal import KCKube

/// One look at a deployment: which replica sets to make, scale or remove, and what to say in its status.
///
/// Works on copies; every change of a copy is also an action, so that the status at the end speaks of what will be.
struct Rollout {
  var deployment: Value
  /// The replica set of the present template, once there is one.
  var new: Value?
  /// The others, oldest first.
  var old: [Value]
  let view: any ClusterView
  let now: Timestamp
  let bounds: RollingBounds
  var outcome = Outcome()
  /// The conditions that the status will have.
  var conditions: [Value]
  /// Counts names of replica sets that something else has.
  var collisions: Int
  /// Whether the deployment's annotation says another revision than before.
  var isRevisionNew = false

  init(_ deployment: Value, replicaSets: [Value], in view: any ClusterView, now: Timestamp) {
    self.deployment = deployment
    self.view = view
    self.now = now
    bounds = RollingBounds(deployment)
    conditions = deployment.at("status", "conditions")?.array ?? []
    collisions = deployment.count("status", "collisionCount")
    let sorted = replicaSets.sorted(by: isOlder)
    let template = comparable(deployment.at("spec", "template"))
    let index = sorted.firstIndex { comparable($0.at("spec", "template")) == template }
    old = sorted
    if let index { new = old.remove(at: index) }
  }

  var replicas: Int { deployment.specReplicas }
  var all: [Value] { old + (new.map { [$0] } ?? []) }
  var isPaused: Bool { deployment.at("spec", "paused")?.bool ?? false }
  var isRecreate: Bool { deployment.at("spec", "strategy", "type")?.string == "Recreate" }
  /// Seconds that the rollout may go without progress.
  var deadline: Int? {
    deployment.optionalCount("spec", "progressDeadlineSeconds").flatMap { $0 == 2_147_483_647 ? nil : $0 }
  }

  mutating func run() {
    if deployment.isBeingDeleted {
      syncRevision(creating: false)
      finish(isRollout: false)
      return
    }
    notePause()
    if isPaused || isScaled {
      syncRevision(creating: false)
      scaleInProportion()
      if isPaused { cleanUp() }
      finish(isRollout: false)
    } else if isRecreate {
      recreate()
    } else {
      roll()
    }
  }

  /// Whether the deployment was scaled since its replica sets were.
  private var isScaled: Bool {
    all.contains { set in
      guard set.specReplicas > 0, let noted = set.annotations[DeploymentAnnotation.desired].flatMap({ Int($0) }) else {
        return false
      }
      return noted != replicas
    }
  }

  private mutating func roll() {
    syncRevision(creating: true)
    if !scaleNew(), !scaleOld(), isComplete { cleanUp() }
    finish(isRollout: true)
  }

  private mutating func recreate() {
    syncRevision(creating: false)
    let active = old.filter { $0.specReplicas > 0 }
    if !active.isEmpty {
      for set in active { scale(set, to: 0) }
    } else if !areOldPodsRunning {
      if new == nil { syncRevision(creating: true) }
      if let new { scale(new, to: replicas) }
      if isComplete { cleanUp() }
    }
    finish(isRollout: true)
  }

  /// Whether a pod of another template than the present one has not ended.
  private var areOldPodsRunning: Bool {
    old.contains { set in
      set.count("status", "replicas") > 0
        || view.controlled(by: set.uid ?? "", kind: .pod).contains { !$0.isFinishedPod }
    }
  }

  /// Whether the status said, before this look, that all pods are of the present template and available.
  private var isComplete: Bool {
    deployment.count("status", "updatedReplicas") == replicas && deployment.count("status", "replicas") == replicas
      && deployment.count("status", "availableReplicas") == replicas
      && deployment.at("status", "observedGeneration")?.int ?? 0 >= deployment.generation ?? 0
  }

  /// Scales a replica set and notes the sizes in its annotations. Nothing happens where it has that size.
  mutating func scale(_ set: Value, to size: Int, alsoNotes: Bool = false) {
    let before = set.specReplicas
    var scaled = set
    scaled.setSizes(desired: replicas, maximum: replicas + bounds.surge)
    guard before != size || (alsoNotes && scaled != set) else { return }
    scaled.set(Value(size), at: "spec", "replicas")
    replace(scaled)
    outcome.then(.update(scaled))
    guard before != size else { return }
    let direction = size > before ? "up" : "down"
    outcome.then(
      .note(
        EventNote(
          deployment, "ScalingReplicaSet",
          "Scaled \(direction) replica set \(set.name ?? "") from \(before) to \(size)")))
  }

  /// Puts a changed copy in its place.
  mutating func replace(_ set: Value) {
    if new?.uid == set.uid {
      new = set
    } else if let index = old.firstIndex(where: { $0.uid == set.uid }) {
      old[index] = set
    }
  }

  /// Removes the oldest replica sets without pods, beyond the history limit.
  private mutating func cleanUp() {
    guard let limit = deployment.optionalCount("spec", "revisionHistoryLimit"), limit != 2_147_483_647 else { return }
    let candidates = old.filter { !$0.isBeingDeleted }
    let surplus = candidates.count - limit
    guard surplus > 0 else { return }
    let byRevision = candidates.enumerated().sorted {
      ($0.element.revision, $0.offset) < ($1.element.revision, $1.offset)
    }
    for (_, set) in byRevision.prefix(surplus) {
      guard set.specReplicas == 0, set.count("status", "replicas") == 0,
        set.generation ?? 0 <= set.at("status", "observedGeneration")?.int ?? 0, let key = ObjectKey(set)
      else { continue }
      outcome.then(.delete(key, uid: set.uid))
    }
  }
}

/// A template without the label that replica sets add.
private func comparable(_ template: Value?) -> Value {
  var template = template?.withoutNulls ?? .null
  template.set(nil, at: "metadata", "labels", "pod-template-hash")
  return template
}

/// The order of age; names decide between objects of the same second.
func isOlder(_ left: Value, _ right: Value) -> Bool {
  let (a, b) = (left.creationTimestamp, right.creationTimestamp)
  if let a, let b, a != b { return a < b }
  return (left.name ?? "") < (right.name ?? "")
}
