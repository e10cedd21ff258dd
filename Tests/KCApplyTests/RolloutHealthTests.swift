import KCClient
import KCData
import KCKube
import KCPlan
import Testing

@testable import KCApply

/// What is said of workloads that do not simply come up.
@Suite struct RolloutHealthTests {
  @Test func whatIsPausedIsAsItShouldBe() {
    let object: Value = [
      "kind": "Deployment", "metadata": ["generation": 2], "spec": ["replicas": 3, "paused": true],
      "status": ["observedGeneration": 2, "updatedReplicas": 0],
    ]
    #expect(Health.of(object, pods: []) == .healthy)
    var early = object
    early.set(1, at: "status", "observedGeneration")
    #expect(Health.of(early, pods: []) != .healthy)
  }

  @Test func brokenPodsOfTheOldRevisionHoldUpStatefulSets() {
    var set: Value = [
      "kind": "StatefulSet", "metadata": ["generation": 2], "spec": ["replicas": 3],
      "status": ["observedGeneration": 2, "updateRevision": "db-2"],
    ]
    func pod(_ name: String, _ revision: String) -> Value {
      ["kind": "Pod", "metadata": ["name": .string(name), "labels": ["controller-revision-hash": .string(revision)]]]
    }
    #expect(Health.blocksRollout(pod("db-0", "db-1"), of: set))
    #expect(!Health.blocksRollout(pod("db-0", "db-2"), of: set))
    set.set(1, at: "spec", "updateStrategy", "rollingUpdate", "partition")
    #expect(!Health.blocksRollout(pod("db-0", "db-1"), of: set))
    #expect(Health.blocksRollout(pod("db-1", "db-1"), of: set))
    set.set("OnDelete", at: "spec", "updateStrategy", "type")
    #expect(!Health.blocksRollout(pod("db-1", "db-1"), of: set))
  }

  private func pod(_ status: Value, image: String = "a:2") -> Value {
    [
      "kind": "Pod", "metadata": ["name": "one"], "spec": ["containers": [["name": "app", "image": .string(image)]]],
      "status": status,
    ]
  }

  private func container(_ state: Value, id: String = "", image: String = "a:1") -> Value {
    [
      "containerStatuses": [
        ["name": "app", "image": .string(image), "containerID": .string(id), "ready": false, "state": state]
      ]
    ]
  }

  @Test func theImageThatIsMeantIsNamed() {
    let broken = pod(container(["waiting": ["reason": "ErrImagePull"]]))
    #expect(Health.of(broken, pods: []) == .failed(cause: "pod one: image a:2 cannot be pulled", pod: "one"))
  }

  @Test func theOldContainerOfAPodSaysNothing() {
    var step = Step(action: .change, address: "pod.one", title: "pod one", key: ObjectKey(pod([:])))
    let path = FieldPath("spec", "containers").index(0).field("image")
    step.changes = [.init(field: FieldChange(path: path, position: path, old: "a:1", new: "a:2"), origin: nil)]
    let running: Value = ["running": [:]]
    let made = pod(container(running, id: "x"))
    #expect(PodChange.isPending(step, made, made))
    #expect(!PodChange.isPending(step, made, pod(container(running, id: "y"))))
    #expect(!PodChange.isPending(step, made, pod(container(["waiting": ["reason": "ErrImagePull"]], id: "x"))))
    // The old one was ended for it, and the new one waits: also where it is the third change in a minute.
    let waits: Value = ["waiting": ["reason": "CrashLoopBackOff"]]
    #expect(PodChange.isPending(step, made, pod(container(waits, id: "x"))))
    #expect(!PodChange.isPending(step, made, pod(container(waits, id: "y"))))
    step.changes = []
    #expect(!PodChange.isPending(step, made, made))
  }

  @Test func programsThatAreNotThereAreNamed() {
    let long =
      "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: "
      + "unable to start container process: exec: \"httpd\": executable file not found in $PATH: unknown"
    #expect(RuntimeWords.plain(long) == "program \"httpd\" is not in the image")
    let path = "exec: \"/bin/nonesuch\": stat /bin/nonesuch: no such file or directory: unknown"
    #expect(RuntimeWords.plain(path) == "program \"/bin/nonesuch\" is not in the image")
    #expect(RuntimeWords.plain("no space left on device") == "no space left on device")

    let ended: Value = ["terminated": ["exitCode": 128, "reason": "StartError", "message": .string(path)]]
    var job: Value = ["kind": "Job", "metadata": ["name": "m"], "spec": [:], "status": ["failed": 1]]
    var failed = pod(container(ended))
    failed.set("Failed", at: "status", "phase")
    job.set([["type": "Failed", "status": "True", "message": "too many tries"]], at: "status", "conditions")
    let words = "container app ended with exit code 128: program \"/bin/nonesuch\" is not in the image"
    #expect(Health.of(job, pods: [failed]) == .failed(cause: "too many tries: pod one: \(words)", pod: "one"))
    // A pod of its own says how it ended, too.
    #expect(Health.of(failed, pods: []) == .failed(cause: "pod one: \(words)", pod: "one"))
  }

