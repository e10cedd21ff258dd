internal import KCData
internal import KCKube

/// Runs pods until enough of them have succeeded.
struct JobController: Reconciler {
  static let manager = "kubernetes.io/job-controller"

  let name = "job-controller"
  let kinds: [ObjectKind] = [.job, .pod]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    if key.kind == .job { return [key] }
    // A pod is looked at itself too: when its job is gone, nobody else lets it go.
    return controllerKey(of: object, kind: .job) + (JobPods.isTracked(object) ? [key] : [])
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    if key.kind == .pod { return release(key, in: view) }
    guard let job = view.get(key), job.at("spec", "managedBy")?.string ?? Self.manager == Self.manager,
      let selector = try? LabelSelector(job.at("spec", "selector")), !selector.isEmpty
    else { return Outcome() }
    let claim = Claim(view.list(.pod, namespace: key.namespace), for: job, selector: selector)
    if !claim.changes.isEmpty { return Outcome(steps: claim.changes.map { [$0] }) }
    if isFinished(job) { return afterFinish(job, claim.claimed, now) }
    var work = JobWork(job, pods: claim.claimed, now: now)
    work.run()
    return work.outcome
  }

  /// Takes the finalizer off a pod whose job is gone.
  private func release(_ key: ObjectKey, in view: any ClusterView) -> Outcome {
    guard let pod = view.get(key), JobPods.isTracked(pod) else { return Outcome() }
    if let uid = pod.controllerOwner?["uid"]?.string, view.object(uid: uid) != nil { return Outcome() }
    return Outcome(steps: [[.update(JobPods.untracked(pod))]])
  }

  private func isFinished(_ job: Value) -> Bool { job.isTrue("Complete") || job.isTrue("Failed") }

  private func afterFinish(_ job: Value, _ pods: [Value], _ now: Timestamp) -> Outcome {
    var outcome = Outcome()
    let tracked = pods.filter(JobPods.isTracked).map { Action.update(JobPods.untracked($0)) }
    if !tracked.isEmpty { outcome.steps.append(tracked) }
    guard let lifetime = job.optionalCount("spec", "ttlSecondsAfterFinished"), !job.isBeingDeleted else {
      return outcome
    }
    let condition = job.isTrue("Complete") ? job.condition("Complete") : job.condition("Failed")
    let left = Double(lifetime) - now.seconds(since: condition?.time("lastTransitionTime") ?? now)
    if left > 0 {
      outcome.lookAgain(in: left + 0.01)
    } else if let key = ObjectKey(job) {
      outcome.then(.delete(key, uid: job.uid, propagation: "Foreground"))
    }
    return outcome
  }
}
