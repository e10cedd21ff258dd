internal import KCData
internal import KCKube

/// One look at a job that has not finished.
///
/// Pods that ended are counted exactly once, whatever crashes when: first their identities are written into the status,
/// then their finalizers are taken off, and only when those are off the numbers take the place of the identities.
struct JobWork {
  let job: Value
  let pods: [Value]
  let now: Timestamp
  var status: Value
  var conditions: [Value]
  var outcome = Outcome()
  /// Identities that are written down, but not yet in the numbers.
  var uncounted: (succeeded: [String], failed: [String])
  /// Pods that are let go without being counted.
  var released: [Value] = []
  var doomed: [Value] = []
  var completed = JobIndexes()
  var failedIndexes = JobIndexes()
  /// Why the job fails, by what its policy says about a pod.
  var policyFailure: String?

  init(_ job: Value, pods: [Value], now: Timestamp) {
    self.job = job
    self.pods = pods.sorted(by: isOlder)
    self.now = now
    status = job["status"] ?? [:]
    conditions = job.at("status", "conditions")?.array ?? []
    func identities(_ name: String) -> [String] {
      job.at("status", "uncountedTerminatedPods", name)?.array?.compactMap(\.string) ?? []
    }
    uncounted = (identities("succeeded"), identities("failed"))
    completed = JobIndexes(job.at("status", "completedIndexes")?.string ?? "", below: completions ?? 0)
    failedIndexes = JobIndexes(job.at("status", "failedIndexes")?.string ?? "", below: completions ?? 0)
  }

  var completions: Int? { job.optionalCount("spec", "completions") }
  var parallelism: Int { job.optionalCount("spec", "parallelism") ?? 1 }
  var isIndexed: Bool { job.at("spec", "completionMode")?.string == "Indexed" }
  var isSuspended: Bool { job.at("spec", "suspend")?.bool ?? false }
  var perIndexLimit: Int? { job.optionalCount("spec", "backoffLimitPerIndex") }
  /// Whether a pod is replaced only when it has failed, not already when it is about to end.
  var replacesOnlyFailed: Bool {
    let policy = job.at("spec", "podReplacementPolicy")?.string
    return policy == "Failed" || (policy == nil && job.at("spec", "podFailurePolicy") != nil)
  }

  var active: [Value] { pods.filter(\.isActivePod) }
  var terminating: [Value] { pods.filter { $0.isBeingDeleted && !$0.isFinishedPod } }
  var succeededCount: Int {
    isIndexed ? completed.indexes.count : status.count("succeeded") + uncounted.succeeded.count
  }
  var failedCount: Int { status.count("failed") + uncounted.failed.count }

  mutating func run() {
    settleCounts()
    takeNews()
    if job.isBeingDeleted {
      released += pods.filter(JobPods.isTracked)
    } else if let reason = finishReason() {
      wind(down: reason)
    } else if isSuspended {
      suspend()
    } else {
      resume()
      manage()
    }
    write()
  }

  func isFailed(_ pod: Value) -> Bool {
    pod.phase == "Failed" || (pod.isBeingDeleted && !replacesOnlyFailed && pod.phase != "Succeeded")
  }

  /// Turns identities whose pods have been let go into numbers.
  private mutating func settleCounts() {
    let held = Set(pods.filter(JobPods.isTracked).compactMap(\.uid))
    let succeeded = uncounted.succeeded.filter { !held.contains($0) }
    let failed = uncounted.failed.filter { !held.contains($0) }
    uncounted.succeeded.removeAll { !held.contains($0) }
    uncounted.failed.removeAll { !held.contains($0) }
    if !isIndexed { status.setCount(status.count("succeeded") + succeeded.count, "succeeded") }
    status.setCount(status.count("failed") + failed.count, "failed")
  }

  /// Writes down the pods that ended since.
  private mutating func takeNews() {
    let known = Set(uncounted.succeeded + uncounted.failed)
    for pod in pods where JobPods.isTracked(pod) && !job.isBeingDeleted {
      guard let uid = pod.uid else { continue }
      if pod.phase == "Succeeded" {
        takeSuccess(pod, uid, isKnown: known.contains(uid))
      } else if isFailed(pod) {
        takeFailure(pod, uid, isKnown: known.contains(uid))
      }
    }
  }

  private mutating func takeSuccess(_ pod: Value, _ uid: String, isKnown: Bool) {
    released.append(pod)
    guard isIndexed else {
      if !isKnown { uncounted.succeeded.append(uid) }
      return
    }
    if let index = JobPods.index(pod), index < completions ?? 0 { completed.indexes.insert(index) }
  }

  private mutating func takeFailure(_ pod: Value, _ uid: String, isKnown: Bool) {
    released.append(pod)
    if isKnown { return }
    switch JobFailurePolicy.verdict(pod, job) {
    case .ignore: return
    case .failJob(let text): policyFailure = policyFailure ?? text
    case .failIndex: failIndex(of: pod)
    case .count:
      if let limit = perIndexLimit, failures(before: pod) >= limit { failIndex(of: pod) }
    }
    uncounted.failed.append(uid)
  }

  private mutating func failIndex(of pod: Value) {
    if let index = JobPods.index(pod), index < completions ?? 0 { failedIndexes.indexes.insert(index) }
  }

  private func failures(before pod: Value) -> Int {
    pod.annotations[JobPods.failureCount].flatMap { Int32($0) }.map { Int($0) } ?? 0
  }

  /// How often pods with an index have failed.
  func failures(of index: Int) -> Int {
    pods.filter { JobPods.index($0) == index }.map { failures(before: $0) + (isFailed($0) ? 1 : 0) }.max() ?? 0
  }
}
