internal import KCData
internal import KCKube

/// Whether a job is over, and how it ends.
extension JobWork {
  struct FinishReason {
    var isSuccess: Bool
    var reason: String
    var message: String
  }

  /// Why the job is over; nil while it is not.
  mutating func finishReason() -> FinishReason? {
    if let text = policyFailure { return FinishReason(isSuccess: false, reason: "PodFailurePolicy", message: text) }
    for (type, isSuccess) in [("FailureTarget", false), ("SuccessCriteriaMet", true)] {
      guard let condition = conditions.first(type: type), condition["status"]?.string == "True" else { continue }
      return FinishReason(
        isSuccess: isSuccess, reason: condition["reason"]?.string ?? "", message: condition["message"]?.string ?? "")
    }
    return failure() ?? success()
  }

  private mutating func failure() -> FinishReason? {
    func failed(_ reason: String, _ message: String) -> FinishReason {
      FinishReason(isSuccess: false, reason: reason, message: message)
    }
    let limit = job.optionalCount("spec", "backoffLimit") ?? 6
    if failedCount > limit || restartsExceed(limit) {
      return failed("BackoffLimitExceeded", "Job has reached the specified backoff limit")
    }
    if let deadline = job.optionalCount("spec", "activeDeadlineSeconds"), !isSuspended,
      let start = status.time("startTime")
    {
      let left = Double(deadline) - now.seconds(since: start)
      if left <= 0 { return failed("DeadlineExceeded", "Job was active longer than specified deadline") }
      outcome.lookAgain(in: left + 0.01)
    }
    guard isIndexed, perIndexLimit != nil, let completions else { return nil }
    if let most = job.optionalCount("spec", "maxFailedIndexes"), failedIndexes.indexes.count > most {
      return failed("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes")
    }
    if !failedIndexes.indexes.isEmpty, failedIndexes.indexes.union(completed.indexes).count >= completions {
      return failed("FailedIndexes", "Job has failed indexes")
    }
    return nil
  }

  /// Whether containers that are restarted in place were so too often.
  private func restartsExceed(_ limit: Int) -> Bool {
    guard job.at("spec", "template", "spec", "restartPolicy")?.string == "OnFailure" else { return false }
    let statuses = pods.filter { $0.phase == "Running" || $0.phase == "Pending" }.flatMap { pod in
      (pod.at("status", "containerStatuses")?.array ?? []) + (pod.at("status", "initContainerStatuses")?.array ?? [])
    }
    let restarts = statuses.reduce(0) { $0 + $1.count("restartCount") }
    return limit == 0 ? restarts > 0 : restarts >= limit
  }

  private func success() -> FinishReason? {
    for (number, rule) in (job.at("spec", "successPolicy", "rules")?.array ?? []).enumerated() {
      var indexes = completed.indexes
      if let text = rule["succeededIndexes"]?.string {
        let wanted = JobIndexes(text, below: completions ?? 0).indexes
        indexes.formIntersection(wanted)
        if rule["succeededCount"] == nil, indexes != wanted { continue }
      }
      if let count = rule["succeededCount"]?.int, indexes.count < count { continue }
      return FinishReason(isSuccess: true, reason: "SuccessPolicy", message: "Matched rules at index \(number)")
    }
    let isComplete: Bool
    if let completions {
      isComplete = succeededCount >= completions && active.isEmpty
    } else {
      isComplete = succeededCount > 0 && active.isEmpty
    }
    guard isComplete else { return nil }
    return FinishReason(
      isSuccess: true, reason: "CompletionsReached", message: "Reached expected number of succeeded pods")
  }

  /// Ends what still runs, and says that the job is over when nothing does.
  mutating func wind(down reason: FinishReason) {
    for pod in active {
      doomed.append(pod)
      guard JobPods.isTracked(pod) else { continue }
      released.append(pod)
      if !reason.isSuccess, let uid = pod.uid, !uncounted.failed.contains(uid) { uncounted.failed.append(uid) }
    }
    let interim = reason.isSuccess ? "SuccessCriteriaMet" : "FailureTarget"
    conditions.set(Condition(interim, "True", reason.reason, reason.message), now: now)
    guard active.isEmpty, terminating.isEmpty, uncounted.succeeded.isEmpty, uncounted.failed.isEmpty, released.isEmpty
    else { return }
    let final = reason.isSuccess ? "Complete" : "Failed"
    conditions.set(Condition(final, "True", reason.reason, reason.message), now: now)
    if reason.isSuccess { status["completionTime"] = .string(now.rfc3339) }
    if let lifetime = job.optionalCount("spec", "ttlSecondsAfterFinished") { outcome.lookAgain(in: Double(lifetime)) }
    outcome.then(
      .note(
        reason.isSuccess
          ? EventNote(job, "Completed", "Job completed")
          : EventNote(job, reason.reason, reason.message, isWarning: true)))
  }
}
