internal import KCData
internal import KCKube

/// Makes jobs at the times of a schedule.
struct CronJobController: Reconciler {
  static let timeAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp"

  let name = "cronjob-controller"
  let kinds: [ObjectKind] = [.cronJob, .job]

  func keys(for object: Value, _ key: ObjectKey) -> [ObjectKey] {
    key.kind == .cronJob ? [key] : controllerKey(of: object, kind: .cronJob)
  }

  func reconcile(_ key: ObjectKey, in view: any ClusterView, now: Timestamp) -> Outcome {
    guard let cron = view.get(key), let uid = cron.uid, !cron.isBeingDeleted else { return Outcome() }
    var work = CronWork(cron, jobs: view.controlled(by: uid, kind: .job), now: now)
    work.run()
    return work.outcome
  }
}

/// One look at a cron job.
private struct CronWork {
  private let cron: Value
  private let now: Timestamp
  private var jobs: [Value]
  private var status: Value
  private(set) var outcome = Outcome()

  init(_ cron: Value, jobs: [Value], now: Timestamp) {
    self.cron = cron
    self.now = now
    self.jobs = jobs.sorted(by: isOlder)
    status = cron["status"] ?? [:]
  }

  private func isFinished(_ job: Value) -> Bool { job.isTrue("Complete") || job.isTrue("Failed") }
  private var active: [Value] { jobs.filter { !isFinished($0) } }

  mutating func run() {
    noteSuccess()
    if cron.at("spec", "suspend")?.bool != true { schedule() }
    write()
    trim()
  }

  private mutating func noteSuccess() {
    let ends = jobs.filter { $0.isTrue("Complete") }.compactMap { $0.time("status", "completionTime") }
    guard let last = ends.max(), last > status.time("lastSuccessfulTime") ?? Timestamp(seconds: 0) else { return }
    status["lastSuccessfulTime"] = .string(last.rfc3339)
  }

  private mutating func schedule() {
    let name = cron.at("spec", "timeZone")?.string ?? "UTC"
    guard let zone = TimeZoneRules(named: name) else {
      warn("UnknownTimeZone", "this machine knows no time zone \(name): its time zone database (tzdata) has none")
      return
    }
    let text = cron.at("spec", "schedule")?.string ?? ""
    guard let schedule = CronSchedule(text) else {
      warn("UnparseableSchedule", "unparseable schedule \"\(text)\"")
      return
    }
    if let next = schedule.next(after: now, in: zone) { outcome.lookAgain(in: next.seconds(since: now) + 0.1) }
    var earliest = status.time("lastScheduleTime") ?? cron.creationTimestamp ?? now
    if let deadline = cron.optionalCount("spec", "startingDeadlineSeconds") {
      earliest = max(earliest, now.advanced(by: -Double(max(0, deadline))))
    }
    if let due = schedule.latest(until: now, after: earliest, in: zone) { start(due) }
  }

  private mutating func start(_ due: Timestamp) {
    let name = "\(cron.name ?? "")-\(due.seconds / 60)"
    guard !jobs.contains(where: { $0.name == name }) else { return }
    let policy = cron.at("spec", "concurrencyPolicy")?.string
    if policy == "Forbid", !active.isEmpty {
      outcome.then(
        .note(EventNote(cron, "JobAlreadyActive", "Not starting job because prior execution is running")))
      return
    }
    if policy == "Replace" {
      let running = active
      let deletions = running.compactMap { job in
        ObjectKey(job).map { key in
          Action.delete(
            key, uid: job.uid, propagation: "Background",
            note: EventNote(cron, "SuccessfulDelete", "Deleted job \(job.name ?? "")"))
        }
      }
      if !deletions.isEmpty { outcome.steps.append(deletions) }
      jobs.removeAll { job in running.contains { $0.uid == job.uid } }
    }
    let job = job(named: name, due)
    outcome.then(.create(job, note: EventNote(cron, "SuccessfulCreate", "Created job ")))
    jobs.append(job)
    status["lastScheduleTime"] = .string(due.rfc3339)
  }

  private func job(named name: String, _ due: Timestamp) -> Value {
    let template = cron.at("spec", "jobTemplate")
    var metadata: Value = ["name": .string(name), "namespace": .string(cron.namespace ?? "")]
    metadata["labels"] = template?.at("metadata", "labels")
    var annotations = stringMap(template?.at("metadata", "annotations"))
    annotations[CronJobController.timeAnnotation] = due.rfc3339
    metadata["annotations"] = Value(annotations)
    metadata["ownerReferences"] = [controllerReference(to: cron)]
    return ["apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template?["spec"] ?? [:]]
  }

  private mutating func warn(_ reason: String, _ message: String) {
    outcome.then(.note(EventNote(cron, reason, message, isWarning: true)))
  }

  private mutating func write() {
    let references = active.filter { $0.uid != nil }.map { job -> Value in
      var reference: Value = ["kind": "Job", "apiVersion": "batch/v1"]
      reference["namespace"] = job.namespace.map { .string($0) }
      reference["name"] = job.name.map { .string($0) }
      reference["uid"] = job.uid.map { .string($0) }
      return reference
    }
    status["active"] = references.isEmpty ? nil : .array(references)
    guard status != cron["status"] ?? [:] else { return }
    var updated = cron
    updated["status"] = status
    outcome.then(.update(updated, subresource: "status"))
  }

  /// Removes the oldest finished jobs beyond the limits.
  private mutating func trim() {
    for (condition, field, usual) in [
      ("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1),
    ] {
      let limit = max(0, cron.optionalCount("spec", field) ?? usual)
      let finished = jobs.filter { $0.isTrue(condition) && !$0.isBeingDeleted }
      for job in finished.dropLast(limit) {
        if let key = ObjectKey(job) { outcome.then(.delete(key, uid: job.uid, propagation: "Background")) }
      }
    }
  }
}
