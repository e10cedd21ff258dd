internal import KCData
internal import KCKube

/// Starting and stopping a job's pods.
extension JobWork {
  /// The first and the longest wait after failures, in seconds.
  static let backOff: ClosedRange<Double> = 10...600

  mutating func suspend() {
    drop(active)
    conditions.set(Condition("Suspended", "True", "JobSuspended", "Job suspended"), now: now)
    status["startTime"] = nil
  }

  mutating func resume() {
    if conditions.first(type: "Suspended")?["status"]?.string == "True" {
      conditions.set(Condition("Suspended", "False", "JobResumed", "Job resumed"), now: now)
      status["startTime"] = nil
    }
    if status["startTime"] == nil {
      status["startTime"] = .string(now.rfc3339)
      if let deadline = job.optionalCount("spec", "activeDeadlineSeconds") { outcome.lookAgain(in: Double(deadline)) }
    }
  }

  /// Stops pods without counting them.
  private mutating func drop(_ pods: [Value]) {
    released += pods.filter(JobPods.isTracked)
    doomed += pods
  }

  mutating func manage() {
    var running = active
    if isIndexed, let completions {
      // Pods whose index is no longer wanted, done, or taken.
      var taken: Set<Int> = []
      let surplus = running.filter { pod in
        guard let index = JobPods.index(pod), index < completions, !completed.indexes.contains(index),
          !failedIndexes.indexes.contains(index)
        else { return true }
        return !taken.insert(index).inserted
      }
      drop(surplus)
      let gone = Set(surplus.compactMap(\.uid))
      running.removeAll { gone.contains($0.uid ?? "") }
    }
    let wanted = wantedActive(running.count)
    if running.count > wanted {
      drop(PodRanking(related: running, now: now).victims(among: running, count: running.count - wanted))
    } else {
      start(wanted - running.count, running)
    }
  }

  private func wantedActive(_ running: Int) -> Int {
    var wanted: Int
    if let completions {
      wanted = min(parallelism, completions - succeededCount - (perIndexLimit == nil ? 0 : failedIndexes.indexes.count))
    } else {
      wanted = succeededCount > 0 ? min(running, parallelism) : parallelism
    }
    if replacesOnlyFailed { wanted -= terminating.count }
    return max(0, wanted)
  }

  private mutating func start(_ count: Int, _ running: [Value]) {
    guard count > 0 else { return }
    var creations: [Action] = []
    let note = EventNote(job, "SuccessfulCreate", "Created pod: ")
    if isIndexed {
      for index in pendingIndexes(running).prefix(min(count, ReplicaSetController.burst)) {
        let failures = perIndexLimit == nil ? nil : failures(of: index)
        creations.append(.create(JobPods.make(job, index: index, failures: failures), note: note))
      }
    } else if isPatient(pods) {
      let pod = JobPods.make(job, index: nil, failures: nil)
      creations = Array(repeating: .create(pod, note: note), count: min(count, ReplicaSetController.burst))
    }
    var rest = creations[...]
    for size in slowStart(creations.count) {
      outcome.steps.append(Array(rest.prefix(size)))
      rest = rest.dropFirst(size)
    }
  }

  /// The indexes that should have a pod, and have waited long enough after failures.
  private mutating func pendingIndexes(_ running: [Value]) -> [Int] {
    let taken = Set((running + (replacesOnlyFailed ? terminating : [])).compactMap(JobPods.index))
    var pending: [Int] = []
    let isPatientAtAll = perIndexLimit != nil || isPatient(pods)
    for index in 0..<(completions ?? 0)
    where !taken.contains(index) && !completed.indexes.contains(index) && !failedIndexes.indexes.contains(index) {
      if perIndexLimit != nil {
        if isPatient(pods.filter { JobPods.index($0) == index }) { pending.append(index) }
      } else if isPatientAtAll {
        pending.append(index)
      }
    }
    return pending
  }

  /// Whether the wait after the failures of these pods is over; if not, it is looked at again then.
  private mutating func isPatient(_ pods: [Value]) -> Bool {
    let lastSuccess = pods.filter { $0.phase == "Succeeded" }.map { JobPods.endTime($0, now) }.max()
    let failures = pods.filter { isFailed($0) && JobFailurePolicy.verdict($0, job) != .ignore }
      .map { JobPods.endTime($0, now) }.filter { end in lastSuccess.map { end > $0 } ?? true }
    guard let last = failures.max() else { return true }
    var delay = Self.backOff.lowerBound
    for _ in 1..<max(1, min(failures.count, 12)) { delay = min(delay * 2, Self.backOff.upperBound) }
    let left = delay - now.seconds(since: last)
    if left > 0 { outcome.lookAgain(in: left + 0.01) }
    return left <= 0
  }

  // MARK: Writing

  /// Puts the writes in the order that counting needs: the status first, then finalizers, then pods.
  mutating func write() {
    let creations = outcome.steps
    outcome.steps = []
    writeStatus()
    let letGo = released.map { Action.update(JobPods.untracked($0)) }
    if !letGo.isEmpty { outcome.steps.append(letGo) }
    let deletions = doomed.compactMap { pod in ObjectKey(pod).map { Action.delete($0, uid: pod.uid) } }
    if !deletions.isEmpty { outcome.steps.append(deletions) }
    outcome.steps += creations
  }

  private mutating func writeStatus() {
    let isGoing = Set(doomed.compactMap(\.uid))
    let running = active.filter { !isGoing.contains($0.uid ?? "") }
    status.setCount(running.count, "active")
    status["ready"] = Value(running.count(where: \.isReadyPod))
    status["terminating"] = Value(terminating.count)
    if isIndexed {
      status.setCount(completed.indexes.count, "succeeded")
      status["completedIndexes"] = completed.indexes.isEmpty ? nil : .string(completed.text)
      if perIndexLimit != nil { status["failedIndexes"] = .string(failedIndexes.text) }
    }
    var identities: Value = [:]
    for (name, uids) in [("succeeded", uncounted.succeeded), ("failed", uncounted.failed)] where !uids.isEmpty {
      identities[name] = .array(uids.map { .string($0) })
    }
    status["uncountedTerminatedPods"] = identities
    status["conditions"] = conditions.isEmpty ? nil : .array(conditions)
    guard status != job["status"] else { return }
    var updated = job
    updated["status"] = status
    outcome.then(.update(updated, subresource: "status"))
  }
}