  @Test func aCrashIsNoFailingProbe() throws {
    let now = try #require(Timestamp("2026-01-01T00:01:00Z"))
    let readiness = try #require(ProbeTrouble(message: "Readiness probe failed: connection refused", count: 4))
    let exited = try #require(
      ProbeTrouble(message: "Liveness probe errored: container is in CONTAINER_EXITED state", count: 1))
    func crashing(_ state: Value, restarts: Int64) -> Value {
      var pod = pod([:])
      pod.set(
        [["name": "app", "restartCount": .int(restarts), "state": state]], at: "status", "containerStatuses")
      return pod
    }
    #expect(readiness.follows(from: crashing(["waiting": ["reason": "CrashLoopBackOff"]], restarts: 2), now: now))
    let late: Value = ["running": ["startedAt": "2026-01-01T00:00:58Z"]]
    #expect(readiness.follows(from: crashing(late, restarts: 1), now: now))
    #expect(!readiness.follows(from: crashing(late, restarts: 0), now: now))
    #expect(!readiness.follows(from: crashing(["waiting": ["reason": "ContainerCreating"]], restarts: 0), now: now))
    #expect(exited.follows(from: crashing(late, restarts: 0), now: now))
  }

  @Test func aProgramThatAnswersThatItFailedIsGivenUpEarlier() throws {
    var pod = pod(container(["running": ["startedAt": "2026-01-01T00:00:00Z"]]))
    pod.set(["failureThreshold": 3], at: "spec", "readinessProbe")
    func isCertain(_ code: Int, after seconds: Double) throws -> Bool {
      let trouble = try #require(
        ProbeTrouble(message: "Readiness probe failed: HTTP probe failed with statuscode: \(code)", count: 9))
      let start = try #require(Timestamp("2026-01-01T00:00:00Z"))
      return trouble.isCertain(pod, now: start.advanced(by: seconds))
    }
    #expect(try isCertain(404, after: 7))
    #expect(try !isCertain(500, after: 7) && isCertain(500, after: 21))
    #expect(try !isCertain(503, after: 21) && isCertain(503, after: 61))
  }

  @Test func theHistoryCountsWhatWasDone() {
    func step(_ name: String) -> Step {
      Step(
        action: .add, address: name, title: name,
        key: ObjectKey(apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: name))
    }
    let plan = Plan(
      project: "shop", environment: nil, target: "", steps: [step("a"), step("b")], placements: [], digest: "",
      recordNamespace: "shop")
    #expect(Revision.summary(of: plan) == "2 added")
    #expect(Revision.summary(of: plan, done: ["a"]) == "1 added")
    #expect(Revision.summary(of: plan, done: []) == "nothing changed")
  }

  /// What a pod failed for before an apply may be mended by now: it is waited for to be tried again.
  @Test func failuresFromBeforeAreNotCertain() async throws {
    let bench = try await Bench()
    let desired = DesiredObject(
      address: "pod.one", sourceKind: "pod",
      object: [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "one", "namespace": .string(Bench.namespace)],
        "spec": ["containers": [["name": "app", "image": "a:2"]]],
      ], origin: Origin(file: "shop.kc", line: 1))
    var options = Bench.options
    options.timeout = .milliseconds(400)
    options.failureGrace = .milliseconds(50)
    await #expect(throws: ApplyFailure.self) { try await bench.apply([desired], options) }
    let pods = try #require(ResourceTypes.builtin.named("pods"))
    let kubelet = APIClient(transport: FaultyTransport(bench.server), fieldManager: "kubelet")
    let status: @Sendable (String, String) -> Value = { reason, message in
      [
        "status": [
          "phase": "Pending",
          "containerStatuses": [
            [
              "name": "app", "image": "a:2", "imageID": "", "ready": false, "restartCount": 0,
              "state": ["waiting": ["reason": .string(reason), "message": .string(message)]],
            ]
          ],
        ]
      ]
    }
    _ = try await kubelet.patch(
      pods, namespace: Bench.namespace, name: "one", status("ImagePullBackOff", ""), subresource: "status")
    let first = await #expect(throws: ApplyFailure.self) { try await bench.apply([desired], options) }
    guard case .timedOut(_, let state)? = first else {
      Issue.record("\(first as Any)")
      return
    }
    #expect(state.contains("image a:2 cannot be pulled") && state.contains("before this apply"))

    options.timeout = .seconds(5)
    let again = options
    // Tried again and again: whenever the apply looks first, something happens after that.
    let trying = Task {
      for attempt in 0... where !Task.isCancelled {
        _ = try await kubelet.patch(
          pods, namespace: Bench.namespace, name: "one", status("ErrImagePull", "attempt \(attempt)"),
          subresource: "status")
        try await Task.sleep(for: .milliseconds(20))
      }
    }
    defer { trying.cancel() }
    let second = await #expect(throws: ApplyFailure.self) { try await bench.apply([desired], again) }
    guard case .unhealthy? = second else {
      Issue.record("what was tried again is certain")
      return
    }
  }
}
