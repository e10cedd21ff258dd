internal import KCData
internal import KCKube

extension Rollout {
  /// The counts of a deployment's status.
  private struct Counts {
    var replicas = 0
    var updated = 0
    var ready = 0
    var available = 0
    var unavailable = 0
    var terminating = 0

    init(all: [Value], new: Value?) {
      updated = new?.count("status", "replicas") ?? 0
      for set in all {
        replicas += set.count("status", "replicas")
        ready += set.count("status", "readyReplicas")
        available += set.count("status", "availableReplicas")
        terminating += set.count("status", "terminatingReplicas")
        unavailable += set.specReplicas
      }
      unavailable = max(0, unavailable - available)
    }

    /// The counts that a status says.
    init(_ deployment: Value) {
      replicas = deployment.count("status", "replicas")
      updated = deployment.count("status", "updatedReplicas")
      ready = deployment.count("status", "readyReplicas")
      available = deployment.count("status", "availableReplicas")
    }

    func isProgress(since before: Counts) -> Bool {
      updated > before.updated || replicas - updated < before.replicas - before.updated || ready > before.ready
        || available > before.available
    }
  }

  /// Says in a condition that the rollout is, or is no more, paused.
  mutating func notePause() {
    guard deadline != nil else { return }
    let reason = conditions.first(type: "Progressing")?["reason"]?.string
    if reason == "ProgressDeadlineExceeded" { return }
    if isPaused, reason != "DeploymentPaused" {
      conditions.set(
        Condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"), now: now, updateTime: true)
    } else if !isPaused, reason == "DeploymentPaused" {
      conditions.set(
        Condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"), now: now, updateTime: true)
    }
  }

  /// Brings the status up to date.
  ///
  /// - Parameter isRollout: whether progress is judged too.
  mutating func finish(isRollout: Bool) {
    let counts = Counts(all: all, new: new)
    let isAvailable = counts.available >= replicas - bounds.unavailable
    conditions.set(
      isAvailable
        ? Condition(
          "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        : Condition(
          "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
      now: now, updateTime: true)
    if isRollout {
      judgeProgress(counts)
      noteFailures()
    }
    write(counts)
  }

  private mutating func judgeProgress(_ counts: Counts) {
    guard let deadline else {
      conditions.remove(type: "Progressing")
      return
    }
    let current = conditions.first(type: "Progressing")
    let reason = current?["reason"]?.string
    if counts.replicas == counts.updated, reason == "NewReplicaSetAvailable" { return }
    let subject = new.map { "ReplicaSet \"\($0.name ?? "")\"" } ?? "Deployment \"\(deployment.name ?? "")\""
    if counts.updated == replicas && counts.replicas == replicas && counts.available == replicas {
      conditions.set(
        Condition("Progressing", "True", "NewReplicaSetAvailable", "\(subject) has successfully progressed."),
        now: now, updateTime: true)
    } else if counts.isProgress(since: Counts(deployment)) {
      conditions.refresh(
        Condition("Progressing", "True", "ReplicaSetUpdated", "\(subject) is progressing."), now: now)
    } else if let current, reason != "NewReplicaSetAvailable" {
      let left = Double(deadline) - now.seconds(since: current.time("lastUpdateTime") ?? now)
      if reason == "ProgressDeadlineExceeded" || left < 0 {
        conditions.set(
          Condition("Progressing", "False", "ProgressDeadlineExceeded", "\(subject) has timed out progressing."),
          now: now, updateTime: true)
      }
    }
    lookAgainAtDeadline(deadline)
  }

  private mutating func lookAgainAtDeadline(_ deadline: Int) {
    guard let current = conditions.first(type: "Progressing") else { return }
    let reason = current["reason"]?.string
    if reason == "NewReplicaSetAvailable" || reason == "ProgressDeadlineExceeded" { return }
    let left = Double(deadline) - now.seconds(since: current.time("lastUpdateTime") ?? now)
    outcome.lookAgain(in: max(0, left) + 1)
  }

  /// Takes over what a replica set says about pods that could not be made.
  private mutating func noteFailures() {
    let failing = new?.condition("ReplicaFailure") ?? old.lazy.compactMap { $0.condition("ReplicaFailure") }.first
    guard let failing else {
      conditions.remove(type: "ReplicaFailure")
      return
    }
    conditions.set(
      Condition(
        "ReplicaFailure", failing["status"]?.string ?? "True", failing["reason"]?.string ?? "",
        failing["message"]?.string ?? ""), now: now, updateTime: true)
  }

  private mutating func write(_ counts: Counts) {
    var status: Value = [:]
    status["observedGeneration"] = deployment.generation.map { .int($0) }
    status.setCount(counts.replicas, "replicas")
    status.setCount(counts.updated, "updatedReplicas")
    status.setCount(counts.ready, "readyReplicas")
    status.setCount(counts.available, "availableReplicas")
    status.setCount(counts.unavailable, "unavailableReplicas")
    status["terminatingReplicas"] = Value(counts.terminating)
    status.setCount(collisions, "collisionCount")
    status["conditions"] = .array(conditions)
    if status == deployment["status"], !isRevisionNew { return }
    deployment["status"] = status
    outcome.then(.update(deployment, subresource: "status"))
  }
}
