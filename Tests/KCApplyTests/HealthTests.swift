@testable import KCApply
import KCData
import Testing

@Suite struct HealthTests {
  private func deployment(updated: Int64, available: Int64, observed: Int64 = 2) -> Value {
    [
      "kind": "Deployment", "metadata": ["generation": 2], "spec": ["replicas": 3],
      "status": [
        "observedGeneration": .int(observed), "replicas": .int(available), "updatedReplicas": .int(updated),
        "readyReplicas": .int(available), "availableReplicas": .int(available),
      ],
    ]
  }

  @Test func cronJobsStandAsTheirLastRun() {
    func cron(_ status: Value) -> Health { Health.of(["kind": "CronJob", "status": status], pods: []) }
    #expect(cron([:]) == .healthy)
    let last: Value = "2026-01-02T00:00:00Z"
    #expect(cron(["lastScheduleTime": last, "active": [["name": "a"]]]) == .healthy)
    #expect(cron(["lastScheduleTime": last, "lastSuccessfulTime": "2026-01-02T00:00:09Z"]) == .healthy)
    let old = cron(["lastScheduleTime": last, "lastSuccessfulTime": "2026-01-01T00:00:09Z"])
    #expect(
      old
        == .failed(
          cause: "its run of 2026-01-02T00:00:00Z did not succeed; the last one that did ended at 2026-01-01T00:00:09Z",
          pod: nil))
    guard case .failed(let cause, _) = cron(["lastScheduleTime": last]) else {
      Issue.record("a run that failed is healthy")
      return
    }
    #expect(cause.hasSuffix("none has yet"))
  }

  @Test func anInitContainerThatDoesNotEndIsTold() {
    let pod: Value = [
      "kind": "Pod", "metadata": ["name": "web-1"],
      "spec": ["initContainers": [["name": "proxy", "restartPolicy": "Always"], ["name": "wait-db"]]],
      "status": [
        "phase": "Pending",
        "initContainerStatuses": [
          ["name": "proxy", "state": ["running": [:]]], ["name": "wait-db", "state": ["running": [:]]],
        ],
      ],
    ]
    #expect(PodFailure.trouble(pod) == "pod web-1: init container wait-db has not ended yet")
  }

  @Test func deployments() {
    #expect(Health.of(deployment(updated: 3, available: 3), pods: []) == .healthy)
    #expect(
      Health.of(deployment(updated: 2, available: 3), pods: [])
        == .progressing("0 of 3 new pods ready, 1 old still there"))
    // What the controller has not seen yet says nothing.
    #expect(
      Health.of(deployment(updated: 3, available: 3, observed: 1), pods: [])
        == .progressing("its controller has not seen it yet"))
  }

  @Test func refusalsThatPassAreNoFailures() {
    func health(_ message: String) -> Health {
      var object = deployment(updated: 0, available: 0)
      object.set(
        [["type": "ReplicaFailure", "status": "True", "message": .string(message)]], at: "status", "conditions")
      return Health.of(object, pods: [])
    }
    let start = "pods \"web-1\" is forbidden: error looking up service account shop/"
    #expect(health(start + "default: serviceaccount \"default\" not found") == .progressing("0 of 3 pods ready"))
    let missing = start + "web: serviceaccount \"web\" not found"
    #expect(health(missing) == .barred(missing))
    #expect(health(missing).failure?.cause == "no pod can be made: " + missing)
  }

  private func pod(_ state: Value, restarts: Int64 = 0, last: Value = [:]) -> Value {
    [
      "kind": "Pod", "metadata": ["name": "web-1"],
      "status": [
        "containerStatuses": [
          ["name": "app", "image": "shop/web:v9", "restartCount": .int(restarts), "state": state, "lastState": last]
        ]
      ],
    ]
  }

  private func job(_ status: Value, retries: Int64? = nil, policy: Value? = nil) -> Value {
    var job: Value = ["kind": "Job", "metadata": ["name": "migrate"], "spec": [:], "status": status]
    job.set(retries.map { .int($0) }, at: "spec", "backoffLimit")
    job.set(policy, at: "spec", "podFailurePolicy")
    return job
  }

  private func tries(_ codes: [Int64]) -> [Value] {
    codes.enumerated().map { index, code in
      [
        "kind": "Pod",
        "metadata": [
          "name": .string("migrate-\(index)"), "creationTimestamp": .string("2026-01-01T00:00:0\(index)Z"),
        ],
        "status": [
          "phase": "Failed",
          "containerStatuses": [["name": "app", "state": ["terminated": ["exitCode": .int(code)]]]],
        ],
      ]
    }
  }

  @Test func triesOfAJobThatFailAlikeAreCertain() {
    let end = ": pod migrate-1: container app ended with exit code 2"
    #expect(
      Health.of(job(["failed": 2]), pods: tries([2, 2])) == .progressing("0 of 1 done: 2 of 7 tries failed" + end))
    #expect(
      Health.of(job(["failed": 3]), pods: tries([2, 2, 2]).reversed())
        == .failed(
          cause: "3 of 7 tries failed: pod migrate-2: container app ended with exit code 2", pod: "migrate-2"))
    // What fails in another way each time may get over it, and so may what does well now and then.
    func isCertain(_ job: Value, _ codes: [Int64]) -> Bool {
      if case .failed = Health.of(job, pods: tries(codes)) { true } else { false }
    }
    #expect(!isCertain(job(["failed": 3]), [2, 1, 2]))
    #expect(isCertain(job(["failed": 4]), [1, 2, 2, 2]))
    #expect(!isCertain(job(["failed": 3, "succeeded": 1]), [2, 2, 2]))
    // Failures that do not count against the limit say nothing of it.
    #expect(!isCertain(job(["failed": 3], policy: ["rules": []]), [2, 2, 2]))
  }

  @Test func aJobGivesUpBeforeItsLastPodsAreGone() {
    let condition: Value = [
      "type": "FailureTarget", "status": "True", "reason": "DeadlineExceeded",
      "message": "Job was active longer than specified deadline",
    ]
    var running = pod(["running": [:]])
    running.set("2026-01-01T00:00:00Z", at: "metadata", "deletionTimestamp")
    #expect(
      Health.of(job(["conditions": [condition]]), pods: [running])
        == .failed(cause: "Job was active longer than specified deadline", pod: "web-1"))
  }

  @Test func causesAreNamed() {
    func cause(_ pod: Value) -> String {
      if case .failed(let cause, _) = Health.of(deployment(updated: 0, available: 0), pods: [pod]) { cause } else { "" }
    }
    #expect(cause(pod(["waiting": ["reason": "ErrImagePull"]])).contains("image shop/web:v9 cannot be pulled"))
    let crash = pod(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 3, last: ["terminated": ["exitCode": 2]])
    #expect(cause(crash) == "pod web-1: container app keeps ending with exit code 2")
    // Once is not yet a habit.
    #expect(cause(pod(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 1)) == "")
    #expect(cause(pod(["waiting": ["reason": "ContainerCreating"]])) == "")
  }
}
